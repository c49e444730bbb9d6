/**
 * Runs: one run of a question, and what it took.
 */
import type { ModelCall } from "@callsheet/core/AgentEvent"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import { WarmUp } from "@callsheet/media/WarmUp"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import * as Agents from "./Agents.ts"
import type { Interval, Where } from "./Household.ts"

/** What was remembered when it was asked: nothing; what a warm-up and another question read; the question itself. */
export type Memory = "cold" | "warm" | "again"

export interface Run {
  readonly question: string
  readonly memory: Memory
  readonly millis: number
  /** From and until, by the same clock as the services' delays. */
  readonly span: Interval
  readonly answer: string
  readonly modelCalls: ReadonlyArray<ModelCall>
  /** In the order in which they began. */
  readonly toolCalls: ReadonlyArray<{ readonly name: string; readonly input: unknown }>
}

/** Whichever of the household's assistants; they need the same. */
export type Contestant = typeof Agents.on | typeof Agents.off

/** A household that remembers what was asked of it. */
export type House = Context.Context<Layer.Success<ReturnType<typeof Agents.household>>>

/** One that remembers nothing yet. */
export const newHouse = (where: Where) => Effect.orDie(Layer.build(Agents.household(where)))

const nowMillis = () => performance.timeOrigin + performance.now()

/** Asks `question`. A run that fails has no answer. */
export const ask = Effect.fnUntraced(function* (agent: Contestant, house: House, question: string, memory: Memory) {
  let summary = RunSummary.initial
  const toolCalls: Array<Run["toolCalls"][number]> = []
  const from = nowMillis()
  yield* agent.run(question).pipe(
    Stream.runForEach((event) =>
      Effect.sync(() => {
        summary = RunSummary.add(summary, event)
        if (event._tag === "ToolStarted") toolCalls.push({ name: event.name, input: event.input })
      })
    ),
    Effect.catchTag("AgentError", () => Effect.void),
    Effect.provideContext(house)
  )
  const until = nowMillis()
  const { answer, modelCalls } = summary
  const run: Run = { question, memory, millis: until - from, span: [from, until], answer, modelCalls, toolCalls }
  return run
})

/** A new household that is warmed up and was asked `other`. */
export const warmHouse = Effect.fnUntraced(function* (agent: Contestant, where: Where, other: string) {
  const house = yield* newHouse(where)
  yield* Effect.provideContext(
    Effect.flatMap(WarmUp, ({ all }) => all),
    house
  )
  yield* ask(agent, house, other, "warm")
  return house
})

/** How long the run took beyond the time in which one of `delays` or more was under way. */
export const beyond = ({ millis, span: [from, until] }: Run, delays: ReadonlyArray<Interval>): number => {
  let reached = from
  let delayed = 0
  for (const [begin, end] of delays.toSorted(([one], [other]) => one - other)) {
    const left = Math.min(end, until)
    delayed += Math.max(0, left - Math.max(begin, reached))
    reached = Math.max(reached, left)
  }
  return millis - delayed
}
