/**
 * Firsts: what reading ahead is worth: of the ten questions, each the first one of a household, those that waited for no service,
 * without a warm-up and after one.
 */
import { Cache } from "@callsheet/cache/Cache"
import { Warmth } from "@callsheet/media/Warmth"
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"

import type { Row } from "../Report.ts"
import * as Agents from "./Agents.ts"
import type { Where } from "./Household.ts"
import * as Runs from "./Runs.ts"

export const about = `First questions: each of the ten in a household that remembers nothing; in one that was only warmed up; and in one that was asked it
twice, forgot all, and was warmed up with what is asked most. Warm are those of which no read waited for a service. What is true for
seconds only (on deck, downloads) is not read ahead.`

const questions = [...Questions.simple, ...Questions.complex]

const befores = {
  "without a warm-up": () => Effect.void,
  "after a warm-up": () => Effect.flatMap(WarmUp, ({ all }) => all),
  "after a warm-up that knows what is asked most": (question: string) =>
    Effect.gen(function* () {
      // What was asked once is not what is asked most.
      yield* Stream.runDrain(Agents.on.run(question))
      yield* Stream.runDrain(Agents.on.run(question))
      yield* Effect.flatMap(Cache, ({ invalidate }) => invalidate({ all: true }))
      yield* Effect.flatMap(WarmUp, ({ round }) => round)
    })
} as const

const isWarm = Effect.fnUntraced(function* (where: Where, question: string, before: keyof typeof befores) {
  const house = yield* Runs.newHouse(where)
  return yield* Effect.gen(function* () {
    yield* befores[before](question)
    const warmth = yield* Warmth
    yield* Stream.runDrain(warmth.question(Agents.on.run(question)))
    return (yield* warmth.shares).first.warm > 0
  }).pipe(Effect.provide(Warmth.layer), Effect.provideContext(house), Effect.orDie)
}, Effect.scoped)

const row = Effect.fnUntraced(function* (where: Where, before: keyof typeof befores) {
  const warm = yield* Effect.filter(questions, (question) => isWarm(where, question, before), { concurrency: 1 })
  const row: Row = {
    name: `on, first questions served warm ${before}`,
    value: (100 * warm.length) / questions.length,
    unit: "%",
    note: `${warm.length} of ${questions.length}`
  }
  return row
})

export const rows = (where: Where) =>
  Effect.forEach(Struct.keys(befores), (before) => row(where, before), { concurrency: 1 })
