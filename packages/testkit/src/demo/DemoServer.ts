/**
 * DemoServer: one demo service behind a socket on 127.0.0.1, at a port that the system chooses, until its scope closes.
 */
import { createServer } from "node:http"

import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { answer, type DemoApp, type DemoReply } from "./DemoApp.ts"

/** One request that a demo service answered. `query` is without the leading `?` and without credentials. */
export interface DemoExchange {
  readonly service: DemoApp["service"]
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number
  /** The delay before the answer, from and until: milliseconds since 1970, with fractions. */
  readonly delayedMillis: readonly [from: number, until: number]
}

const credentials = ["X-Plex-Token", "api_key", "apikey"]

const toResponse = (reply: DemoReply) =>
  reply.contentType === "application/json"
    ? HttpServerResponse.jsonUnsafe(reply.body, { status: reply.status })
    : HttpServerResponse.text(String(reply.body), { status: reply.status, contentType: reply.contentType })

const nowMillis = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

const decodeBody = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/**
 * Serves `app` and returns its origin, such as `http://127.0.0.1:40123`. Every answer waits `delayMillis` of its
 * request and is told to `record` before it is sent. Fails if no port can be had.
 */
export const serve = Effect.fnUntraced(function* (
  app: DemoApp,
  options: {
    readonly delayMillis: (method: string, path: string, query: string) => number
    readonly record: (exchange: DemoExchange) => Effect.Effect<void>
  }
) {
  const server = yield* NodeHttpServer.make(() => createServer(), {
    port: 0,
    host: "127.0.0.1",
    gracefulShutdownTimeout: Duration.millis(100)
  })

  const handle = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const mark = request.url.indexOf("?")
    const path = mark < 0 ? request.url : request.url.slice(0, mark)
    const query = new URLSearchParams(mark < 0 ? "" : request.url.slice(mark + 1))
    const text = request.method === "GET" ? "" : yield* Effect.orElseSucceed(request.text, () => "")
    const body = text === "" ? Option.some(undefined) : decodeBody(text)
    const { headers, method } = request
    const asked = { method, path, query, headers, body: Option.getOrUndefined(body), params: {} }
    // Who may not ask at all is told so first.
    const reply = Option.isNone(body) && app.refuse(asked) === null ? app.malformedBody : yield* answer(app, asked)
    const shown = new URLSearchParams(query)
    for (const name of credentials) shown.delete(name)
    const millis = options.delayMillis(method, path, shown.toString())
    const from = yield* nowMillis
    if (millis > 0) yield* Effect.sleep(Duration.millis(millis))
    const delayedMillis = [from, yield* nowMillis] as const
    const { status } = reply
    yield* options.record({ service: app.service, method, path, query: shown.toString(), status, delayedMillis })
    return toResponse(reply)
  })

  yield* server.serve(handle)
  return HttpServer.formatAddress(server.address)
})
