/**
 * Methods: the handlers of one path by method. What a path does not take is 405, and OPTIONS says what it does; HEAD is GET without
 * a body.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import { Problem } from "./Problem.ts"

type Handler<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest>

const known = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"] as const

export const allowOf = (methods: ReadonlyArray<string>): string =>
  [...methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(", ")

export const notAllowed = (allow: string) =>
  new Problem({ kind: "method-not-allowed", detail: `Here only these methods are allowed: ${allow}.`, allow })

/** All routes of `path`. */
export const layer = <E, R>(
  path: HttpRouter.PathInput,
  handlers: Partial<Record<"GET" | "POST" | "DELETE", Handler<E, R>>>
) => {
  const allow = allowOf(Object.keys(handlers))
  const options = Effect.succeed(HttpServerResponse.empty({ status: 204, headers: { allow } }))
  const refused = Effect.fail(notAllowed(allow))
  const handlerOf = (method: (typeof known)[number]): Handler<E | Problem, R> =>
    (method === "GET" || method === "POST" || method === "DELETE" ? handlers[method] : undefined) ??
    (method === "OPTIONS" ? options : refused)
  return HttpRouter.addAll(known.map((method) => HttpRouter.route(method, path, handlerOf(method))))
}
