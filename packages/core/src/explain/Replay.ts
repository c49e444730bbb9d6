/**
 * Replay: what a run would have taken, found by running its graph once more through the scheduler that runs agents, on a clock
 * that moves only when everything waits.
 *
 * The model is a stream that waits and writes as the graph says, tools do nothing for as long as the graph says; turns, order,
 * places and what may start when are the engine's own. Calls are placed one by one and not as the text of a plan, whose limits
 * (50 steps, one list) are those of what a model may write. Loads the test clock, so nothing that answers imports this.
 */
import type * as Response from "effect/ai/Response"
import * as Tool from "effect/ai/Tool"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { type Call, type ModelPart, ModelStream } from "../model/ModelStream.ts"
import * as Turn from "../model/Turn.ts"
import * as RunLog from "../RunLog.ts"
import * as Annotations from "../schedule/Annotations.ts"
import * as Brakes from "../schedule/Brakes.ts"
import * as Graph from "../schedule/Graph.ts"
import type * as Handlers from "../schedule/Handlers.ts"
import * as Hedge from "../schedule/Hedge.ts"
import * as Once from "../schedule/Once.ts"
import * as Policy from "../schedule/Policy.ts"
import type { Run } from "../schedule/Run.ts"
import * as Scheduler from "../schedule/Scheduler.ts"
import * as Shared from "../schedule/Shared.ts"
import * as ReplayOrder from "./ReplayOrder.ts"
import type { GraphCall, Round, RunGraph } from "./RunGraph.ts"

/** How the calls of a graph are run. */
export interface How {
  /** Calls that run at a time; 1 is one after another. */
  readonly toolConcurrency: number
  /** Whether a call may start as soon as its arguments are written; else it waits for the end of the message. */
  readonly startsEarly: boolean
}

/** Together, and as they are written: how an agent of this engine runs calls, but that nothing limits how many. */
export const together: How = { toolConcurrency: Infinity, startsEarly: true }

/** One after another, after the message: how an agent runs them that does not stream and has one place. */
export const oneByOne: How = { toolConcurrency: 1, startsEarly: false }

/** A time as a trace tells it, which may be anything. */
const sane = (millis: number): number => (millis > 0 && Number.isFinite(millis) ? millis : 0)

const modelMillis = ({ model }: Round): number =>
  model === undefined ? 0 : sane(model.waitMillis) + sane(model.decodeMillis)

/** What `graph` takes if nothing in it overlaps anything: no replay is longer. */
const longestMillis = ({ restMillis, rounds }: RunGraph): number =>
  rounds.reduce(
    (sum, round) =>
      round.calls.reduce((sum, { millis }) => sum + sane(millis), sum + sane(round.gapMillis) + modelMillis(round)),
    sane(restMillis)
  )

const parameters = Schema.Struct({ call: Schema.String })

/** Tools as the graph knows them: one for each name, upstream and kind. */
const makeTools = () => {
  const known = new Map<string, Tool.Any>()
  return ({ isReadOnly, name, upstream }: GraphCall): Tool.Any => {
    const key = JSON.stringify([name, isReadOnly, upstream])
    const found = known.get(key)
    if (found !== undefined) return found
    const tool = Tool.make(name, { parameters })
      .annotate(Tool.Readonly, isReadOnly)
      // Nobody is there to approve anything.
      .annotate(Tool.Destructive, false)
      .annotate(Annotations.Upstream, upstream === undefined ? undefined : { name: upstream })
    known.set(key, tool)
    return tool
  }
}

const usage = {
  inputTokens: undefined,
  cachedInputTokens: undefined,
  outputTokens: undefined,
  reasoningTokens: undefined
}

const finish = (reason: Response.FinishReason): ModelPart => ({
  _tag: "Finish",
  reason,
  usage,
  responseId: undefined,
  model: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
  retries: undefined
})

/** A model that writes `calls`, each at its moment, and has ended its message after `millis`. */
const modelOf = (calls: ReadonlyArray<ReplayOrder.Placed>, millis: number): ModelStream["Service"] => {
  const moments: Array<{ readonly atMillis: number; readonly parts: Array<ModelPart> }> = []
  for (const { atMillis, key } of calls) {
    const call: Call = { id: key, name: "", inputText: "", input: undefined, fault: undefined }
    const last = moments.at(-1)
    const part: ModelPart = { _tag: "Call", call }
    if (last?.atMillis === atMillis) last.parts.push(part)
    else moments.push({ atMillis, parts: [part] })
  }
  moments.push({ atMillis: millis, parts: [finish(calls.length === 0 ? "stop" : "tool-calls")] })
  let nowMillis = 0
  const waited = moments.map(({ atMillis, parts }) => {
    const wait = Effect.as(Effect.sleep(atMillis - nowMillis), parts)
    nowMillis = atMillis
    return wait
  })
  const stream = Stream.flattenIterable(Stream.mapEffect(Stream.fromIterable(waited), (wait) => wait))
  return { provider: "replay", model: "replay", streams: true, stream: () => stream }
}

const request = { messages: [], tools: [], toolChoice: "auto", deltasOf: undefined, cacheKey: undefined } as const

