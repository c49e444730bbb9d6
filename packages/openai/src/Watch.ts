/**
 * Watch: ends the exchanges that wait for their server longer than they may, by Effect's clock. What else waits so is
 * watched as well.
 *
 * One fiber looks after all of a transport's, and ends once there are none. It never sleeps longer than the shorter
 * limit, so that whatever begins to wait while it sleeps is looked at in time.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

import type { Awaiting, Timeout } from "./Exchange.ts"

/** What waits for a server. */
export interface Waiting {
  readonly awaiting: Awaiting
  /** By the clock, in milliseconds. */
  readonly awaitingSince: number
  /** Set before it is given up for taking too long. */
  timedOut: Timeout | undefined
  giveUp(): void
}

export interface Watch {
  readonly add: (exchange: Waiting) => void
  readonly remove: (exchange: Waiting) => void
  /** Ends the watching. */
  readonly close: Effect.Effect<void>
}

/** How long each wait may last. `run` starts the fiber. */
const make = (
  limitsMillis: Readonly<Record<Timeout, number>>,
  clock: Clock.Clock,
  run: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
): Watch => {
  const exchanges = new Set<Waiting>()
  const shorterMillis = Math.min(limitsMillis.connect, limitsMillis.idle)
  let isLooking = false
  let fiber: Fiber.Fiber<void> | undefined

  const look: Effect.Effect<void> = Effect.suspend(() => {
    const nowMillis = clock.currentTimeMillisUnsafe()
    let pauseMillis = shorterMillis
    for (const exchange of exchanges) {
      const { awaiting, awaitingSince } = exchange
      if (awaiting === "nothing") continue
      const timeout = awaiting === "connection" ? "connect" : "idle"
      const leftMillis = limitsMillis[timeout] - (nowMillis - awaitingSince)
      if (leftMillis > 0) {
        pauseMillis = Math.min(pauseMillis, leftMillis)
      } else {
        exchanges.delete(exchange)
        exchange.timedOut = timeout
        exchange.giveUp()
      }
    }
    isLooking = exchanges.size > 0
    return isLooking ? Effect.flatMap(Effect.sleep(pauseMillis), () => look) : Effect.void
  })

  return {
    add: (exchange) => {
      exchanges.add(exchange)
      if (isLooking) return
      isLooking = true
      fiber = run(look)
    },
    remove: (exchange) => {
      exchanges.delete(exchange)
    },
    close: Effect.suspend(() => (fiber === undefined ? Effect.void : Fiber.interrupt(fiber)))
  }
}

/** A watch for each clock that fibers go by, until the scope closes. */
export const byClock = Effect.fnUntraced(function* (
  limitsMillis: Readonly<Record<Timeout, number>>
): Effect.fn.Return<(fiber: Fiber.Fiber<unknown, unknown>, clock: Clock.Clock) => Watch, never, Scope.Scope> {
  const watches = new Map<Clock.Clock, Watch>()
  yield* Effect.addFinalizer(() => Effect.forEach(watches.values(), ({ close }) => close, { concurrency: 1 }))
  return (fiber, clock) => {
    const known = watches.get(clock)
    if (known !== undefined) return known
    const watch = make(limitsMillis, clock, Effect.runForkWith(fiber.context))
    watches.set(clock, watch)
    return watch
  }
})
