/**
 * Transport: the way to one server: the head of its requests, and connections that stay open between them. A boundary
 * to Promises.
 *
 * Requests go out over `node:http(s)`; neither a web stream nor a helper of the SDK stands between a connection's bytes
 * and their reader.
 */
import { Buffer } from "node:buffer"
import * as Http from "node:http"

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

import * as Exchange from "./Exchange.ts"
import * as Head from "./Head.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import * as Watch from "./Watch.ts"

export interface Transport {
  /** A request that has not left yet. Whoever opens it closes it. */
  readonly open: Effect.Effect<Pending>
}

/** One request and its answer. */
export interface Pending {
  readonly target: OpenAiError.Target
  readonly exchange: Exchange.Exchange
  /**
   * Sends the request, once: the media type of the answer, alone and in lower case, empty where the server named none.
   *
   * Fails for an error status, a connection that fails and one that stays silent for too long.
   */
  readonly send: (body: Exchange.Body | undefined) => Effect.Effect<string, OpenAiError.Failure>
  /** The chunks that arrived since the last read, at least one; `undefined` at the end. Fails past `maxAnswerBytes`. */
  readonly read: Effect.Effect<Exchange.Chunks | undefined, OpenAiError.Failure>
  /** All that is left, as text. */
  readonly readText: Effect.Effect<string, OpenAiError.Failure>
  /** Until the connection serves others, or is closed. */
  readonly over: Effect.Effect<void>
  /** Ends the watching, and the connection of an answer that is not complete. More than once is once. */
  readonly close: () => void
}

/** A transport for requests of one kind: `method` at `path` below the base URL. The scope closes its connections. */
export const make = Effect.fnUntraced(function* (
  settings: Settings,
  method: "GET" | "POST",
  path: string
): Effect.fn.Return<Transport, never, Scope.Scope> {
  const target = OpenAiError.makeTarget(settings, method, path)
  const tooLong = () => Effect.fail(OpenAiError.unreadable(target, "The answer is longer than any model's (64 MiB)."))
  const agents: Array<Http.Agent> = []
  yield* Effect.addFinalizer(() => Effect.sync(() => agents.forEach((agent) => agent.destroy())))
  const way = yield* Effect.cached(
    Effect.gen(function* () {
      const head = yield* Head.make(settings, method, path)
      const { Agent, request } = head.isSecure ? yield* Effect.promise(() => import("node:https")) : Http
      const agent = new Agent(agentOptions)
      agents.push(agent)
      return { head, route: { request, agent } }
    })
  )
  yield* Effect.forkScoped(Effect.ignore(way), { startImmediately: true })

  const limitsMillis = { connect: settings.connectTimeoutMillis, idle: settings.idleTimeoutMillis }
  const watches = new Map<Clock.Clock, Watch.Watch>()
  yield* Effect.addFinalizer(() => Effect.forEach(watches.values(), ({ close }) => close, { concurrency: 1 }))

  /** The watch by the clock that `fiber` goes by. */
  const watchOf = (fiber: Fiber.Fiber<unknown, unknown>, clock: Clock.Clock): Watch.Watch => {
    const known = watches.get(clock)
    if (known !== undefined) return known
    const watch = Watch.make(limitsMillis, clock, Effect.runForkWith(fiber.context))
    watches.set(clock, watch)
    return watch
  }

  const pendingOf = (exchange: Exchange.Exchange, clock: Clock.Clock, watch: Watch.Watch): Pending => {
    /** Why the exchange failed. */
    const failed = () => {
      const { fault, timedOut } = exchange
      return Effect.fail(
        timedOut === undefined
          ? OpenAiError.fromConnection(target, fault?.code, fault?.message ?? "")
          : OpenAiError.fromTimeout(target, timedOut, limitsMillis[timedOut])
      )
    }

    const read = Effect.matchEffect(exchange.read, {
      onFailure: failed,
      onSuccess: (chunks) => (exchange.responseBytes > maxAnswerBytes ? tooLong() : Effect.succeed(chunks))
    })

    const readUpTo = Effect.fnUntraced(function* (maxBytes: number) {
      const all: Array<Uint8Array> = []
      while (exchange.responseBytes <= maxBytes) {
        const chunks = yield* read
        if (chunks === undefined) break
        for (const chunk of chunks) all.push(chunk)
      }
      return Buffer.concat(all)
        .toString("utf8")
        .replace(/^\uFEFF/, "")
    })

    const refused = Effect.fnUntraced(function* ({ headers, status }: Exchange.AnswerHead) {
      const refusal = { status, headers: plainHeaders(headers), body: yield* readUpTo(maxErrorBytes) }
      return yield* Effect.fail(OpenAiError.fromResponse(target, refusal, clock.currentTimeMillisUnsafe()))
    })

    return {
      target,
      exchange,
      send: (body) =>
        Effect.flatMap(way, ({ head, route }) =>
          Effect.matchEffect(exchange.send(route, head, body), {
            onFailure: failed,
            onSuccess: (answer) =>
              answer.status >= 200 && answer.status < 300
                ? Effect.succeed(mediaType(answer.headers["content-type"] ?? ""))
                : refused(answer)
          })
        ),
      read,
      readText: readUpTo(Infinity),
      over: exchange.over,
      close: () => {
        watch.remove(exchange)
        exchange.giveUp()
      }
    }
  }

  return {
    open: Effect.withFiber((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const exchange = new Exchange.Exchange(() => clock.currentTimeMillisUnsafe())
      const watch = watchOf(fiber, clock)
      watch.add(exchange)
      return Effect.succeed(pendingOf(exchange, clock, watch))
    })
  }
})

/** As many connections as there are calls at a time, and all of them kept. */
const agentOptions: Http.AgentOptions = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity }

/** How much of an answer is read. The longest true ones, 128,000 tokens with an event for each, stay below. */
const maxAnswerBytes = 64 * 2 ** 20

/** How much of an error's body is read. */
const maxErrorBytes = 65_536

const mediaType = (contentType: string): string => {
  const end = contentType.indexOf(";")
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

const plainHeaders = (headers: Http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]]
    )
  )
