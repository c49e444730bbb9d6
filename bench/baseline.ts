/**
 * `baseline`: the household's questions in five set-ups (`setups`), and with what is known before the model speaks and without
 * (`known`).
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Agents from "./baseline/Agents.ts"
import * as Asking from "./baseline/Asking.ts"
import * as Compared from "./baseline/Compared.ts"
import * as Fifty from "./baseline/Fifty.ts"
import * as Figures from "./baseline/Figures.ts"
import * as Firsts from "./baseline/Firsts.ts"
import * as Household from "./baseline/Household.ts"
import * as RealModel from "./baseline/RealModel.ts"
import * as SetUpRows from "./baseline/SetUpRows.ts"
import type { Model } from "./baseline/SetUps.ts"
import * as Tables from "./baseline/Tables.ts"
import * as Ten from "./baseline/Ten.ts"
import * as TenRows from "./baseline/TenRows.ts"
import type { Options, Row, Suite } from "./Report.ts"

type Services = Effect.Success<typeof Household.start>

const known = Effect.fnUntraced(function* (services: Services) {
  const others = yield* Effect.gen(function* () {
    yield* Ten.rehearse(services)
    return [...(yield* Firsts.rows(services.instant)), ...(yield* Fifty.rows(services.instant))]
  }).pipe(Effect.provide(Agents.wires(services.instant)))
  const ten = yield* Effect.provide(Ten.measured(services), Agents.wires(services.measured))
  return [...TenRows.rows(ten), ...others]
})

const defaultRuns = 5

/** All questions once where nothing takes its time, so that the code is compiled; then `runs` times by `model`. */
const compared = Effect.fnUntraced(function* ({ instant, measured }: Services, model: Model, runs = defaultRuns) {
  const program = yield* Asking.program
  yield* Compared.measured(yield* Asking.make(program, instant, { baseUrl: instant.model }), 1)
  const samples = yield* Compared.measured(yield* Asking.make(program, measured, model), runs)
  return Figures.of(samples)
})

const scripted = Effect.fnUntraced(function* (services: Services, { runs, write }: Options) {
  const figures = yield* compared(services, { baseUrl: services.measured.model }, runs)
  if (write) yield* Tables.write("baseline", { figures })
  return SetUpRows.rows({ figures })
})

/** The set-ups by a model that is no script. Without a key it is not run, which is no failure. */
const real = Effect.fnUntraced(function* (services: Services, { runs, write }: Options) {
  const found = RealModel.find(process.env)
  const none: ReadonlyArray<Row> = []
  if (typeof found === "string") return yield* Effect.as(Console.log(`--model openai: ${found}.\n`), none)
  const { isReal, model } = found
  if (!isReal)
    yield* Console.log(`--model openai: ${model.baseUrl} is not OpenAI's address, so its figures are not real.\n`)
  const figures = yield* compared(services, model, runs)
  if (write && isReal) yield* Tables.write("baseline-openai", { figures, model: found })
  return SetUpRows.rows({ figures, model: found })
})

const parts = ["setups", "known"] as const

const models = ["scripted", "openai"] as const

const rows = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<ReadonlyArray<Row>, string> {
  const { model = "scripted" } = options
  const only = options.only ?? (model === "openai" ? ["setups"] : parts)
  const strange = only.find((name) => !parts.some((part) => part === name))
  if (strange !== undefined)
    return yield* Effect.fail(`baseline has no part ${strange}: there are ${parts.join(", ")}.`)
  if (!models.some((name) => name === model)) {
    return yield* Effect.fail(`baseline knows no model ${model}: there are ${models.join(", ")}.`)
  }
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const services = yield* Household.start
      const rows: Array<Row> = []
      if (only.includes("setups"))
        rows.push(...(yield* model === "openai" ? real(services, options) : scripted(services, options)))
      if (only.includes("known")) rows.push(...(yield* known(services)))
      return rows
    })
  )
})

export const suite: Suite = {
  about: [Compared.about, Ten.about, Firsts.about, Fifty.about].join("\n\n"),
  rows: Effect.orDie(rows({})),
  chosen: { takes: ["only", "runs", "model", "write"], rows }
}
