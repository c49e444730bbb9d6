/**
 * Overhead: what the scheduler adds to calls whose tools take no time.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { Call } from "@callsheet/core/model/ModelStream"
import * as RunLog from "@callsheet/core/RunLog"
import * as Brakes from "@callsheet/core/schedule/Brakes"
import * as Calls from "@callsheet/core/schedule/Calls"
import * as Graph from "@callsheet/core/schedule/Graph"
import type * as Handlers from "@callsheet/core/schedule/Handlers"
import * as Once from "@callsheet/core/schedule/Once"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Shared from "@callsheet/core/schedule/Shared"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"

import { median, rounded, type Row } from "../Report.ts"

export const about = `What the scheduler adds to Effect.forEach(calls, handle, { concurrency: "unbounded" }): from the calls of one complete
message to their results, run log included, model excluded. Unit: microseconds a call, median of the differences of
neighbouring measurements, the two in alternating order. Load: one step at a time, of 50 or 1,000 different calls of one
read-only tool that returns a small struct at once; the two sizes are compared over 1,000 calls each, so that both pay for
their own garbage. Tracing on: a tracer that keeps every span in memory.`

const alternations = 300
/** After every so many of them: one block of many small steps and one of a single large step, with as many calls in all. */
const blockEvery = 15
const warmups = 200

const small = 50
const large = 1000

const Look = Tool.make("look", {
  parameters: Schema.Struct({ id: Schema.String }),
  success: Schema.Struct({ id: Schema.String, year: Schema.Finite })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Look)
const handlers = toolkit.toLayer({ look: ({ id }) => Effect.succeed({ id, year: 1979 }) })

const callsOf = (count: number): ReadonlyArray<Call> =>
  Array.from({ length: count }, (_, index) => {
    const input = { id: `tt${1_000_000 + index}` }
    return { id: `call_${index}`, name: "look", inputText: JSON.stringify(input), input, fault: undefined }
  })

const smallStep = callsOf(small)
const largeStep = callsOf(large)

type Handled = Handlers.Handled<Tool.HandlerServices<typeof Look>>
type Step = (handled: Handled, calls: ReadonlyArray<Call>) => Effect.Effect<unknown, unknown>

/** As `Agent` opens a step, and `Turn` hands on the calls of one message. */
const scheduled: Step = (toolkit, calls) =>
  Effect.scoped(
    Effect.gen(function* () {
      const events: Array<AgentEvent> = []
      const log = yield* RunLog.make("bench", (event) => void events.push(event))
      const policy = Policy.standard
      const step = Calls.open(0, {
        toolkit,
        policy,
        log,
        once: Once.make(log.elapsedMillis),
        order: Graph.makeOrder(),
        shared: yield* Shared.Shared,
        brakes: Brakes.make(policy, "bench", undefined),
        ledger: undefined,
        fork: yield* FiberSet.makeRuntime<Tool.HandlerServices<typeof Look>>()
      })
      yield* Effect.forEach(calls, step.onCall, { concurrency: 1, discard: true })
      return yield* step.results(true)
    })
  )

const handledOnly: Step = (toolkit, calls) =>
  Effect.forEach(calls, ({ id, input, name }) => Effect.flatMap(toolkit.handle(name, input, id), Stream.runLast), {
    concurrency: "unbounded"
  })

interface Sample {
  /** Microseconds a call of `handledOnly`. */
  readonly base: number
  /** What `scheduled` takes beyond that. */
  readonly added: number
}

/** One measurement of each, of `steps` steps in a row. */
const sample = Effect.fnUntraced(function* (
  handled: Handled,
  calls: ReadonlyArray<Call>,
  steps: number,
  isBaseFirst: boolean
) {
  const micros = Effect.fnUntraced(function* (step: Step) {
    // Whatever the one before left to be done is not counted.
    yield* Effect.sleep(1)
    spans.length = 0
    const start = performance.now()
    for (let n = 0; n < steps; n++) {
      yield* step(handled, calls).pipe(Effect.withSpan("step", {}, { captureStackTrace: false }))
    }
    return ((performance.now() - start) * 1000) / (steps * calls.length)
  })
  const first = yield* micros(isBaseFirst ? handledOnly : scheduled)
  const second = yield* micros(isBaseFirst ? scheduled : handledOnly)
  const [base, ours] = isBaseFirst ? [first, second] : [second, first]
  return { base, added: ours - base }
})

const spans: Array<Tracer.Span> = []

const keeping = Tracer.make({
  span: (options) => {
    const span = new Tracer.NativeSpan(options)
    spans.push(span)
    return span
  }
})

const addedOf = (samples: ReadonlyArray<Sample>): number => median(samples.map(({ added }) => added))

const wholeOf = (samples: ReadonlyArray<Sample>): number => median(samples.map(({ added, base }) => base + added))

const told = (samples: ReadonlyArray<Sample>): string =>
  `${rounded(addedOf(samples), 1)} µs on top of ${rounded(median(samples.map(({ base }) => base)), 1)}`

const rowsOf = Effect.fnUntraced(function* (tracing: string, atMost: number) {
  const handled = yield* toolkit
  const steps: Array<Sample> = []
  const smallBlocks: Array<Sample> = []
  const largeBlocks: Array<Sample> = []
  for (let n = -warmups; n < 0; n++) yield* sample(handled, smallStep, 1, n % 2 === 0)
  for (let n = 0; n < alternations; n++) {
    steps.push(yield* sample(handled, smallStep, 1, n % 2 === 0))
    if (n % blockEvery > 0) continue
    const isBaseFirst = n % (2 * blockEvery) === 0
    smallBlocks.push(yield* sample(handled, smallStep, large / small, isBaseFirst))
    largeBlocks.push(yield* sample(handled, largeStep, 1, isBaseFirst))
  }
  const rows: ReadonlyArray<Row> = [
    {
      name: `added a call, ${small} calls a step, tracing ${tracing}`,
      value: addedOf(steps),
      unit: "µs",
      atMost,
      note: `${told(steps)}; ${steps.length} alternations`
    },
    {
      name: `added a call, ${large} calls a step against ${small}, tracing ${tracing}`,
      value: addedOf(largeBlocks) / addedOf(smallBlocks),
      unit: "x",
      atMost: 1.2,
      note: `${told(largeBlocks)}, against ${told(smallBlocks)}; ${largeBlocks.length} alternations`
    },
    {
      name: `whole cost of a call, ${large} calls a step against ${small}, tracing ${tracing}`,
      value: wholeOf(largeBlocks) / wholeOf(smallBlocks),
      unit: "x",
      note: `${rounded(wholeOf(largeBlocks), 1)} µs against ${rounded(wholeOf(smallBlocks), 1)}, the same alternations`
    }
  ]
  return rows
})

export const rows: Effect.Effect<ReadonlyArray<Row>> = Effect.gen(function* () {
  const off = yield* Effect.withTracerEnabled(rowsOf("off", 40), false)
  const on = yield* Effect.withTracer(rowsOf("on", 100), keeping)
  return [...off, ...on]
}).pipe(Effect.orDie, Effect.provide(handlers))
