/**
 * Sockets: the WebSockets of one model. One, as a rule, that all runs share; more where it is full, or where the server
 * takes one response at a time.
 *
 * A server that refuses the upgrade, or never says a word over a socket, is left alone for a while: its calls go over HTTP.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"

import type { Body, ConnectionFault } from "./Exchange.ts"
import * as Head from "./Head.ts"
import type { Held, Lane } from "./Lanes.ts"
import type { WireMessage } from "./ModelWire.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import { type Listener, Socket } from "./Socket.ts"
import * as SocketMetrics from "./SocketMetrics.ts"
import { SocketReply } from "./SocketReply.ts"
import * as Watch from "./Watch.ts"
import * as Wire from "./Wire.ts"

export interface Sockets {
  /**
   * A lane for a request of the whole conversation `messages`, to be closed by whoever takes it; `undefined` where the
   * request has to go over HTTP. `mayContinue` says whether the conversation's last response is continued where a socket
   * holds it.
   */
  readonly take: (messages: ReadonlyArray<WireMessage>, mayContinue: boolean) => Effect.Effect<Taken | undefined>
}

/** One request over a socket, and its answer. */
export interface Taken {
  readonly target: OpenAiError.Target
  readonly exchange: SocketReply
  /** The response that the request continues: only what follows its answer is to be sent. */
  readonly held: Held | undefined
  /** Whether the socket is open, once that is known: if not, HTTP is the way. */
  readonly isOpen: Effect.Effect<boolean>
  /** Sends the request, once. */
  readonly send: (body: Body) => void
  /** The events that arrived since the last read, at least one. */
  readonly read: Effect.Effect<ReadonlyArray<unknown>, OpenAiError.Failure>
  /** Nobody reads any more. More than once is once. */
  readonly close: () => void
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

/** How much of an answer is read, as over HTTP. */
const maxAnswerBytes = 64 * 2 ** 20

/**
 * The scope closes the sockets. One is opened at once, in the background; where wires are kept warm (`Wire.KeepWarm`), another
 * whenever none is left.
 */
export const make = Effect.fnUntraced(function* (
  settings: Settings,
  path: string
): Effect.fn.Return<Sockets, never, Scope.Scope> {
  const target = OpenAiError.makeTarget(settings, "POST", path)
  const scope = yield* Effect.scope
  const limitsMillis = { connect: settings.connectTimeoutMillis, idle: settings.idleTimeoutMillis }
  const watchOf = yield* Watch.byClock(limitsMillis)
  const sockets = new Map<Socket, Deferred.Deferred<boolean>>()
  yield* Effect.addFinalizer(() => Effect.sync(() => [...sockets.keys()].forEach((socket) => socket.close())))

  // Azure documents the mode, and no lanes.
  let hasLanes = settings.host !== "azure"
  /** Conversations that share no socket: one of them may be what a server had something against. */
  const loners = new WeakSet<ReadonlyArray<WireMessage>>()
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
      {
        concurrency: 3
      }
    )
  )

