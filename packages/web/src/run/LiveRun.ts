/**
 * LiveRun: a run that the page shows: what is known of it, brought up to date at most once a frame, and what can be done to it. Each run is
 * followed once, whoever shows it.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as AtomRef from "effect/reactivity/AtomRef"
import * as Stream from "effect/Stream"

import type { RequestFailed } from "../wire/Http.ts"
import type { RunEvent } from "../wire/RunEvent.ts"
import * as Runs from "../wire/Runs.ts"
import * as RunFeed from "./RunFeed.ts"
import * as RunState from "./RunState.ts"

export interface LiveRun {
  readonly state: AtomRef.ReadonlyRef<RunState.RunState>
  /** Whether the server answers, of a run that is followed. */
  readonly isConnected: AtomRef.ReadonlyRef<boolean>
  /** By the page's clock (`performance.now()`): when the run began; it is as late as its latest event says that it must be. */
  readonly beganAt: () => number
  readonly stop: Effect.Effect<void, RequestFailed>
  readonly approve: (callId: string, approved: boolean) => Effect.Effect<void, RequestFailed>
}

/** Between two drawings where motion is not wanted. */
const calmMillis = 100

/** Once a frame, or less often where motion is not wanted; in a page that is not looked at, when it is again. */
const eachFrame = (draw: () => void) => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)")
  let isDue = false
  const atFrame = () =>
    requestAnimationFrame(() => {
      isDue = false
      draw()
    })
  return () => {
    if (isDue) return
    isDue = true
    if (calm.matches) globalThis.setTimeout(atFrame, calmMillis)
    else atFrame()
  }
}

const make = (initial: RunState.RunState) => {
  const state = AtomRef.make(initial)
  const isConnected = AtomRef.make(true)
  let current = initial
  let waiting: Array<RunEvent> = []
  let beganAt = Infinity

  const fold = () => {
    if (waiting.length === 0) return
    current = RunState.add(current, waiting)
    waiting = []
  }
  const draw = eachFrame(() => {
    fold()
    if (current !== state.value) state.set(current)
  })
  const take = (events: ReadonlyArray<RunEvent>) => {
    const now = performance.now()
    for (const event of events) beganAt = Math.min(beganAt, now - event.atMillis)
    waiting.push(...events)
    // A page that is not looked at draws no frames, but must not gather without end.
    if (waiting.length > 1000) fold()
    draw()
  }
  const change = (next: (state: RunState.RunState) => RunState.RunState) => {
    fold()
    current = next(current)
    draw()
  }
  const latest = () => {
    fold()
    return current
  }
  /** Until its end is known. */
  const follow = Effect.suspend(() =>
    RunFeed.follow({
      runId: latest().runId,
      lastSeq: () => latest().lastSeq,
      isOver: () => RunState.isOver(latest()),
      take,
      connected: (is) => void isConnected.set(is)
    })
  ).pipe(
    Effect.catch(({ detail, kind }) =>
      Effect.sync(() => {
        isConnected.set(true)
        change((state) =>
          RunState.lost(
            state,
            kind === "unknown-run"
              ? "The server knows no more of this run: it is older than a day, or the server has begun anew since."
              : detail
          )
        )
      })
    )
  )
  const live: LiveRun = {
    state,
    isConnected,
    beganAt: () => beganAt,
    stop: Effect.suspend(() => Runs.stop(latest().runId)),
    approve: (callId, approved) => Effect.suspend(() => Runs.approve(latest().runId, callId, approved))
  }
  return { live, take, follow, latest }
}

/** Runs that are at hand, the latest last. */
const known = new Map<string, LiveRun>()
const mostKnown = 50

const keep = (runId: string, live: LiveRun) => {
  known.set(runId, live)
  for (const [id, { state }] of known) {
    if (known.size <= mostKnown) return
    if (RunState.isOver(state.value)) known.delete(id)
  }
}

/** The run of that id, followed from now on. */
export const of = (runId: string, question = ""): LiveRun => {
  const found = known.get(runId)
  // One that was lost, too: who draws asks again and again.
  if (found !== undefined) return found
  const { follow, live } = make(RunState.initial(runId, question))
  keep(runId, live)
  Effect.runFork(follow)
  return live
}

/** A question that was asked: `begun` is called once its run has begun, `failed` where none does. Gives what takes the question back. */
export const ask = (
  body: { readonly question: string; readonly conversationId: string },
  begun: (live: LiveRun) => void,
  failed: (problem: RequestFailed) => void
): (() => void) => {
  const { follow, latest, live, take } = make(RunState.initial("", body.question))
  let hasBegun = false
  const first = Stream.runForEach(RunFeed.ask(body), (events) =>
    Effect.sync(() => {
      take(events)
      const { runId } = latest()
      if (hasBegun || runId === "") return
      hasBegun = true
      keep(runId, live)
      begun(live)
    })
  )
  const fiber = Effect.runFork(
    first.pipe(
      Effect.catch((problem) => (hasBegun ? Effect.void : Effect.sync(() => failed(problem)))),
      Effect.andThen(Effect.suspend(() => (hasBegun && !RunState.isOver(latest()) ? follow : Effect.void)))
    )
  )
  return () => void Effect.runFork(Fiber.interrupt(fiber))
}
