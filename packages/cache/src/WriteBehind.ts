/**
 * WriteBehind: values on their way to the store, in batches, while their readers are answered already. Never waited for but
 * at the end: what still waits then has a second.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"

import type { Write } from "./store/Store.ts"

export interface WriteBehind {
  /** Takes `write` along, unless too much is waiting. */
  offer(write: Write): void
  /** Waits until nothing waits. */
  readonly flush: Effect.Effect<void>
  readonly dropped: () => number
}

/** In characters: what may wait for a slow store. One value may be larger, if it waits alone. */
const maxWaiting = 32 * 1024 * 1024

/** Values written together: a few milliseconds of a file. */
const batch = 64

export const make = Effect.fnUntraced(function* (
  write: (writes: ReadonlyArray<Write>) => Effect.Effect<void>
): Effect.fn.Return<WriteBehind, never, Scope.Scope> {
  const queue = yield* Queue.unbounded<Write>()
  const idle = yield* Latch.make(true)
  let waiting = 0
  let dropped = 0

  yield* Queue.takeBetween(queue, 1, batch).pipe(
    Effect.flatMap((writes) =>
      Effect.map(write(writes), () => {
        for (const { text } of writes) waiting -= text.length
        if (waiting === 0) idle.openUnsafe()
      })
    ),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() => Effect.timeoutOption(idle.await, "1 second"))

  return {
    offer: (write) => {
      if (waiting > 0 && waiting + write.text.length > maxWaiting) {
        dropped++
        return
      }
      waiting += write.text.length
      idle.closeUnsafe()
      Queue.offerUnsafe(queue, write)
    },
    flush: idle.await,
    dropped: () => dropped
  }
})
