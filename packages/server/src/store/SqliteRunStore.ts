/**
 * SqliteRunStore: runs in one SQLite file, which several processes may share, and which outlives them.
 *
 * **Details**
 *
 * Each process says every two seconds that its runs are under way. A run of which that was not said for ten seconds is lost: whoever notices
 * ends it. A killed process leaves what was written before (up to some 20 ms before its end, 250 where it was busy); a power cut leaves what was
 * copied into the file.
 *
 * **Gotchas**
 *
 * SQLite answers at once, so it blocks the process for as long as the system takes what is written, which is no wait for the
 * disk. What waits for the disk (copying the log) is done where no run is under way.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"

import { isLast } from "../Entry.ts"
import type { StoreFailed } from "../RunError.ts"
import { type Bounds, type RunRecord, RunStore, standardBounds } from "../RunStore.ts"
import * as Guarded from "./Guarded.ts"
import * as RunFile from "./RunFile.ts"
import * as WriteBehind from "./WriteBehind.ts"

/** Between two looks at whether another process wrote, while somebody waits for that. */
const lookMillis = 25
const looksASecond = 1000 / lookMillis

/** How long a run may be on its way here from another process, which may gather for 250 ms before it writes. */
const newMillis = 300

const beatMillis = 2000
const tidyMillis = 30_000

const make = Effect.fnUntraced(function* (path: string, bounds: Bounds) {
  const { atTime, attempt } = Guarded.make(path)
  const owner = `${yield* Random.nextInt}.${yield* Random.nextInt}`
  const file = yield* Effect.acquireRelease(
    attempt(() => RunFile.open(path, owner, bounds)),
    (file) => Guarded.orLogged(attempt(() => file.close()))
  )
  const keepMillis = Duration.toMillis(bounds.keep)
  /** The runs that this process has under way, or has not written whole. */
  const own = new Set<string>()
  const behind = yield* WriteBehind.make((writes: ReadonlyArray<RunFile.Write>) =>
    Effect.map(Guarded.orLogged(atTime((nowMillis) => file.write(writes, nowMillis))), () => {
      for (const write of writes) if (write._tag === "Append" && write.entries.some(isLast)) own.delete(write.runId)
    })
  )

  const tidy: Effect.Effect<void, StoreFailed> = Effect.flatMap(
    atTime((nowMillis) => file.tidy(nowMillis, keepMillis)),
    (hasMore) => (hasMore ? Effect.andThen(Effect.yieldNow, tidy) : Effect.void)
  )
  const idle = Effect.suspend(() => (own.size === 0 ? attempt(file.checkpoint) : Effect.void))
  yield* Effect.andThen(Guarded.orLogged(Effect.andThen(tidy, idle)), Effect.sleep(tidyMillis)).pipe(
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.suspend(() => (own.size === 0 ? Effect.void : Guarded.orLogged(atTime(file.beat)))).pipe(
    Effect.andThen(Effect.sleep(beatMillis)),
    Effect.forever,
    Effect.forkScoped
  )

  const waiting = new Set<(woken: Effect.Effect<void>) => void>()
  const someWait = yield* Latch.make(false)
  let version = -1
  let looks = 0
  /** Looks at which all are woken: also the one after a change, for who read before it and waits since. */
  let wakes = 0
  const lookForChanges = Effect.map(attempt(file.version), (current) => {
    if (current !== version) wakes = 2
    version = current
    if (++looks % looksASecond === 0) wakes = Math.max(wakes, 1)
    if (wakes === 0) return
    wakes--
    const woken = [...waiting]
    waiting.clear()
    for (const resume of woken) resume(Effect.void)
    // Whoever is woken mostly waits again, so that it looks on a while.
    if (woken.length === 0) someWait.closeUnsafe()
  })
  yield* someWait.await.pipe(
    Effect.andThen(Guarded.orLogged(lookForChanges)),
    Effect.andThen(Effect.sleep(lookMillis)),
    Effect.forever,
    Effect.forkScoped
  )

  const changed = Effect.callback<void>((resume) => {
    waiting.add(resume)
    someWait.openUnsafe()
    return Effect.sync(() => waiting.delete(resume))
  })

  const isKept = (record: RunRecord | undefined, nowMillis: number) =>
    record?.endedAtMillis == null || record.endedAtMillis > nowMillis - keepMillis
  /** What this process wrote of its own run is read where it is written. */
  const written = (runId: string) => Effect.suspend(() => (own.has(runId) ? behind.flush : Effect.void))

  const look = (runId: string) =>
    atTime((nowMillis) => {
      const record = file.find(runId, nowMillis)
      return isKept(record, nowMillis) ? record : undefined
    })

  return RunStore.of({
    begin: (run) => {
      own.add(run.runId)
      behind.offer({ _tag: "Begin", run }, run.question.length, true)
    },
    append: (runId, entries) => {
      if (!own.has(runId)) return
      const size = entries.reduce((sum, { data }) => sum + data.length, 0)
      behind.offer({ _tag: "Append", runId, entries }, size, entries.some(isLast))
    },
    keepTrace: (runId, trace) => void behind.offer({ _tag: "Trace", runId, trace }, trace.length, false),
    trace: (runId) =>
      Effect.andThen(
        behind.flush,
        attempt(() => file.trace(runId))
      ),
    flush: behind.flush,
    find: (runId) =>
      Effect.andThen(written(runId), look(runId)).pipe(
        // A client may come with the first event of a run of another process before that is written.
        Effect.filterOrElse(Predicate.isNotUndefined, () =>
          Effect.andThen(Effect.timeoutOption(changed, newMillis), look(runId))
        )
      ),
    read: (runId, afterSeq) =>
      Effect.andThen(
        written(runId),
        attempt(() => file.read(runId, afterSeq))
      ),
    list: (before, limit) =>
      Effect.andThen(
        behind.flush,
        atTime((nowMillis) => file.list(before, limit, nowMillis - keepMillis))
      ),
    forget: (conversationId) =>
      Effect.andThen(
        behind.flush,
        attempt(() => file.forget(conversationId))
      ),
    changed
  })
})

/** Fails where the file at `path` cannot be used, or is of something else: it is left as it is. */
export const layer = (path: string, bounds: Partial<Bounds> = {}): Layer.Layer<RunStore, StoreFailed> =>
  Layer.effect(RunStore, make(path, { ...standardBounds, ...bounds }))
