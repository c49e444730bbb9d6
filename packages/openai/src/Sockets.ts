/**
 * Sockets: which of a model's WebSockets a request goes over. All runs share one, as a rule; there are more where it is full,
 * or where the server takes one response at a time. Where there is none to be had (`SocketPool`), calls go over HTTP.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"

import type { Body } from "./Exchange.ts"
import * as Head from "./Head.ts"
import type { Held, Lane } from "./Lanes.ts"
import type { WireMessage } from "./ModelWire.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import type { Socket } from "./Socket.ts"
import * as SocketMetrics from "./SocketMetrics.ts"
import * as SocketPool from "./SocketPool.ts"
import { SocketReply } from "./SocketReply.ts"
import * as Watch from "./Watch.ts"

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

/** How much of an answer is read, as over HTTP. */
const maxAnswerBytes = 64 * 2 ** 20

/** The scope closes the sockets. */
export const make = Effect.fnUntraced(function* (
  settings: Settings,
  path: string
): Effect.fn.Return<Sockets, never, Scope.Scope> {
  const target = yield* Head.target(settings, "POST", path)
  const limitsMillis = { connect: settings.connectTimeoutMillis, idle: settings.idleTimeoutMillis }
  const watchOf = yield* Watch.byClock(limitsMillis)
  const pool = yield* SocketPool.make(settings, path, watchOf)
  /** Conversations that share no socket: one of them may be what a server had something against. */
  const loners = new WeakSet<ReadonlyArray<WireMessage>>()

  const failed = ({ fault, timedOut }: SocketReply) =>
    timedOut === undefined
      ? OpenAiError.fromConnection(target, fault?.code, fault?.message ?? "")
      : OpenAiError.fromTimeout(target, timedOut, limitsMillis[timedOut])

  const takenOf = ({ lane, socket }: Place, exchange: SocketReply, { counters, held, watch }: TakenOptions): Taken => {
    const isOpen = pool.isOpen(socket)
    socket.occupy(lane, exchange)
    return {
      target,
      exchange,
      held,
      isOpen: Effect.tap(isOpen, (isOpen) => count(isOpen ? counters : [SocketMetrics.fallbacks])),
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

  const take: Sockets["take"] = (messages, mayContinue) =>
    Effect.withFiber((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const nowMillis = clock.currentTimeMillisUnsafe()
      if (pool.isLeftAlone(nowMillis)) return Effect.as(count([SocketMetrics.fallbacks]), undefined)
      const watch = watchOf(fiber, clock)
      const isShared = !loners.has(messages)
      const open = pool.current(nowMillis).filter(({ lanes }) => isShared || !lanes.areNamed)
      const holder = mayContinue ? placeOf(open, ({ lanes }) => lanes.holder(messages)) : undefined
      const known =
        holder !== undefined && holder.socket.lanes.isFree(holder.lane)
          ? holder
          : // Another lane of the same socket continues as well.
            placeOf(holder === undefined ? open : [holder.socket, ...open], ({ lanes }) => lanes.free())
      const place =
        known === undefined
          ? Effect.map(pool.begin(clock, watch, isShared), (socket) => placeOf([socket], ({ lanes }) => lanes.free()))
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

  return { take }
})

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
