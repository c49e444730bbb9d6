/**
 * Trouble: attempts that fail as a script says, and a count of what is under way.
 */
import { Clock, Duration, Effect } from "effect"

import type { Outcome } from "../../src/schedule/Failure.ts"

export interface Result extends Outcome {
  readonly text: string
}

export const ok = (text = "ok"): Result => ({ ok: true, text })
export const failed = (failure: unknown, text = "failed"): Result => ({ ok: false, text, failure })

/** May heal. */
export const transient = failed({ isRetryable: true }, "transient")
export const final = failed({ isRetryable: false }, "final")
export const throttled = (retryAfter: Duration.Input) =>
  failed(
    { isRetryable: true, reason: { _tag: "Throttled", retryAfter: Duration.fromInputUnsafe(retryAfter) } },
    "throttled"
  )

/**
 * An attempt that takes `millis` and then comes out as the next of `results`, the last again and again; when each began and
 * ended; and how many run now.
 */
export const script = Effect.fnUntraced(function* (...results: ReadonlyArray<readonly [millis: number, Result]>) {
  const lines: Array<string> = []
  let begun = 0
  let running = 0
  const note = (what: string, attempt: number) =>
    Effect.map(Clock.currentTimeMillis, (millis) => void lines.push(`${millis} ${what} ${attempt}`))
  const attempt = Effect.suspend(() => {
    const index = begun++
    const [millis, result] = results[Math.min(index, results.length - 1)] ?? [0, final]
    running++
    return note("start", index + 1).pipe(
      Effect.andThen(Effect.sleep(millis)),
      Effect.onInterrupt(() => note("stop", index + 1)),
      Effect.andThen(note("end", index + 1)),
      Effect.as(result),
      Effect.ensuring(Effect.sync(() => running--))
    )
  })
  return { attempt, lines, running: () => running }
})

/** Runs `f` with a count of the timers that are set on the clock. */
export const withTimers = <A, E, R>(f: (timers: () => number) => Effect.Effect<A, E, R>) =>
  Effect.clockWith((clock) => {
    let timers = 0
    const counted = {
      ...clock,
      sleep: (duration: Duration.Duration) =>
        Effect.suspend(() => {
          timers++
          return Effect.ensuring(
            clock.sleep(duration),
            Effect.sync(() => timers--)
          )
        })
    }
    return Effect.provideService(
      f(() => timers),
      Clock.Clock,
      counted
    )
  })