  /** A new socket, which opens in the background. */
  const begin = (clock: Clock.Clock, watch: Watch.Watch, isShared = true): Effect.Effect<Socket> =>
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
          onSuccess: () => Effect.as(count([SocketMetrics.connections]), true)
        }
      )
      const settled = Effect.ensuring(
        Deferred.into(opening, opened),
        Effect.sync(() => watch.remove(socket))
      )
      return Effect.as(Effect.forkIn(settled, scope, { startImmediately: true }), socket)
    })

  const failed = ({ fault, timedOut }: SocketReply) =>
    timedOut === undefined
      ? OpenAiError.fromConnection(target, fault?.code, fault?.message ?? "")
      : OpenAiError.fromTimeout(target, timedOut, limitsMillis[timedOut])

  const takenOf = ({ lane, socket }: Place, exchange: SocketReply, { counters, held, watch }: TakenOptions): Taken => {
    const opened = sockets.get(socket)
    socket.occupy(lane, exchange)
    return {
      target,
      exchange,
      held,
      isOpen: Effect.tap(opened === undefined ? Effect.succeed(false) : Deferred.await(opened), (isOpen) =>
        count(isOpen ? counters : [SocketMetrics.fallbacks])
      ),
      send: (body) => {
        watch.add(exchange)
        socket.send(lane, exchange, body)
      },
      read: Effect.matchEffect(exchange.read, {
        onFailure: () => {
          if (exchange.goesAlone) loners.add(exchange.messages)
          return Effect.fail(failed(exchange))
        },
        onSuccess: (events) => {
          if (exchange.responseBytes <= maxAnswerBytes) return Effect.succeed(events)
          return Effect.fail(OpenAiError.unreadable(target, "The answer is longer than any model's (64 MiB)."))
        }
      }),
      close: () => {
        watch.remove(exchange)
        exchange.giveUp()
      }
    }
  }

  /** Those that take requests. */
  const current = (nowMillis: number): ReadonlyArray<Socket> => {
    for (const socket of sockets.keys()) {
      socket.retireIf(nowMillis - socket.openedMillis >= maxAgeMillis)
      socket.lanes.forgetOld(nowMillis)
    }
    return [...sockets.keys()].filter(({ isRetired }) => !isRetired)
  }

  const take: Sockets["take"] = (messages, mayContinue) =>
    Effect.withFiber((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const nowMillis = clock.currentTimeMillisUnsafe()
      if (nowMillis < httpUntilMillis) return Effect.as(count([SocketMetrics.fallbacks]), undefined)
      const watch = watchOf(fiber, clock)
      const isShared = !loners.has(messages)
      const open = current(nowMillis).filter(({ lanes }) => isShared || !lanes.areNamed)
      const holder = mayContinue ? placeOf(open, ({ lanes }) => lanes.holder(messages)) : undefined
      const known =
        holder !== undefined && holder.socket.lanes.isFree(holder.lane)
          ? holder
          : // Another lane of the same socket continues as well.
            placeOf(holder === undefined ? open : [holder.socket, ...open], ({ lanes }) => lanes.free())
      const place =
        known === undefined
          ? Effect.map(begin(clock, watch, isShared), (socket) => placeOf([socket], ({ lanes }) => lanes.free()))
          : Effect.succeed(known)
      return Effect.flatMap(place, (place) => {
        if (place === undefined) return Effect.undefined
        const held = place.socket === holder?.socket ? holder.lane.held : undefined
        const counters = [
          ...(known === undefined ? [] : [SocketMetrics.reuses]),
          ...(held !== undefined ? [SocketMetrics.continuations] : continues(messages) ? [SocketMetrics.resends] : [])
        ]
        const exchange = new SocketReply(() => clock.currentTimeMillisUnsafe(), messages)
        return Effect.succeed(takenOf(place, exchange, { held, counters, watch }))
      })
    })

  const beginAhead = Effect.withFiber((fiber) => {
    const clock = fiber.getRef(Clock.Clock)
    return begin(clock, watchOf(fiber, clock))
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

  return { take }
})

/** Whether trying again soon is of no use. */
const isLasting = (failure: ConnectionFault | OpenAiError.Failure): boolean => {
  if (!("message" in failure)) return true
  const [, status] = /^Unexpected server response: (4\d\d)$/.exec(failure.message) ?? []
  return status !== undefined && status !== "408" && status !== "429"
}

/** Whether a response came before. */
const continues = (messages: ReadonlyArray<WireMessage>): boolean =>
  messages.some((message) => message.role === "assistant" && message.responseId !== undefined)

type Counter = typeof SocketMetrics.fallbacks

interface TakenOptions {
  readonly held: Held | undefined
  /** What the request counts for, once it goes over its socket. */
  readonly counters: ReadonlyArray<Counter>
  readonly watch: Watch.Watch
}

const count = (counters: ReadonlyArray<Counter>): Effect.Effect<void> =>
  Effect.forEach(counters, (counter) => Metric.update(counter, 1), { concurrency: 1, discard: true })

/** A lane and the socket that it is of. */
interface Place {
  readonly socket: Socket
  readonly lane: Lane
}

/** The first that `find` finds among `sockets`. */
const placeOf = (sockets: ReadonlyArray<Socket>, find: (socket: Socket) => Lane | undefined): Place | undefined => {
  for (const socket of sockets) {
    const lane = find(socket)
    if (lane !== undefined) return { socket, lane }
  }
  return undefined
}
