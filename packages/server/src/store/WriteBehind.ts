/**
 * WriteBehind: what runs say, on its way to a slow store: taken at once, written in batches, in order. Nobody waits for it but who
 * asks for `flush`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"

export interface WriteBehind<A> {
  /** Takes `item` along; false where too much waits and it is not `isNeeded`. Then it is lost. */
  readonly offer: (item: A, size: number, isNeeded: boolean) => boolean
  /** Waits until all that was taken by now is written or given up. */
  readonly flush: Effect.Effect<void>
}

/** How long a batch gathers, at least and at most. */
const gatherMillis = { least: 20, most: 250 }
/**
 * Of the time, one part in so many is for writing. The busier the runs are, the longer a batch gathers, and the more of one run stands
 * together in it, which is what a file takes in quickly.
 */
const writingPart = 20
/** What may wait for a slow disk, in characters. */
const maxWaiting = 32 * 1024 * 1024
/** Items written together: some 20 milliseconds of a file. */
const batchItems = 4000

export const make = Effect.fnUntraced(function* <A>(
  write: (items: ReadonlyArray<A>) => Effect.Effect<void>
): Effect.fn.Return<WriteBehind<A>, never, Scope.Scope> {
  let items: Array<{ readonly item: A; readonly size: number }> = []
  let waitingSize = 0
  let taken = 0
  let written = 0
  let pauseMillis = gatherMillis.least
  const clock = yield* Clock.Clock
  const some = yield* Latch.make(false)
  const flushing = new Set<{ readonly upTo: number; readonly done: () => void }>()

  const next = Effect.suspend(() => {
    const batch = items.slice(0, batchItems)
    items = items.slice(batchItems)
    if (items.length === 0) some.closeUnsafe()
    const beganMillis = clock.currentTimeMillisUnsafe()
    return Effect.map(write(batch.map(({ item }) => item)), () => {
      const tookMillis = clock.currentTimeMillisUnsafe() - beganMillis
      pauseMillis = Math.min(gatherMillis.most, Math.max(gatherMillis.least, tookMillis * writingPart))
      written += batch.length
      for (const { size } of batch) waitingSize -= size
      for (const flush of flushing) if (flush.upTo <= written) flush.done()
    })
  })
  yield* some.await.pipe(
    Effect.andThen(Effect.suspend(() => Effect.sleep(pauseMillis))),
    Effect.andThen(next),
    Effect.forever,
    Effect.forkScoped
  )

  const flush = Effect.callback<void>((resume) => {
    if (written >= taken) return resume(Effect.void)
    const waiting = {
      upTo: taken,
      done: () => {
        flushing.delete(waiting)
        resume(Effect.void)
      }
    }
    flushing.add(waiting)
    return Effect.sync(() => flushing.delete(waiting))
  })
  yield* Effect.addFinalizer(() => Effect.timeoutOption(flush, "2 seconds"))

  return {
    offer: (item, size, isNeeded) => {
      if (!isNeeded && waitingSize + size > maxWaiting) return false
      items.push({ item, size })
      waitingSize += size
      taken++
      some.openUnsafe()
      return true
    },
    flush
  }
})
