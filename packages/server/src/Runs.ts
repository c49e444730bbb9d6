/**
 * Runs: the runs of an agent, apart from who asked for them: begun in their turn, watched by any number, stopped, approved. A run
 * is the server's, so it goes on when its asker leaves, unless asked otherwise. Long, because a run's way from its beginning to
 * its end is read best in one piece.
 */
import type * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { AgentRequest } from "@callsheet/core/AgentRequest"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import type { ModelStream } from "@callsheet/core/model/ModelStream"
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
import * as Limits from "./Limits.ts"
import * as Live from "./Live.ts"
import {
  CallNotWaiting,
  RunBroke,
  RunElsewhere,
  RunError,
  ServerStopping,
  type StoreFailed,
  UnknownRun
} from "./RunError.ts"
import { type RunRecord, RunStore } from "./RunStore.ts"
import * as Turns from "./Turns.ts"
import * as Watch from "./Watch.ts"

/** A question, and how it is to be answered. */
export interface Ask extends AgentRequest {
  /** Questions of one conversation are answered one at a time, in the order asked. */
  readonly conversationId?: string | undefined
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
     * Fails with `TooManyRuns` and `ServerStopping`.
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
    /** What is known of a run, under way or over. */
    readonly find: (runId: string) => Effect.Effect<RunRecord, RunError>
    /** Stops a run: at once for all who watch, though a handler may take its time to end. One that is over stays as it is. */
    readonly stop: (runId: string) => Effect.Effect<void, RunError>
    /** Gives a person's word for a call that waits for it. Fails with `CallNotWaiting` where none waits. */
    readonly approve: (runId: string, callId: string, approved: boolean) => Effect.Effect<void, RunError>
    /** Begins nothing more, lets the runs under way come to their end within `Limits.ending`, and stops those that do not. */
    readonly end: Effect.Effect<void>
    readonly isEnding: () => boolean
    /** Runs that hold a place, and questions that wait for one. */
    readonly counts: () => { readonly running: number; readonly waiting: number }
  }
>()("@callsheet/server/Runs") {
  /** The runs of `agent`, kept in the `RunStore`. The end of the layer is theirs (`end`). */
  static readonly layer = <R>(agent: Agent.Agent<R>): Layer.Layer<Runs, never, RunStore | ModelStream | R> =>
    Layer.effect(Runs, make(agent))
}

const stoppedByClient = "The run was stopped on request."
const stoppedByServer = "The server stopped before the run was done: ask again."

/** How long a run that was stopped may take to end, where its server ends. */
const stopMillis = 2000

const runError = (reason: RunError["reason"]) => new RunError({ reason })
const fromStore = <A>(effect: Effect.Effect<A, StoreFailed>) => Effect.mapError(effect, runError)

const make = Effect.fnUntraced(function* <R>(agent: Agent.Agent<R>) {
  const limits = yield* Limits.Current
  const store = yield* RunStore
  const clock = yield* Clock.Clock
  // A run has the context of the server, not of the request that asked for it.
  const fork = Effect.runForkWith(yield* Effect.context<ModelStream | R>())
  const turns = Turns.make(limits.runsAtOnce, limits.runsWaiting, limits.turnWait)
  const lives = new Map<string, Live.Live>()
  const fibers = new Set<Fiber.Fiber<void>>()
  let isEnding = false

  /** A run, from its first event, by which `begun` has it, to its last. */
  const execute = (asked: Ask, turn: Scope.Closeable, begun: Deferred.Deferred<Live.Live, RunError>) =>
    Effect.withFiber<void, never, ModelStream | R>((fiber) => {
      const { conversationId = null, stopWhenLeft = false, ...request } = asked
      const { question } = request
      // A call may ask before the run's first event has come here.
      const approvals = Approvals.make()
      let live: Live.Live | undefined
      let summary = RunSummary.initial

      const open = (runId: string) => {
        const run = { runId, question, conversationId, startedAtMillis: clock.currentTimeMillisUnsafe() }
        const interrupt = () => fiber.interruptUnsafe()
        const { feedBytes } = limits
        const opened = Live.make({ run, store, clock, approvals, feedBytes, stopWhenLeft, interrupt })
        lives.set(runId, opened)
        Deferred.doneUnsafe(begun, Exit.succeed(opened))
        return opened
      }
      const take = (event: AgentEvent) => {
        live ??= open(event.runId)
        live.append(event)
        summary = RunSummary.add(summary, event)
        // Not at the end of the run, which handlers that were given up may delay.
        if (event._tag === "RunFinished") live.settle(Exit.succeed(summary))
      }
      const settle = (exit: Exit.Exit<void, unknown>) => {
        const broke = runError(isEnding ? new ServerStopping() : new RunBroke())
        if (live === undefined) Deferred.doneUnsafe(begun, Exit.fail(broke))
        else if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) live.stop(stoppedByServer, true)
        else live.settle(Exit.fail(broke))
      }

      return agent.each(request, take).pipe(
        Effect.provideService(Approval, approvals.ask),
        Effect.catchTag("AgentError", (error) => Effect.sync(() => live?.settle(Exit.fail(error)))),
        Effect.onExit((exit) => Effect.sync(() => settle(exit))),
        Effect.catchCause((cause) =>
          Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError("A run broke.", cause)
        ),
        Effect.onExit((exit) =>
          Scope.close(turn, exit).pipe(
            // Until then its feed is where it is found.
            Effect.andThen(Effect.timeoutOption(store.flush, "10 seconds")),
            Effect.andThen(Effect.sync(() => live && lives.delete(live.runId)))
          )
        )
      )
    })

  const start = (asked: Ask) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (isEnding) return yield* runError(new ServerStopping())
        const turn = yield* turns.take(asked.conversationId, restore)
        if (isEnding) {
          yield* Scope.close(turn, Exit.void)
          return yield* runError(new ServerStopping())
        }
        const begun = Deferred.makeUnsafe<Live.Live, RunError>()
        const fiber = fork(execute(asked, turn, begun))
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

  return Runs.of({
    start,
    watch,
    find,
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
