/**
 * Realistic: runs of the six shapes against a model with the pace of a hosted one, measured against paper.
 */
import * as Effect from "effect/Effect"

import { median, type Row } from "../Report.ts"
import * as ServerProcess from "../ServerProcess.ts"
import * as Contestants from "./Contestants.ts"
import { answer, type Variant, variants } from "./Shapes.ts"

export const about = `Wall time of a run against its critical path on paper: each tool call begins when its own arguments, and what they need,
are there, and the next model call when the last tool call has ended. Unit: ratio, median of 5 runs. Load: 6 runs at a time in
one process. Model: scripted, in another process on loopback, 350 ms to the first token, 120 tokens a second; it proves
scheduling, never intelligence. Tools sleep 40 ms, the slow one 600 ms. Beside callsheet: "sequential" is the same agent not
streaming, one tool call at a time; "effect/ai" is LanguageModel.streamText with the toolkit, in a loop by hand, over the same
transport.`

const rounds = 5
const runsAtATime = 6

const unit = "x critical path"

interface Runner {
  readonly name: string
  readonly variant: Variant
  readonly run: Effect.Effect<Contestants.Ran>
  readonly millis: Array<number>
}

const timed = Effect.fnUntraced(function* ({ name, run, variant }: Runner) {
  const start = performance.now()
  const ran = yield* run
  const millis = performance.now() - start
  if (ran.answer !== answer || ran.toolCalls !== variant.toolCalls) {
    return yield* Effect.die(`${name} did ${ran.toolCalls} of ${variant.toolCalls} calls and answered: ${ran.answer}`)
  }
  return millis
})

const rotated = <A>(values: ReadonlyArray<A>, by: number): ReadonlyArray<A> => [
  ...values.slice(by % values.length),
  ...values.slice(0, by % values.length)
]

const rowOf = ({ millis, name, variant: { criticalPathMillis } }: Runner): Row => {
  const range = `${Math.round(Math.min(...millis))} to ${Math.round(Math.max(...millis))}`
  return {
    name,
    value: median(millis) / criticalPathMillis,
    unit,
    note: `${Math.round(median(millis))} ms (${range}), on paper ${criticalPathMillis} ms`
  }
}

export const rows: Effect.Effect<ReadonlyArray<Row>> = Effect.scoped(
  Effect.gen(function* () {
    const baseUrl = yield* ServerProcess.start(new URL("server.ts", import.meta.url))
    const { callsheet, effectAi, sequential } = yield* Contestants.make(baseUrl)
    const runner = (variant: Variant, contestant: string, run: Runner["run"]): Runner => ({
      name: `${variant.name}: ${contestant}`,
      variant,
      run,
      millis: []
    })
    const ours = variants.map((variant) => runner(variant, "callsheet", callsheet(variant.name, variant.isPlan)))
    const others = variants.flatMap((variant) =>
      variant.isPlan
        ? []
        : [
            runner(variant, "sequential", sequential(variant.name)),
            runner(variant, "effect/ai", effectAi(variant.name))
          ]
    )
    const runners = [...ours, ...others]
    // Connections open, code compiled.
    yield* Effect.forEach(
      runners.filter(({ variant }) => variant === variants[0]),
      timed,
      { concurrency: 1 }
    )
    for (let round = 0; round < rounds; round++) {
      yield* Effect.forEach(
        rotated(runners, round * runsAtATime),
        (runner) => Effect.map(timed(runner), (millis) => void runner.millis.push(millis)),
        { concurrency: runsAtATime, discard: true }
      )
    }
    const medianOf = (name: string) => median(ours.find(({ variant }) => variant.name === name)?.millis ?? [])
    return [
      ...ours.map((runner) => ({ ...rowOf(runner), atMost: 1.03 })),
      {
        name: "chain of 4: a plan against a loop",
        value: medianOf("chain of 4, loop") / medianOf("chain of 4, plan"),
        unit: "x faster",
        atLeast: 1.4,
        note: "callsheet both times"
      },
      ...others.map(rowOf)
    ]
  })
)
