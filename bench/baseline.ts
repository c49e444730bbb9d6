/**
 * `baseline`: the household's questions with what is known before the model speaks, and without.
 */
import * as Effect from "effect/Effect"

import * as Agents from "./baseline/Agents.ts"
import * as Fifty from "./baseline/Fifty.ts"
import * as Firsts from "./baseline/Firsts.ts"
import * as Household from "./baseline/Household.ts"
import * as Ten from "./baseline/Ten.ts"
import * as TenRows from "./baseline/TenRows.ts"
import type { Suite } from "./Report.ts"

const rows = Effect.gen(function* () {
  const services = yield* Household.start
  const others = yield* Effect.gen(function* () {
    yield* Ten.rehearse(services)
    return [...(yield* Firsts.rows(services.instant)), ...(yield* Fifty.rows(services.instant))]
  }).pipe(Effect.provide(Agents.wires(services.instant)))
  const ten = yield* Effect.provide(Ten.measured(services), Agents.wires(services.measured))
  return [...TenRows.rows(ten), ...others]
})

export const suite: Suite = { about: `${Ten.about}\n\n${Firsts.about}\n\n${Fifty.about}`, rows: Effect.scoped(rows) }
