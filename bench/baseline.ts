/**
 * `baseline`: the household's questions with what is known before the model speaks, and without.
 */
import * as Effect from "effect/Effect"

import * as Agents from "./baseline/Agents.ts"
import * as Fifty from "./baseline/Fifty.ts"
import * as Household from "./baseline/Household.ts"
import * as Ten from "./baseline/Ten.ts"
import type { Suite } from "./Report.ts"

const rows = Effect.gen(function* () {
  const house = yield* Household.start
  const ten = yield* Effect.provide(Ten.rows(house), Agents.wires(house.measured))
  const fifty = yield* Effect.provide(Fifty.rows(house.instant), Agents.wires(house.instant))
  return [...ten, ...fifty]
})

export const suite: Suite = { about: `${Ten.about}\n\n${Fifty.about}`, rows: Effect.scoped(rows) }
