/**
 * Edge: the door that every request goes through: the guard before it, compression of JSON after it, and what fails on the way as a
 * problem. What it cannot name is a fault of the program: the client is told so, and the log what it was.
 */
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import type * as Types from "effect/Types"

import type * as Guard from "./Guard.ts"
import * as Limits from "./Limits.ts"
import { allowOf, notAllowed } from "./Methods.ts"
import * as OpenAiError from "./openai/OpenAiError.ts"
import * as Problem from "./Problem.ts"
import { RunError } from "./RunError.ts"
import * as ServerMetrics from "./ServerMetrics.ts"

/** The guard of this server. */
export class Door extends Context.Service<Door, Guard.Guard>()("@callsheet/server/Door") {}

const nothingHere = new Problem.Problem({ kind: "not-found", detail: "There is nothing at this address." })
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])

const problemOf = (error: unknown): Problem.Problem | undefined => {
  if (error instanceof Problem.Problem) return error
  if (error instanceof RunError) return Problem.fromRunError(error)
  if (!HttpServerError.isHttpServerError(error)) return undefined
  const { reason } = error
  if (reason._tag === "RouteNotFound") {
    return methods.has(reason.request.method) ? nothingHere : notAllowed(allowOf(["GET", "POST", "DELETE"]))
  }
  return reason._tag === "RequestParseError"
    ? new Problem.Problem({ kind: "bad-request", detail: "The request cannot be read." })
    : undefined
}

/** Never fails; the router wants it said that errors which it does not know may pass. */
const answered = (
  cause: Cause.Cause<unknown>,
  toResponse: (problem: Problem.Problem) => HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse, Types.unhandled> => {
  // Nobody is there to be told.
  if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
  const problem = problemOf(Option.getOrUndefined(Cause.findErrorOption(cause)))
  return problem === undefined
    ? Effect.as(Effect.logError("A request broke.", cause), toResponse(Problem.broken))
    : Effect.succeed(toResponse(problem))
}

const compressed = HttpMiddleware.compression({
  compressible: (type) => /^(?:application\/(?:[\w.]+\+)?json|text\/plain)/i.test(type)
})

type Guarded = Effect.Effect<HttpServerResponse.HttpServerResponse, Problem.Problem | Types.unhandled>

/** For all routes of the router. */
export const layer = HttpRouter.middleware(
  Effect.gen(function* () {
    const { refuse } = yield* Door
    // Of any body; a route may want less.
    const { historyBytes } = yield* Limits.Current
    const mostBytes = ByteSize.bytes(historyBytes)
    const tooLarge = new Problem.Problem({ kind: "body-too-large", detail: `The body has over ${historyBytes} bytes.` })
    const clock = yield* Clock.Clock
    return (route: Effect.Effect<HttpServerResponse.HttpServerResponse, Types.unhandled>) =>
      compressed(
        Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ cookies, headers, method, url }): Guarded => {
          const nowMillis = clock.currentTimeMillisUnsafe()
          const refused =
            refuse({ method, address: url, headers, cookies, nowMillis }) ??
            (Number(headers["content-length"] ?? 0) > historyBytes ? tooLarge : undefined)
          const guarded: Guarded =
            refused === undefined
              ? Effect.provideService(route, HttpIncomingMessage.MaxBodySize, mostBytes)
              : Effect.fail(refused)
          return Effect.tap(
            Effect.catchCause(guarded, (cause) =>
              answered(cause, OpenAiError.isSpoken(url) ? OpenAiError.toResponse : Problem.toResponse)
            ),
            ({ status }) => ServerMetrics.responded(method, status)
          )
        })
      )
  }),
  { global: true }
)
