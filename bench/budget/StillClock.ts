/**
 * StillClock: a clock that moves only when nothing else does.
 *
 * Effect's test clock waits for the fibers that it wakes, but not for those that a promise wakes, such as the one of an `import()` on
 * the way: time would be past them before they go on. So this one moves by single milliseconds, and before each waits until nothing
 * is scheduled.
 */
import { setImmediate } from "node:timers/promises"

import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import * as TestClock from "effect/testing/TestClock"

/** Nothing that is asked here takes so long. */
const mostMillis = 120_000

/** A scheduler, and an effect that ends when it has nothing to do. */
const counting = () => {
  const inner = new Scheduler.MixedScheduler()
  const tasks = { scheduled: 0 }
  const scheduler: Scheduler.Scheduler = {
    executionMode: inner.executionMode,
    shouldYield: (fiber) => inner.shouldYield(fiber),
    makeDispatcher: () => {
      const dispatcher = inner.makeDispatcher()
      return {
        scheduleTask: (task, priority) => {
          tasks.scheduled++
          dispatcher.scheduleTask(() => {
            tasks.scheduled--
            task()
          }, priority)
        },
        flush: () => dispatcher.flush()
      }
    }
  }
  const settled = Effect.promise(async () => {
    do await setImmediate()
    while (tasks.scheduled > 0)
  })
  return { scheduler, settled }
}

/** `effect`, begun at `startMillis` of Unix time; a defect where it does not end within two minutes of that clock. */
export const run = <A, E, R>(startMillis: number, effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const { scheduler, settled } = counting()
    return Effect.gen(function* () {
      yield* TestClock.setTime(startMillis)
      const running = yield* Effect.forkChild(effect, { startImmediately: true })
      for (let millis = 0; millis < mostMillis; millis++) {
        yield* settled
        const ended = running.pollUnsafe()
        if (ended !== undefined) return yield* ended
        yield* TestClock.adjust(1)
      }
      return yield* Effect.die(new Error("It did not end."))
    }).pipe(
      Effect.provide(TestClock.layer({ warningDelay: "1 day" }), { local: true }),
      Effect.provideService(Scheduler.Scheduler, scheduler)
    )
  })
