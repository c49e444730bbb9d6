import { Warmth } from "@callsheet/media/Warmth"
/**
 * Firsts: what reading ahead is worth: of the ten questions, each the first one of a household, those that waited for no service,
 * without a warm-up and after one.
 */
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import type { Row } from "../Report.ts"
import * as Agents from "./Agents.ts"
import type { Where } from "./Household.ts"
import * as Runs from "./Runs.ts"

export const about = `First questions: each of the ten in a household that remembers nothing, and in one that was only warmed up; warm are those of
which no read waited for a service. What is true for seconds only (on deck, downloads) is not read ahead, and lists of TMDb by filters neither.`

const questions = [...Questions.simple, ...Questions.complex]

const isWarm = Effect.fnUntraced(function* (where: Where, question: string, isWarmedUp: boolean) {
  const house = yield* Runs.newHouse(where)
  return yield* Effect.gen(function* () {
    if (isWarmedUp) yield* Effect.flatMap(WarmUp, ({ all }) => all)
    const warmth = yield* Warmth
    yield* Stream.runDrain(warmth.question(Agents.on.run(question)))
    return (yield* warmth.shares).first.warm > 0
  }).pipe(Effect.provide(Warmth.layer), Effect.provideContext(house), Effect.orDie)
}, Effect.scoped)

const row = Effect.fnUntraced(function* (where: Where, isWarmedUp: boolean) {
  const warm = yield* Effect.filter(questions, (question) => isWarm(where, question, isWarmedUp), { concurrency: 1 })
  const row: Row = {
    name: `on, first questions served warm ${isWarmedUp ? "after a warm-up" : "without a warm-up"}`,
    value: (100 * warm.length) / questions.length,
    unit: "%",
    note: `${warm.length} of ${questions.length}`
  }
  return row
})

export const rows = (where: Where) => Effect.all([row(where, false), row(where, true)], { concurrency: 1 })
