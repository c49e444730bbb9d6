/**
 * `counterfactuals`: what a profile says a run would have taken, beside what it takes when it is really run so.
 */
import * as Counterfactuals from "@callsheet/core/explain/Counterfactuals"
import type { Counterfactual } from "@callsheet/core/explain/Profile"
import * as RunGraph from "@callsheet/core/explain/RunGraph"
import * as Effect from "effect/Effect"

import * as Asking from "./baseline/Asking.ts"
import * as Compared from "./baseline/Compared.ts"
import * as Household from "./baseline/Household.ts"
import type { Sample } from "./baseline/Sample.ts"
import * as SetUps from "./baseline/SetUps.ts"
import { median, rounded, type Row, type Suite } from "./Report.ts"

const defaultRuns = 3

const about = `"If sequential": runs of the ten questions in the set-up "parallel" are recorded, and each one's graph is replayed sequentially; the median of
that against the median of what the set-up "sequential" took. "If parallel" the other way round: there calls count as written at the end of
their message, since nothing streamed. Self times: by how much the sum of a run's self times differs from the time measured around the run,
median of the runs of a question in a set-up, the worst of the five set-ups. ${defaultRuns} runs of each question in each set-up, or as many as --runs
says, turn and turn about. For set-ups, delays and the model see \`baseline\`.`

/** What the run of `sample` would have taken, had it been run as `kind` says. */
const otherwise = Effect.fnUntraced(function* ({ asked }: Sample, kind: Counterfactual["kind"]) {
  if (asked === undefined) return Number.NaN
  const graph = yield* Effect.orDie(Effect.fromResult(RunGraph.of(asked.spans)))
  const all = yield* Counterfactuals.of(asked.profile, graph)
  return all.find((one) => one.kind === kind)?.millis ?? Number.NaN
})

/** One row a question: how far the runs of `recorded`, had they been run as `kind` says, are from those of `real`. */
const compared = Effect.fnUntraced(function* (
  samples: ReadonlyArray<Sample>,
  kind: "sequential" | "parallel",
  recorded: SetUps.SetUp,
  real: SetUps.SetUp
) {
  const rows: Array<Row> = []
  for (const question of Compared.questions) {
    const of = (setUp: SetUps.SetUp) =>
      samples.filter((sample) => sample.question === question && sample.setUp === setUp)
    const told = median(yield* Effect.forEach(of(recorded), (sample) => otherwise(sample, kind), { concurrency: 1 }))
    const measured = median(of(real).map(({ millis }) => millis))
    rows.push({
      name: `if ${kind}: ${question}`,
      value: 100 * Math.abs(told / measured - 1),
      unit: "% off",
      atMost: 5,
      note: `told ${rounded(told, 0)} ms, measured ${rounded(measured, 0)}; it took ${rounded(median(of(recorded).map(({ millis }) => millis)), 0)}`
    })
  }
  return rows
})

const selfTimes = (samples: ReadonlyArray<Sample>): ReadonlyArray<Row> =>
  Compared.questions.map((question) => {
    const off = SetUps.all.map((setUp) => {
      const own = samples.filter((sample) => sample.question === question && sample.setUp === setUp)
      const parts = own.map(({ runMillis, selfMillis }) => {
        const sum = Object.values(selfMillis).reduce((total, millis) => total + millis, 0)
        return 100 * Math.abs(sum / runMillis - 1)
      })
      return { setUp, percent: median(parts) }
    })
    return {
      name: `self times against wall time: ${question}`,
      value: Math.max(...off.map(({ percent }) => percent)),
      unit: "% off",
      atMost: 1,
      note: off.map(({ percent, setUp }) => `${setUp.name} ${rounded(percent, 2)}`).join(", ")
    }
  })

const rows = Effect.fnUntraced(function* (runs: number) {
  const { instant, measured } = yield* Household.start
  const program = yield* Asking.program
  // So that the code is compiled.
  yield* Compared.measured(yield* Asking.make(program, instant, { baseUrl: instant.model }), 2)
  const samples = yield* Compared.measured(yield* Asking.make(program, measured, { baseUrl: measured.model }), runs)
  return [
    ...(yield* compared(samples, "sequential", SetUps.parallel, SetUps.sequential)),
    ...(yield* compared(samples, "parallel", SetUps.sequential, SetUps.parallel)),
    ...selfTimes(samples)
  ]
}, Effect.scoped)

export const suite: Suite = {
  about,
  rows: rows(defaultRuns),
  chosen: { takes: ["runs"], rows: ({ runs = defaultRuns }) => rows(runs) }
}
