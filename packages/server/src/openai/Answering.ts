/**
 * Answering: a run begun for a client of OpenAI's APIs, and its events as they are to be told: all of them folded for a client that
 * waits, or one by one as server-sent events.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as AgentRequest from "@callsheet/core/AgentRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as Body from "../Body.ts"
import { Conversations } from "../Conversations.ts"
import * as Entry from "../Entry.ts"
import * as Limits from "../Limits.ts"
import { fromAgentError, fromRunError, Problem } from "../Problem.ts"
import type { RunError } from "../RunError.ts"
import { type Ask, type Run, Runs } from "../Runs.ts"
import type { Batch } from "../Watch.ts"
import * as Told from "./Told.ts"

/** A decoder of bodies that carry a conversation. */
export const body = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Body.json(schema)
  return Effect.gen(function* () {
    const limits = yield* Limits.Current
    return yield* Effect.provideService(decode, Limits.Current, { ...limits, bodyBytes: limits.historyBytes })
  })
}

export const nowSeconds = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

const utf8 = new TextEncoder()

/** A client that does not know the run it goes on from has its results last: they tell which it is. */
const recalled = Effect.fnUntraced(function* (ask: Ask) {
  const { history = [], previousRunId } = ask
  if (previousRunId !== undefined || ask.question !== "") return ask
  const begin = history.findLastIndex(({ role }) => role !== "tool") + 1
  const [first] = history.slice(begin)
  if (first?.role !== "tool") return ask
  const runId = yield* (yield* Conversations).ofCall(first.callId)
  return runId === undefined ? ask : { ...ask, previousRunId: runId, history: history.slice(begin) }
})

/** Begins the run that `asked` asks for, of `model`. */
export const begin = Effect.fnUntraced(function* (model: string, asked: Result.Result<Ask, Problem>) {
  const runs = yield* Runs
  const { agent, model: own } = runs.names
  if (model !== agent && model !== own) {
    return yield* new Problem({
      kind: "unknown-model",
      detail: `There is no model ${JSON.stringify(model.slice(0, 100))}: ask for ${agent}.`,
      param: "model"
    })
  }
  const ask = yield* Effect.fromResult(asked)
  const { questionBytes } = yield* Limits.Current
  if (utf8.encode(ask.question).length > questionBytes) {
    return yield* new Problem({
      kind: "question-too-long",
      detail: `The question has over ${questionBytes} bytes: shorten it.`
    })
  }
  const whole = yield* recalled(ask)
  // What goes on from a run that is kept is whole only with that.
  if (whole.previousRunId === undefined) {
    yield* Effect.mapError(AgentRequest.validate(whole, questionBytes), fromAgentError)
  }
  return yield* runs.start(whole)
})

const decoded = (entry: Entry.Entry): Effect.Effect<AgentEvent> =>
  entry.event === undefined ? Effect.orDie(Entry.decode(entry.data)) : Effect.succeed(entry.event)

/** These APIs have no way to ask a person, so what waits for a word is refused, and the model says so. */
const batchesOf = Effect.fnUntraced(function* ({ runId }: Run) {
  const runs = yield* Runs
  const batches = Option.getOrElse(yield* runs.watch(runId, -1), (): Stream.Stream<Batch, RunError> => Stream.empty)
  return Stream.tap(batches, (batch) =>
    Effect.forEach(
      batch._tag === "Entries" ? batch.entries.filter(({ tag }) => tag === "ApprovalNeeded") : [],
      (entry) =>
        Effect.flatMap(decoded(entry), (event) =>
          event._tag === "ApprovalNeeded" ? Effect.ignore(runs.approve(runId, event.callId, false)) : Effect.void
        ),
      { concurrency: 1, discard: true }
    )
  )
})

const lost = new Problem({ kind: "broken", detail: "Some of what happened is kept no longer: ask again." })

/** All that a run tells, once it is over. */
export const told = Effect.fnUntraced(function* (run: Run) {
  const batches = yield* batchesOf(run)
  const whole = yield* Stream.runFoldEffect(
    batches,
    () => Told.nothing,
    (before, batch) => {
      if (batch._tag === "Missed") return Effect.fail(lost)
      return batch._tag === "Quiet"
        ? Effect.succeed(before)
        : Effect.map(Effect.forEach(batch.entries, decoded, { concurrency: 1 }), (events) =>
            events.reduce(Told.add, before)
          )
    }
  )
  yield* Effect.catchTag(run.outcome, "AgentError", (error) => Effect.fail(fromAgentError(error)))
  return whole
})

/** How a run is told event by event. */
export interface Telling<State> {
  readonly initial: State
  /** What an event becomes: values of JSON, or a word of its own. */
  readonly step: (state: State, event: AgentEvent) => readonly [State, ReadonlyArray<object | string>]
  readonly failure: (state: State, problem: Problem) => ReadonlyArray<object | string>
  /** Whether each frame names its event by the value's `type`. */
  readonly isNamed: boolean
}

const comment = utf8.encode(":\n\n")

const frame = (value: object | string, isNamed: boolean): string => {
  const data = typeof value === "string" ? value : JSON.stringify(value)
  return isNamed && typeof value === "object" && "type" in value
    ? `event: ${String(value.type)}\ndata: ${data}\n\n`
    : `data: ${data}\n\n`
}

/** Why a run ended without an answer. */
const problemOf = (run: Run) =>
  Effect.match(run.outcome, {
    onFailure: (error) => (error._tag === "AgentError" ? fromAgentError(error) : fromRunError(error)),
    onSuccess: () => lost
  })

/** The run as server-sent events. */
export const events = Effect.fnUntraced(function* <State>(
  run: Run,
  { failure, initial, isNamed, step }: Telling<State>
) {
  const batches = yield* batchesOf(run)
  const bytes = Stream.suspend(() => {
    let state = initial
    let isOver = false
    const written = (values: ReadonlyArray<object | string>) =>
      utf8.encode(values.map((value) => frame(value, isNamed)).join(""))
    const failed = (problem: Problem) => {
      isOver = true
      return failure(state, problem)
    }
    const ofEvents = (all: ReadonlyArray<AgentEvent>): Effect.Effect<Uint8Array> => {
      const values: Array<object | string> = []
      for (const event of all) {
        if (event._tag === "RunFailed") {
          return Effect.map(problemOf(run), (problem) => written([...values, ...failed(problem)]))
        }
        const [next, more] = step(state, event)
        state = next
        values.push(...more)
      }
      return Effect.succeed(written(values))
    }
    const ofBatch = (batch: Batch): Effect.Effect<Uint8Array> => {
      if (batch._tag === "Quiet") return Effect.succeed(comment)
      if (batch._tag === "Missed") return Effect.sync(() => written(failed(lost)))
      return Effect.flatMap(Effect.forEach(batch.entries, decoded, { concurrency: 1 }), ofEvents)
    }
    return batches.pipe(
      Stream.mapEffect(ofBatch),
      Stream.takeUntil(() => isOver),
      Stream.filter(({ length }) => length > 0),
      Stream.catch((error) => Stream.sync(() => written(failed(fromRunError(error)))))
    )
  })
  return HttpServerResponse.stream(bytes, {
    contentType: "text/event-stream; charset=utf-8",
    headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
  })
})
