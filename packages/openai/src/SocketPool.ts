/**
 * SocketPool: the WebSockets of one model that stand, from their opening to their end.
 *
 * A server that refuses the upgrade, or never says a word over a socket, is left alone for a while.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"

import type { ConnectionFault } from "./Exchange.ts"
import * as Head from "./Head.ts"
import type { Settings } from "./OpenAiConfig.ts"
import type * as OpenAiError from "./OpenAiError.ts"
import { type Listener, Socket } from "./Socket.ts"
import * as SocketMetrics from "./SocketMetrics.ts"
import type * as Watch from "./Watch.ts"
import * as Wire from "./Wire.ts"

export interface SocketPool {
  /** Whether the server is left alone, so that HTTP has to serve. */
  readonly isLeftAlone: (nowMillis: number) => boolean
  /** Those that take requests. */
  readonly current: (nowMillis: number) => ReadonlyArray<Socket>
  /** A new socket, which opens in the background; `isShared`: for as many responses at a time as it may have, else for one. */
  readonly begin: (clock: Clock.Clock, watch: Watch.Watch, isShared: boolean) => Effect.Effect<Socket>
  /** Whether `socket` is open, once that is known. */
  readonly isOpen: (socket: Socket) => Effect.Effect<boolean>
}

/** The API's limit of responses at a time over one socket. */
const maxActive = 16

/** The API ends a socket after an hour; a little before, it takes no more requests. */
const maxAgeMillis = 55 * 60_000

/** How long HTTP serves for a server that does not speak WebSocket. */
const refusedTime = Duration.minutes(10)

/** The same where it may speak it, and only now could not be reached, or was too busy. */
const unreachedTime = Duration.seconds(30)

/** After so many sockets in a row without a word the server is taken for one that does not speak. */
const maxMute = 2

/** Between two that are opened ahead, as for a wire: a server that drops them at once is asked no more often. */
const pause = Duration.seconds(5)

/** How often it is looked whether the one that is kept has grown too old. */
const lookAfter = Duration.minutes(1)

/**
 * The scope closes the sockets. One is opened at once, in the background; where wires are kept warm (`Wire.KeepWarm`), another
 * whenever none is left.
 */
export const make = Effect.fnUntraced(function* (
  settings: Settings,
  path: string,
  watchOf: (fiber: Fiber.Fiber<unknown, unknown>, clock: Clock.Clock) => Watch.Watch
): Effect.fn.Return<SocketPool, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const sockets = new Map<Socket, Deferred.Deferred<boolean>>()
  yield* Effect.addFinalizer(() => Effect.sync(() => [...sockets.keys()].forEach((socket) => socket.close())))

  // Azure documents the mode, and no lanes.
  let hasLanes = settings.host !== "azure"
  const isLacking = Latch.makeUnsafe(true)
  let mutes = 0
  let httpUntilMillis = 0

  /** Connections as all others are made: with shared look-ups, in the session of the one before, counted. */
  const connecting = Effect.gen(function* () {
    const wire = yield* Wire.make({ upstream: "model", ...(yield* Head.make(settings, "GET", path)) })
    return () => {
      const connection = wire.take()
      wire.sent(connection)
      return connection
    }
    // Whole sockets are kept warm instead.
  }).pipe(Effect.provideService(Wire.KeepWarm, false), Scope.provide(scope))

  const load = yield* Effect.cached(
    Effect.all(
      [Head.client(settings, path), Effect.promise(() => import("openai/resources/responses/ws")), connecting],
      { concurrency: 3 }
    )
  )

  const begin: SocketPool["begin"] = (clock, watch, isShared) =>
    Effect.suspend(() => {
      const leaveAlone = (time: Duration.Duration) => {
        httpUntilMillis = clock.currentTimeMillisUnsafe() + Duration.toMillis(time)
      }
      const listener: Listener = {
        onNoLanes: () => {
          hasLanes = false
        },
        onClose: (closed, isMute) => {
          sockets.delete(closed)
          if (sockets.size === 0) isLacking.openUnsafe()
          mutes = isMute ? mutes + 1 : 0
          if (mutes >= maxMute) leaveAlone(refusedTime)
        }
      }
      const socket = new Socket(hasLanes && isShared ? maxActive : 1, () => clock.currentTimeMillisUnsafe(), listener)
      const opened = Deferred.makeUnsafe<boolean>()
      sockets.set(socket, opened)
      isLacking.closeUnsafe()
      watch.add(socket)
      const opening = Effect.matchEffect(
        Effect.flatMap(load, ([client, { ResponsesWS }, connect]) => socket.open(client, ResponsesWS, connect)),
        {
          onFailure: (failure) =>
            Effect.sync(() => {
              leaveAlone(socket.timedOut !== undefined || isLasting(failure) ? refusedTime : unreachedTime)
              socket.close()
              return false
            }),
          onSuccess: () => Effect.as(Metric.update(SocketMetrics.connections, 1), true)
        }
      )
      const settled = Effect.ensuring(
        Deferred.into(opening, opened),
        Effect.sync(() => watch.remove(socket))
      )
      return Effect.as(Effect.forkIn(settled, scope, { startImmediately: true }), socket)
    })

  const current: SocketPool["current"] = (nowMillis) => {
    for (const socket of sockets.keys()) {
      socket.retireIf(nowMillis - socket.openedMillis >= maxAgeMillis)
      socket.lanes.forgetOld(nowMillis)
    }
    return [...sockets.keys()].filter(({ isRetired }) => !isRetired)
  }

  const beginAhead = Effect.withFiber((fiber) => {
    const clock = fiber.getRef(Clock.Clock)
    return begin(clock, watchOf(fiber, clock), true)
  })

  /** Opens one where there is none, and waits until that may be so again. */
  const keepOne = Effect.gen(function* () {
    const nowMillis = yield* Clock.currentTimeMillis
    if (nowMillis < httpUntilMillis) return yield* Effect.sleep(httpUntilMillis - nowMillis)
    if (current(nowMillis).length === 0) yield* beginAhead
    yield* Effect.sleep(pause)
    yield* Effect.timeoutOption(isLacking.await, lookAfter)
  })

  // Before the first request, which then finds it open.
  if (yield* Wire.KeepWarm) yield* Effect.forkScoped(Effect.forever(keepOne), { startImmediately: true })
  else yield* beginAhead

  return {
    isLeftAlone: (nowMillis) => nowMillis < httpUntilMillis,
    current,
    begin,
    isOpen: (socket) => {
      const opened = sockets.get(socket)
      return opened === undefined ? Effect.succeed(false) : Deferred.await(opened)
    }
  }
})

/** Whether trying again soon is of no use. */
const isLasting = (failure: ConnectionFault | OpenAiError.Failure): boolean => {
  if (!("message" in failure)) return true
  const [, status] = /^Unexpected server response: (4\d\d)$/.exec(failure.message) ?? []
  return status !== undefined && status !== "408" && status !== "429"
}
