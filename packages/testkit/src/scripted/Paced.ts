/**
 * Paced: a list of things with their times, as a stream that brings each at its time.
 */
import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** `atMillis` is counted from the start and never falls. */
export interface Timed<A> {
  readonly atMillis: number
  readonly value: A
}

/** Sleeps until `atMillis` after `startMillis`, by `Clock`; gives the milliseconds that have passed since the start. */
export const sleepUntil = Effect.fnUntraced(function* (startMillis: number, atMillis: number) {
  let elapsedMillis = (yield* Clock.currentTimeMillis) - startMillis
  while (elapsedMillis < atMillis) {
    yield* Effect.sleep(Duration.millis(atMillis - elapsedMillis))
    elapsedMillis = (yield* Clock.currentTimeMillis) - startMillis
  }
  return elapsedMillis
})

/**
 * Streams the values at their times; all that are due come as one array.
 *
 * It sleeps towards offsets from `startMillis`, so that late wake-ups do not add up. `items` is read as it is needed, one
 * ahead: when the last value is handed on, `items` has ended.
 */
export const paced = <A>(startMillis: number, items: Iterable<Timed<A>>): Stream.Stream<A> =>
  Stream.fromPull(
    Effect.sync(() => {
      const iterator = items[Symbol.iterator]()
      let next = iterator.next()
      return Effect.gen(function* () {
        if (next.done === true) return yield* Cause.done()
        const elapsedMillis = yield* sleepUntil(startMillis, next.value.atMillis)
        const due = Array.of(next.value.value)
        next = iterator.next()
        while (next.done !== true && next.value.atMillis <= elapsedMillis) {
          due.push(next.value.value)
          next = iterator.next()
        }
        return due
      })
    })
  )
