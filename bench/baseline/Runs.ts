/**
 * Runs: one run of a question, and what it took.
 */
import type { ModelCall } from "@callsheet/core/AgentEvent"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
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

type Setup = typeof Agents.on | typeof Agents.off

const nowMillis = () => performance.timeOrigin + performance.now()

/** A run that fails has no answer. */
const ask = Effect.fnUntraced(function* (agent: Setup, question: string, memory: Memory) {
  let summary = RunSummary.initial
  const toolCalls: Array<{ readonly name: string; readonly input: unknown }> = []
  const from = nowMillis()
  yield* agent.run(question).pipe(
    Stream.runForEach((event) =>
      Effect.sync(() => {
        summary = RunSummary.add(summary, event)
        if (event._tag === "ToolStarted") toolCalls.push({ name: event.name, input: event.input })
      })
    ),
    Effect.catchTag("AgentError", () => Effect.void)
  )
  const until = nowMillis()
  const { answer, modelCalls } = summary
  const run: Run = { question, memory, millis: until - from, span: [from, until], answer, modelCalls, toolCalls }
  return run
})

type Services = Layer.Success<ReturnType<typeof Agents.household>>

/** `effect` with a household of its own that remembers nothing yet. */
const fresh = <A, E, R>(where: Where, effect: Effect.Effect<A, E, R | Services>) =>
  Effect.orDie(Effect.provide(effect, Agents.household(where)))

export const cold = (agent: Setup, where: Where, question: string) => fresh(where, ask(agent, question, "cold"))

/** The same after a warm-up and `other`, a different question; and once more. */
export const warm = (agent: Setup, where: Where, question: string, other: string) =>
  fresh(
    where,
    Effect.gen(function* () {
      yield* Effect.flatMap(WarmUp, ({ all }) => all)
      yield* ask(agent, other, "cold")
      return [yield* ask(agent, question, "warm"), yield* ask(agent, question, "again")] as const
    })
  )

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
