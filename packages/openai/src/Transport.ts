/**
 * Transport: the way to one server: the head of its requests, and connections that stay open between them. A boundary
 * to Promises.
 *
 * Requests go out over `node:http`; neither a web stream nor a helper of the SDK stands between a connection's bytes
 * and their reader.
 */
import { Buffer } from "node:buffer"
import * as Http from "node:http"

import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

import * as Decompression from "./Decompression.ts"
import * as Exchange from "./Exchange.ts"
import * as Head from "./Head.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import * as Watch from "./Watch.ts"
import * as Wire from "./Wire.ts"
import * as WireAgent from "./WireAgent.ts"

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
  const target = yield* Head.target(settings, method, path)
  const tooLong = () => Effect.fail(OpenAiError.unreadable(target, "The answer is longer than any model's (64 MiB)."))
  const scope = yield* Effect.scope
  const way = yield* Effect.cached(
    Effect.gen(function* () {
      const head = yield* Head.make(settings, method, path)
      const wire = yield* Wire.make({ upstream: "model", ...head })
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => WireAgent.make(wire)),
        (agent) => Effect.sync(() => agent.destroy())
      )
      return { head, route: { request: Http.request, agent } }
    }).pipe(Scope.provide(scope))
  )
  yield* Effect.forkScoped(Effect.ignore(way), { startImmediately: true })

  const limitsMillis = { connect: settings.connectTimeoutMillis, idle: settings.idleTimeoutMillis }
  const watchOf = yield* Watch.byClock(limitsMillis)

  /** Adds to `all` what comes, until there is no more or it is more than `maxBytes`. */
  const readInto = Effect.fnUntraced(function* (
    all: Array<Uint8Array>,
    exchange: Exchange.Exchange,
    read: Pending["read"],
    maxBytes: number
  ) {
    while (exchange.responseBytes <= maxBytes) {
      const chunks = yield* read
      if (chunks === undefined) break
      for (const chunk of chunks) all.push(chunk)
    }
  })

  const decompressed = Effect.fnUntraced(function* (
    { push }: Decompression.Decompression,
    exchange: Exchange.Exchange,
    compressed: Exchange.Chunks
  ) {
    const chunks = yield* Effect.mapError(push(compressed), (complaint) =>
      OpenAiError.unreadable(target, `The server's answer is compressed and cannot be read (${complaint}).`)
    )
    exchange.responseBytes += bytesOf(chunks) - bytesOf(compressed)
    return chunks
  })

  const refused = Effect.fnUntraced(function* (
    { headers, status }: Exchange.AnswerHead,
    exchange: Exchange.Exchange,
    read: Pending["read"],
    clock: Clock.Clock
  ): Effect.fn.Return<never, OpenAiError.Failure> {
    const all: Array<Uint8Array> = []
    // The status tells, whatever becomes of the rest.
    yield* Effect.ignore(Effect.timeout(readInto(all, exchange, read, maxErrorBytes), errorTime))
    const refusal = { status, headers: plainHeaders(headers), body: textOf(all) }
    return yield* Effect.fail(OpenAiError.fromResponse(target, refusal, clock.currentTimeMillisUnsafe()))
  })

  const pendingOf = (exchange: Exchange.Exchange, clock: Clock.Clock, watch: Watch.Watch): Pending => {
    let decompression: Decompression.Decompression | undefined

    /** Why the exchange failed. */
    const failed = () => {
      const { fault, timedOut } = exchange
      return Effect.fail(
        timedOut === undefined
          ? OpenAiError.fromConnection(target, fault?.code, fault?.message ?? "")
          : OpenAiError.fromTimeout(target, timedOut, limitsMillis[timedOut])
      )
    }

    const read: Pending["read"] = Effect.matchEffect(exchange.read, {
      onFailure: failed,
      onSuccess: (chunks) => {
        if (exchange.responseBytes > maxAnswerBytes) return tooLong()
        if (decompression === undefined || chunks === undefined) return Effect.succeed(chunks)
        return Effect.filterOrElse(
          decompressed(decompression, exchange, chunks),
          (chunks) => chunks.length > 0,
          () => read
        )
      }
    })

    const answered = (answer: Exchange.AnswerHead): Effect.Effect<string, OpenAiError.Failure> =>
      isSuccess(answer)
        ? Effect.succeed(mediaType(answer.headers["content-type"] ?? ""))
        : refused(answer, exchange, read, clock)

    const compressed = (answer: Exchange.AnswerHead, encoding: string) =>
      Effect.flatMap(Decompression.make(encoding, maxAnswerBytes), (made) => {
        decompression = made
        if (made !== undefined || !isSuccess(answer)) return answered(answer)
        const problem = `The server compressed its answer (${encoding}), which it was asked not to: turn that off there.`
        return Effect.fail(OpenAiError.unreadable(target, problem))
      })

    return {
      target,
      exchange,
      send: (body) =>
        Effect.flatMap(way, ({ head, route }) =>
          Effect.matchEffect(exchange.send(route, head, body), {
            onFailure: failed,
            onSuccess: (answer) => {
              const encoding = answer.headers["content-encoding"]?.trim().toLowerCase() ?? ""
              return encoding === "" || encoding === "identity" ? answered(answer) : compressed(answer, encoding)
            }
          })
        ),
      read,
      readText: Effect.suspend(() => {
        const all: Array<Uint8Array> = []
        return Effect.map(readInto(all, exchange, read, Infinity), () => textOf(all))
      }),
      over: exchange.over,
      close: () => {
        watch.remove(exchange)
        decompression?.close()
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

/** How much of an answer is read. The longest true ones, 128,000 tokens with an event for each, stay below. */
const maxAnswerBytes = 64 * 2 ** 20

/** How much of an error's body is read. */
const maxErrorBytes = 65_536

/** How long an error's body may take after its head. */
const errorTime = Duration.seconds(5)

const isSuccess = ({ status }: Exchange.AnswerHead): boolean => status >= 200 && status < 300

const bytesOf = (chunks: Exchange.Chunks): number => chunks.reduce((sum, { length }) => sum + length, 0)

const textOf = (bytes: Exchange.Chunks): string =>
  Buffer.concat(bytes)
    .toString("utf8")
    .replace(/^\uFEFF/, "")

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
