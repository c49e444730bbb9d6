/**
 * Runs: the runs of an agent, apart from who asked for them: begun in their turn, watched by any number, stopped, approved. A run
 * is the server's, so it goes on when its asker leaves, unless asked otherwise. Long, because a run's way from its beginning to
 * its end is read best in one piece.
 */
import type * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { AgentRequest } from "@callsheet/core/AgentRequest"
import * as Recorder from "@callsheet/core/explain/Recorder"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import type { RecordedSpan } from "@callsheet/core/explain/Trace"
import * as Ledger from "@callsheet/core/model/Ledger"
import { ModelStream } from "@callsheet/core/model/ModelStream"
import * as Transcript from "@callsheet/core/model/Transcript"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

import * as Approvals from "./Approvals.ts"
import { Conversations, type Onward } from "./Conversations.ts"
import type { ConversationStore } from "./ConversationStore.ts"
import { type Entry, isLast } from "./Entry.ts"
import * as Limits from "./Limits.ts"
import * as Live from "./Live.ts"
import { Monitor } from "./Monitor.ts"
import type { Place } from "./Places.ts"
import {
  CallNotWaiting,
  NoTrace,
  RunBroke,
  RunElsewhere,
  RunError,
  RunUnderWay,
  ServerStopping,
  type StoreFailed,
  TooManyRuns,
  UnknownRun
} from "./RunError.ts"
import { type RunRecord, RunStore } from "./RunStore.ts"
import * as RunTrace from "./RunTrace.ts"
import * as RunFigures from "./stats/RunFigures.ts"
import * as Turns from "./Turns.ts"
import * as Watch from "./Watch.ts"

/** A question, and how it is to be answered. */
export interface Ask extends AgentRequest {
  /** Questions of one conversation are answered one at a time, in the order asked. */
  readonly conversationId?: string | undefined
  /** The run that this one goes on from, whichever its conversation; else it is the conversation's newest. */
  readonly previousRunId?: string | undefined
  /** Whether others may go on from it; they may if absent, and always where it ends with calls of the client's tools. */
  readonly keep?: boolean | undefined
  /** Whether the run is stopped when its last watcher leaves; else it goes on. */
  readonly stopWhenLeft?: boolean | undefined
}

/** A run that has begun. */
export interface Run {
  readonly runId: string
  /** Waits for what it comes to, or why to nothing. */
  readonly outcome: Live.Outcome
}

export class Runs extends Context.Service<
  Runs,
  {
    /**
     * Begins a run once it is its turn, and gives it with its first event. The asker counts as a watcher until the scope is closed;
     * one that is interrupted before that has not asked.
     *
     * Fails with `TooManyRuns`, `ServerStopping`, `UnknownRun` and `RunElsewhere` (of `previousRunId`), and `StoreFailed`.
     */
    readonly start: (ask: Ask) => Effect.Effect<Run, RunError, Scope.Scope>
    /**
     * The events of a run after `afterSeq` (-1: all), as they come, to its end; none where it is over and nothing came after that. The
     * watcher counts as one until the scope is closed.
     *
     * Fails with `UnknownRun`, and with `StoreFailed`, as the stream may.
     */
    readonly watch: (
      runId: string,
      afterSeq: number
    ) => Effect.Effect<Option.Option<Stream.Stream<Watch.Batch, RunError>>, RunError, Scope.Scope>
    /** What answers, by its names. */
    readonly names: { readonly agent: string; readonly model: string }
    /** What is known of a run, under way or over. */
    readonly find: (runId: string) => Effect.Effect<RunRecord, RunError>
    /** Runs that began before `before`, the newest first, at most `limit`. */
    readonly list: (before: Place, limit: number) => Effect.Effect<ReadonlyArray<RunRecord>, RunError>
    /** The events of a run after `afterSeq` that are kept, in order, as many as there are at hand; none where there are none yet. */
    readonly read: (runId: string, afterSeq: number) => Effect.Effect<ReadonlyArray<Entry>, RunError>
    /**
     * Forgets a conversation, its exchanges and its runs; one that is under way here is stopped and not kept. False where there is none.
     * One of another process is kept when it ends.
     */
    readonly forget: (conversationId: string) => Effect.Effect<boolean, RunError>
    /** Stops a run: at once for all who watch, though a handler may take its time to end. One that is over stays as it is. */
    readonly stop: (runId: string) => Effect.Effect<void, RunError>
    /** Gives a person's word for a call that waits for it. Fails with `CallNotWaiting` where none waits. */
    readonly approve: (runId: string, callId: string, approved: boolean) => Effect.Effect<void, RunError>
    /**
     * The spans of a run that is over, for `Profile`. Fails with `UnknownRun`, `RunUnderWay`, and `NoTrace` where none were kept.
     */
    readonly trace: (runId: string) => Effect.Effect<ReadonlyArray<RecordedSpan>, RunError>
    /** Begins nothing more, lets the runs under way come to their end within `Limits.ending`, and stops those that do not. */
    readonly end: Effect.Effect<void>
    readonly isEnding: () => boolean
    /** Runs that hold a place, and questions that wait for one. */
    readonly counts: () => { readonly running: number; readonly waiting: number }
  }