/** One round: its calls are placed when they are written, or all at once where no model writes. */
const replayRound = Effect.fnUntraced(function* (
  step: number,
  round: Round,
  how: How,
  run: Run<never>,
  toolOf: (call: GraphCall) => Tool.Any,
  begins: (key: string, call: GraphCall) => void
) {
  yield* Effect.sleep(sane(round.gapMillis))
  const millis = modelMillis(round)
  const placed = ReplayOrder.of(round.calls, ({ writtenMillis }) =>
    how.startsEarly ? Math.min(sane(writtenMillis), millis) : millis
  )
  const byKey = new Map(placed.map((place) => [place.key, place]))
  const scheduler = Scheduler.open(step, run)
  const nodes = new Map<string, Graph.Node>()
  const place = ({ call, key, needs }: ReplayOrder.Placed) =>
    Effect.suspend(() => {
      const input = { call: `${step} ${key}` }
      begins(input.call, call)
      const placing: Scheduler.Placing = {
        id: input.call,
        tool: toolOf(call),
        known: needs.length === 0 ? input : undefined,
        needs: needs.flatMap((need) => nodes.get(need) ?? []),
        input: () => Result.succeed(input)
      }
      return Effect.map(scheduler.place(placing), (node) => void nodes.set(key, node))
    })
  if (round.model === undefined) yield* Effect.forEach(placed, place, { concurrency: 1, discard: true })
  else {
    const listener: Turn.Listener = {
      onCall: ({ id }) => {
        const written = byKey.get(id)
        return written === undefined ? Effect.void : place(written)
      },
      onCallDelta: () => Effect.void
    }
    yield* Turn.take(step, request, run.log, listener).pipe(
      Effect.provideService(ModelStream, modelOf(placed, millis)),
      Effect.orDie
    )
  }
  scheduler.finish(true)
  yield* Graph.outcomes([...nodes.values()])
  scheduler.cut("The round is over.")
})

/** The run itself, by whatever clock there is. */
const replay = Effect.fnUntraced(function* (graph: RunGraph, how: How) {
  const startMillis = yield* Clock.currentTimeMillis
  const log = yield* RunLog.make("replay", () => {})
  const policy: Policy.Policy = { ...Policy.standard, toolConcurrency: how.toolConcurrency }
  const asked = new Map<string, GraphCall>()
  const done = { result: null, encodedResult: null, isFailure: false, preliminary: false }
  const toolkit: Handlers.Handled<never> = {
    tools: {},
    handle: (_name, _input, key = "") =>
      Effect.succeed(Stream.fromEffect(Effect.as(Effect.sleep(sane(asked.get(key)?.millis ?? 0)), done)))
  }
  const run: Run<never> = {
    toolkit,
    policy,
    log,
    once: Once.make(log.elapsedMillis),
    order: Graph.makeOrder(),
    shared: yield* Shared.make,
    brakes: Brakes.make(policy, "replay", undefined),
    ledger: undefined,
    fork: yield* FiberSet.makeRuntime<never>()
  }
  const toolOf = makeTools()
  for (const [step, round] of graph.rounds.entries()) {
    yield* replayRound(step, round, how, run, toolOf, (key, call) => void asked.set(key, call))
  }
  yield* Effect.sleep(sane(graph.restMillis))
  return RunLog.toMicros((yield* Clock.currentTimeMillis) - startMillis)
}, Effect.scoped)

/**
 * How long the run of `graph` takes if its calls are run as `how` says: milliseconds of virtual time, to the microsecond, the
 * same on any machine.
 *
 * **Details**
 *
 * Each round begins when all of the one before it has ended and the engine's own time before it has passed. A call that `needs`
 * others begins when they have ended. Calls that write wait for the end of the message, and for the calls before them of the
 * same upstream, as the scheduler has it: narrower tags are not in a graph. Nothing is hedged, retried, remembered or shared,
 * and nobody is asked for approval: what a call took, it takes.
 *
 * Needs that name no call of their round, or that close a circle, count for nothing; so do times that are negative or no
 * numbers. The caller's clock, tracer and limits are not touched.
 *
 * **Gotchas**
 *
 * Some 0.1 ms of processor time a call: 10,000 calls take seconds. It yields between the moments of virtual time.
 */
export const millis = (graph: RunGraph, how: How = together): Effect.Effect<number> =>
  Effect.gen(function* () {
    // The clock waits for what it wakes, so the run begins with being woken: else it might be passed while it begins.
    const running = yield* Effect.forkChild(Effect.delay(replay(graph, how), 1), { startImmediately: true })
    // A second more than it can take, for what rounding adds.
    yield* TestClock.adjust(longestMillis(graph) + 1000)
    const ended = running.pollUnsafe()
    return ended === undefined ? yield* Effect.die(new Error("A replay did not end.")) : yield* ended
  }).pipe(
    Effect.provideService(Hedge.Enabled, false),
    Effect.withTracerEnabled(false),
    // The warning is for tests that forget to move the clock; a large graph may take longer than it waits.
    Effect.provide(TestClock.layer({ warningDelay: Duration.days(1) }), { local: true })
  )
