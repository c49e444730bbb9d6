/**
 * Fifty: how many model calls each set of 50 complex questions takes, with services and a model that take no time.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import type { Row } from "../Report.ts"
import * as Agents from "./Agents.ts"
import * as Calls from "./Calls.ts"
import type { Where } from "./Household.ts"
import * as Player from "./Player.ts"
import * as Runs from "./Runs.ts"
import * as Words from "./Words.ts"

export const about = `The 50 further complex questions, which the rules have been worked on with, and 50 that they were kept from, each once and cold,
without latency, so that whatever is foreseen is there in time: model calls a question. The model is played: it reads what is there, asks
for what a good model would ask for (complex-calls.json, fresh-calls.json) and answers from it. An answer counts where it is not empty,
says nothing of not being able to, and is worded by the model; where the question wants nothing but lists it need not be, if all was asked
for that a good model would have asked for.`

interface Asked {
  readonly question: Calls.Question
  readonly run: Runs.Run
}

const isAnswered = ({ question, run }: Asked, year: number): boolean => {
  const { answer, toolCalls } = run
  if (answer.trim() === "" || answer.includes(Words.sorry)) return false
  if (answer.startsWith(Words.opening)) return true
  return question.answer.kind === "list" && Player.isComplete(question, toolCalls, year)
}

const rowsOf = Effect.fnUntraced(function* (
  name: string,
  agent: Runs.Contestant,
  set: Calls.QuestionSet,
  where: Where,
  atMost: number | undefined
) {
  const runs = yield* Effect.forEach(
    set.questions,
    Effect.fnUntraced(function* (question) {
      const house = yield* Runs.newHouse(where)
      const asked: Asked = { question, run: yield* Runs.ask(agent, house, question.text, "cold") }
      return asked
    }, Effect.scoped),
    // One at a time, as a household asks: what is foreseen has its wait, which several at once would share two cores in.
    { concurrency: 1 }
  )
  const counts = runs.map(({ run }) => run.modelCalls.length)
  const year = DateTime.getPartUtc(yield* DateTime.now, "year")
  const failed = runs.filter((asked) => !isAnswered(asked, year))
  const spread = [0, 1, 2, 3, 4]
    .map((calls) => `${counts.filter((count) => count === calls).length} of ${calls}`)
    .join(", ")
  const rows: ReadonlyArray<Row> = [
    {
      name: `${name}, ${set.name}: model calls a question`,
      value: counts.reduce((sum, count) => sum + count, 0) / counts.length,
      unit: "calls",
      ...(atMost !== undefined && { atMost }),
      note: `${spread} calls; depends on the model choosing well`
    },
    {
      name: `${name}, ${set.name}: answered`,
      value: (100 * (runs.length - failed.length)) / runs.length,
      unit: "%",
      atLeast: 100,
      ...(failed.length > 0 && { note: failed.map(({ run }) => run.question).join("; ") })
    }
  ]
  return rows
})

export const rows = Effect.fnUntraced(function* (where: Where) {
  const measured = yield* Effect.forEach(
    Calls.sets,
    Effect.fnUntraced(function* (set, index) {
      // The bound is of the first set. The second tells what it is worth on questions that nobody looked at.
      const on = yield* rowsOf("on", Agents.on, set, where, index === 0 ? 1.4 : undefined)
      return [...on, ...(yield* rowsOf("off", Agents.off, set, where, undefined))]
    }),
    { concurrency: 1 }
  )
  return measured.flat()
})