>()("@callsheet/server/Runs") {
  /**
   * The runs of `agent`, kept in the `RunStore`, what they go on from, kept in the `ConversationStore`, and their figures, kept in the
   * `StatsStore` where there is one. The end of the layer is theirs (`end`).
   */
  static readonly layer = <R>(
    agent: Agent.Agent<R>
  ): Layer.Layer<Runs | Conversations | Monitor, never, RunStore | ConversationStore | ModelStream | R> =>
    Layer.provideMerge(Layer.effect(Runs, make(agent)), Layer.merge(Conversations.layer, Monitor.layer))
}

const stoppedByClient = "The run was stopped on request."
const stoppedByServer = "The server stopped before the run was done: ask again."

/** How long the last event of a run is kept back until those that follow find what it leaves. */
const keepMillis = 200

/** How long a run that was stopped may take to end, where its server ends. */
const stopMillis = 2000

/** How long who asks for the trace of a run waits for calls that were given up. */
const traceMillis = 2000

const runError = (reason: RunError["reason"]) => new RunError({ reason })
const fromStore = <A>(effect: Effect.Effect<A, StoreFailed>) => Effect.mapError(effect, runError)

const make = Effect.fnUntraced(function* <R>(agent: Agent.Agent<R>) {
  const limits = yield* Limits.Current
  const store = yield* RunStore
  const conversations = yield* Conversations
  const monitor = yield* Monitor
  const clock = yield* Clock.Clock
  // A run has the context of the server, not of the request that asked for it.
  const fork = Effect.runForkWith(yield* Effect.context<ModelStream | R>())
  const turns = Turns.make(limits.runsAtOnce, limits.runsWaiting, limits.turnWait)
  const lives = new Map<string, Live.Live>()
  const fibers = new Set<Fiber.Fiber<void>>()
  /** What the runs under way leave, once it is kept. */
  const keeping = new Map<string, Deferred.Deferred<void>>()
  const forgotten = new Set<string>()
  let isEnding = false

  /** A run, from its first event, by which `begun` has it, to its last. */
  const execute = (asked: Ask, onward: Onward, turn: Scope.Closeable, begun: Deferred.Deferred<Live.Live, RunError>) =>
    Effect.withFiber<void, never, ModelStream | R>((fiber) => {
      const { conversationId = null, keep: isWanted = true, previousRunId: _, stopWhenLeft = false, ...rest } = asked
      const request = { ...rest, history: onward.history }
      const { question } = request
      const ledger = Ledger.makeUnsafe()
      const kept = Deferred.makeUnsafe<void>()
      // A call may ask before the run's first event has come here.
      const approvals = Approvals.make()
      let live: Live.Live | undefined
      let summary = RunSummary.initial
      /** What its events, or how it broke, said of its end. */
      let outcome: RunFigures.RunFigures["outcome"] = "stopped"

      const open = (runId: string) => {
        const run = { runId, question, conversationId, startedAtMillis: clock.currentTimeMillisUnsafe() }
        const interrupt = () => fiber.interruptUnsafe()
        const { feedBytes } = limits
        const opened = Live.make({ run, store, clock, approvals, feedBytes, stopWhenLeft, interrupt })
        lives.set(runId, opened)
        keeping.set(runId, kept)
        Deferred.doneUnsafe(begun, Exit.succeed(opened))
        return opened
      }
      const add = (event: AgentEvent) => {
        live ??= open(event.runId)
        live.append(event)
        summary = RunSummary.add(summary, event)
        if (event._tag === "RunFinished") outcome = event.reason
        if (event._tag === "RunFailed") outcome = "failed"
        // Not at the end of the stream, which handlers that were given up may delay.
        if (event._tag === "RunFinished") live.settle(Exit.succeed(summary))
      }
      let isKept = false
      /** Once, by the first that comes to the end. */
      const keep = (last?: AgentEvent) =>
        Effect.suspend(() => {
          if (isKept || live === undefined) return Effect.void
          isKept = true
          const { runId } = live
          const { answer, reason } = last?._tag === "RunFinished" ? last : { answer: undefined, reason: "failed" }
          const isDue = (isWanted || reason === "client-calls") && !forgotten.has(runId)
          const history = onward.history.slice(0, onward.kept)
          const messages = Transcript.added(ledger.transcript(), { ...request, history })
          return (
            isDue
              ? conversations.keep({ runId, conversationId, question, answer, reason, onward, messages })
              : Effect.void
          ).pipe(Effect.ensuring(Deferred.succeed(kept, undefined)))
        })
      let ending: Fiber.Fiber<void> | undefined
      const take = (event: AgentEvent) => {
        if (!isLast({ tag: event._tag })) return add(event)
        live ??= open(event.runId)
        fork(keep(event))
        ending = fork(
          Effect.andThen(
            Effect.timeoutOption(Deferred.await(kept), keepMillis),
            Effect.sync(() => add(event))
          )
        )
      }
      const ended = Effect.suspend(() => (ending === undefined ? Effect.void : Fiber.await(ending)))
      const recorder = Recorder.make({ content: true })
      const keepTrace = Effect.sync(() => {
        if (live === undefined) return
        const trace = RunTrace.encode(recorder.spans)
        if (Option.isSome(trace)) store.keepTrace(live.runId, trace.value)
        Deferred.doneUnsafe(live.traced, Exit.succeed(trace))
      })
      const addFigures = Effect.sync(() => {
        if (live === undefined) return
        const { endedAtMillis, route, startedAtMillis, wallMillis } = live.record()
        const ended = { startedAtMillis, endedAtMillis: endedAtMillis ?? clock.currentTimeMillisUnsafe() }
        const figures = { ...ended, route, outcome, wallMillis: wallMillis ?? ended.endedAtMillis - startedAtMillis }
        const spans = monitor.mayProfile() ? recorder.spans : undefined
        monitor.addRun(RunFigures.of(summary, live.runId, figures, spans))
      })
      const settle = (exit: Exit.Exit<void, unknown>) => {
        if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) outcome = "failed"
        const broke = runError(isEnding ? new ServerStopping() : new RunBroke())
        if (live === undefined) Deferred.doneUnsafe(begun, Exit.fail(broke))
        else if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) live.stop(stoppedByServer, true)
        else live.settle(Exit.fail(broke))
      }

      return agent.each(request, take).pipe(
        Effect.provideService(Approval, approvals.ask),
        Effect.provideService(Ledger.Current, ledger),
        recorder.record,
        Effect.ensuring(ended),
        Effect.catchTag("AgentError", (error) => Effect.sync(() => live?.settle(Exit.fail(error)))),
        Effect.onExit((exit) => Effect.sync(() => settle(exit))),
        Effect.catchCause((cause) =>
          Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError("A run broke.", cause)
        ),
        Effect.ensuring(keepTrace),
        Effect.ensuring(addFigures),
        Effect.onExit((exit) =>
          keep().pipe(
            Effect.andThen(live === undefined ? Effect.void : Deferred.await(kept)),
            Effect.andThen(Scope.close(turn, exit)),
            // Until then its feed is where it is found.
            Effect.andThen(Effect.timeoutOption(store.flush, "10 seconds")),
            Effect.andThen(
              Effect.sync(() => {
                if (live === undefined) return
                lives.delete(live.runId)
                keeping.delete(live.runId)
                forgotten.delete(live.runId)
              })
            )
          )
        )
      )
    })

  /** Waits until what a run leaves is kept, where that is under way here. */
  const awaitKept = Effect.fnUntraced(function* (runId: string) {
    const kept = keeping.get(runId)
    if (kept === undefined) {
      const record = yield* fromStore(store.find(runId))
      if (record?.state === "running") return yield* runError(new RunElsewhere())
      return
    }
    yield* Effect.timeoutOrElse(Deferred.await(kept), {
      duration: limits.turnWait,
      orElse: () => Effect.fail(runError(new TooManyRuns({ retryAfterSeconds: 5 })))
    })
  })

  const start = (asked: Ask) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (isEnding) return yield* runError(new ServerStopping())
        if (asked.previousRunId !== undefined) yield* restore(awaitKept(asked.previousRunId))
        const turn = yield* turns.take(asked.conversationId, restore)
        const onward = yield* Effect.onError(restore(conversations.place(asked)), (cause) =>
          Scope.close(turn, Exit.failCause(cause))
        )
        if (isEnding) {
          yield* Scope.close(turn, Exit.void)
          return yield* runError(new ServerStopping())
        }
        const begun = Deferred.makeUnsafe<Live.Live, RunError>()
        const fiber = fork(execute(asked, onward, turn, begun))
        fibers.add(fiber)
        fiber.addObserver(() => fibers.delete(fiber))
        const live = yield* Effect.onInterrupt(restore(Deferred.await(begun)), () =>
          Effect.sync(() => fiber.interruptUnsafe())
        )
        yield* live.hold
        return { runId: live.runId, outcome: live.outcome }
      })
    )

  const find = (runId: string) =>
    Effect.suspend(() => {
      const live = lives.get(runId)
      if (live !== undefined) return Effect.succeed(live.record())
      return Effect.filterOrFail(fromStore(store.find(runId)), Predicate.isNotUndefined, () =>
        runError(new UnknownRun())
      )
    })

  const trace = Effect.fnUntraced(function* (runId: string) {
    const live = lives.get(runId)
    const { state } = yield* find(runId)
    if (state === "running") return yield* runError(new RunUnderWay())
    const text =
      live === undefined
        ? yield* fromStore(store.trace(runId))
        : Option.getOrUndefined(Option.flatten(yield* Effect.timeoutOption(Deferred.await(live.traced), traceMillis)))
    if (text === undefined) return yield* runError(new NoTrace())
    return yield* Effect.mapError(RunTrace.decode(text), () => runError(new NoTrace()))
  })

  const watch = Effect.fnUntraced(function* (runId: string, afterSeq: number) {
    const live = lives.get(runId)
    if (live !== undefined) yield* live.hold
    const { lastSeq, state } = yield* find(runId)
    if (state !== "running" && lastSeq <= afterSeq) return Option.none()
    const source: Watch.Source = {
      feed: live?.feed,
      read: (afterSeq) => fromStore(store.read(runId, afterSeq)),
      standing: Effect.map(
        fromStore(store.find(runId)),
        (record) => record && { isOver: record.state !== "running", lastSeq: record.lastSeq }
      ),
      changed: store.changed,
      keepAlive: limits.keepAlive
    }
    return Option.some(Watch.after(source, afterSeq))
  })

  const forget = Effect.fnUntraced(function* (conversationId: string) {
    const own = [...lives.values()].filter((live) => live.record().conversationId === conversationId)
    const left = own.flatMap(({ runId }) => keeping.get(runId) ?? [])
    for (const live of own) {
      forgotten.add(live.runId)
      live.stop(stoppedByClient, false)
    }
    yield* Effect.timeoutOption(Effect.forEach(left, Deferred.await, { discard: true }), stopMillis)
    const isKnown = yield* conversations.remove(conversationId)
    yield* fromStore(store.forget(conversationId))
    return isKnown || own.length > 0
  })

  const allEnded = Effect.suspend(() =>
    Effect.forEach(fibers, Fiber.await, { concurrency: "unbounded", discard: true })
  )
  const end = Effect.gen(function* () {
    isEnding = true
    yield* Effect.timeoutOption(allEnded, limits.ending)
    for (const live of lives.values()) live.stop(stoppedByServer, true)
    yield* Effect.timeoutOption(allEnded, stopMillis)
    yield* Effect.timeoutOption(store.flush, stopMillis)
  })
  yield* Effect.addFinalizer(() => end)

  yield* Effect.sleep(limits.keepAlive).pipe(
    Effect.andThen(Effect.sync(() => lives.forEach(({ feed }) => feed.wake("beat")))),
    Effect.forever,
    Effect.forkScoped
  )

  const { model } = yield* ModelStream
  return Runs.of({
    names: { agent: agent.name, model },
    start,
    watch,
    find,
    list: (before, limit) =>
      Effect.map(fromStore(store.list(before, limit)), (records) =>
        // What is under way here may be further than what is written of it.
        records.map((record) => lives.get(record.runId)?.record() ?? record)
      ),
    read: (runId, afterSeq) => fromStore(store.read(runId, afterSeq)),
    forget,
    trace,
    stop: (runId) =>
      Effect.suspend(() => {
        const live = lives.get(runId)
        if (live !== undefined) return Effect.sync(() => live.stop(stoppedByClient, false))
        return Effect.flatMap(find(runId), ({ state }) =>
          state === "running" ? Effect.fail(runError(new RunElsewhere())) : Effect.void
        )
      }),
    approve: (runId, callId, approved) =>
      Effect.suspend(() => {
        const live = lives.get(runId)
        if (live?.approvals.decide(callId, approved) === true) return Effect.void
        return Effect.flatMap(find(runId), ({ state }) =>
          Effect.fail(runError(live === undefined && state === "running" ? new RunElsewhere() : new CallNotWaiting()))
        )
      }),
    end,
    isEnding: () => isEnding,
    counts: () => ({ running: fibers.size, waiting: turns.waiting() })
  })
})
