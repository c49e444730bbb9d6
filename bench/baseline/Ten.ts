/**
 * Ten: the ten questions asked, `off` and `on`, at the pace of a household's services and a hosted model.
 */
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"

import * as Agents from "./Agents.ts"
import type * as Household from "./Household.ts"
import * as Runs from "./Runs.ts"

export const about = `The ten questions, on against off, in one process. Time: of a run, once the process is up and its connections are open; p95
of at most 20 runs of each question (off: 3), fewer where they take longer than the suite may. Cold: nothing is remembered. Warm: after a warm-up
and one other question. Again: the same question once more. Simple questions are asked one at a time, complex ones two at a time. Beyond the
delays: a run's time less the time in which a demo service let it wait, also for what was only read ahead of need. Both go over the same open
connections: what wires save is no part of this (see \`wires\`). Services take the delays measured in a household, the model 350 ms
to the first token and 120 tokens a second, both in another process. The model is a script of written rules, which chooses well: what
depends on its choices is no measure of a real model.`

export interface Timed extends Runs.Run {
  /** Only of runs that had the services to themselves. */
  readonly beyondMillis: number | undefined
}

export interface Measured {
  readonly runs: ReadonlyArray<Timed>
  /** Of each model request. */
  readonly toolBytes: ReadonlyArray<number>
}

type Services = Effect.Success<typeof Household.start>

interface Group {
  readonly questions: ReadonlyArray<string>
  /** How many are asked at a time. */
  readonly concurrency: number
}

const simple: Group = { questions: Questions.simple, concurrency: 1 }
const complex: Group = { questions: Questions.complex, concurrency: 2 }

/** Another question each time, and a simple one, which is soon answered. */
const otherThan = (question: string, round: number): string => {
  const others = simple.questions.filter((other) => other !== question)
  return others[round % others.length] ?? ""
}

/** Each of the group once in each memory. What is done before a run is done while none is under way. */
const round = Effect.fnUntraced(function* (
  agent: Runs.Contestant,
  where: Household.Where,
  delays: Services["delays"],
  { concurrency, questions }: Group,
  memories: ReadonlyArray<Runs.Memory>,
  index: number
) {
  const houses = <R>(make: (question: string) => Effect.Effect<Runs.House, never, R>) =>
    Effect.forEach(questions, (question) => Effect.map(make(question), (house) => ({ question, house })), {
      concurrency: 1
    })
  const cold = yield* houses(() => Runs.newHouse(where))
  const warm = memories.includes("warm")
    ? yield* houses((question) => Runs.warmHouse(agent, where, otherThan(question, index)))
    : []
  const runs: Array<Timed> = []
  for (const memory of memories) {
    const asked = Effect.forEach(
      memory === "cold" ? cold : warm,
      Effect.fnUntraced(function* ({ house, question }) {
        if (concurrency > 1) return { ...(yield* Runs.ask(agent, house, question, memory)), beyondMillis: undefined }
        yield* delays
        const run = yield* Runs.ask(agent, house, question, memory)
        return { ...run, beyondMillis: Runs.beyond(run, yield* delays) }
      }),
      { concurrency }
    )
    runs.push(...(yield* asked))
  }
  return runs
}, Effect.scoped)

/** `count` rounds of each group; of the simple ones none that begins after half of `mostMillis`, then none after all of it. */
const measure = Effect.fnUntraced(function* (
  agent: Runs.Contestant,
  services: Services,
  memories: ReadonlyArray<Runs.Memory>,
  count: number,
  mostMillis: number
) {
  const runs: Array<Timed> = []
  const begin = performance.now()
  yield* services.toolBytes
  for (const [group, end] of [
    [simple, begin + mostMillis / 2],
    [complex, begin + mostMillis]
  ] as const) {
    for (let index = 0; index < count && performance.now() < end; index++) {
      runs.push(...(yield* round(agent, services.measured, services.delays, group, memories, index)))
    }
  }
  const measured: Measured = { runs, toolBytes: yield* services.toolBytes }
  return measured
})

const memories: ReadonlyArray<Runs.Memory> = ["cold", "warm", "again"]

/** All once where nothing takes its time, so that the code is compiled. */
export const rehearse = ({ delays, instant }: Services) =>
  Effect.forEach([simple, complex], (group) => round(Agents.on, instant, delays, group, memories, 0), {
    concurrency: 1,
    discard: true
  })

/** `off` comes first, and leaves open connections to `on`. */
export const measured = Effect.fnUntraced(function* (services: Services) {
  const off = yield* measure(Agents.off, services, ["cold"], 3, 60_000)
  const on = yield* measure(Agents.on, services, memories, 20, 190_000)
  return { off, on }
})
