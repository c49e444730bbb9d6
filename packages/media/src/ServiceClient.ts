/**
 * ServiceClient: how each of the four services is asked. One place for the address, the secret, the retries of reads
 * and the time limits.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type * as UrlParams from "effect/http/UrlParams"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { Lanes } from "./Courtesy.ts"
import type { MediaError } from "./MediaError.ts"
import * as ResponseBody from "./ResponseBody.ts"
import { type Effects, failed, pauseOf, refused, type Service, unknownAnswer, unreachable } from "./ServiceFailure.ts"

/** A method and a path template of a service's public API, such as `GET /3/movie/{movie_id}`. */
export type Endpoint<Method extends "GET" | "POST" | "PUT" | "DELETE"> = `${Method} /${string}`

export interface CallOptions {
  /** Fills the `{names}` of the template. */
  readonly path?: Readonly<Record<string, string | number>>
  /** Parameters that are `undefined` are left out. */
  readonly query?: UrlParams.Input
}

export interface ServiceClient {
  /** A read: tried up to three times while the failure is transient, fifteen seconds in all. */
  readonly get: <A>(
    endpoint: Endpoint<"GET">,
    schema: Schema.ConstraintDecoder<A>
  ) => (options?: CallOptions) => Effect.Effect<A, MediaError>
  /** A write: tried once, because what got no answer may still have been done. At most thirty seconds. */
  readonly post: <A>(
    endpoint: Endpoint<"POST">,
    schema: Schema.ConstraintDecoder<A>
  ) => (body: Schema.Json) => Effect.Effect<A, MediaError>
  /** A write as `post` is, of whose answer only the status counts. */
  readonly write: (
    endpoint: Endpoint<"PUT" | "DELETE">
  ) => (options: CallOptions & { readonly body?: Schema.Json }) => Effect.Effect<void, MediaError>
}

type Broken = HttpClientError.HttpClientError | ResponseBody.BrokenBody | Schema.SchemaError

export interface Options extends Service {
  /** Adds the secret to a request. */
  readonly authorize: (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest
}

const limits: Readonly<Record<Effects, Duration.Duration>> = {
  reads: Duration.seconds(15),
  writes: Duration.seconds(30)
}
/** A service that asks for a longer pause is not waited for: the caller learns of it instead. */
const longestPause = Duration.seconds(2)

/**
 * The client of one service over the `HttpClient` of the environment.
 *
 * **Details**
 *
 * Secrets travel in headers, or as `Redacted` query parameters, which spans and errors hide by themselves. A program that
 * records headers by `TracerHeaderFilter` sees `x-plex-token` redacted, as the usual names are.
 */
export const make: (options: Options) => Effect.Effect<ServiceClient, never, HttpClient.HttpClient> = Effect.fnUntraced(
  function* (options) {
    const lanes = yield* Lanes
    const lane = whenWanted(() => lanes(options.baseUrl))
    const writing = (yield* HttpClient.HttpClient).pipe(
      HttpClient.mapRequest((request) =>
        options.authorize(
          request.pipe(HttpClientRequest.prependUrl(options.baseUrl.replace(/\/+$/, "")), HttpClientRequest.acceptJson)
        )
      ),
      HttpClient.transformResponse(
        Effect.updateService(Headers.CurrentRedactedNames, (names) => [...names, "x-plex-token"])
      )
    )
    const reading = writing.pipe(
      HttpClient.transformResponse(Effect.tap(failIfWorthRetrying)),
      HttpClient.retryTransient({ retryOn: "errors-only", schedule: Schedule.exponential("100 millis"), times: 2 })
    )

    const answered = <A>(
      effects: Effects,
      read: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, Broken>
    ) => {
      const limit = limits[effects]
      return (
        response: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
      ): Effect.Effect<A, MediaError> =>
        response.pipe(
          Effect.flatMap((response): Effect.Effect<A, Broken | MediaError> =>
            isOk(response) ? read(response) : refused(options, response)
          ),
          Effect.catchTags({
            HttpClientError: (error) => failed(options, effects, error),
            BrokenBody: ({ status, what }) => Effect.fail(unknownAnswer(options, status, `it ${what}`)),
            SchemaError: (error) => Effect.fail(unknownAnswer(options, null, error.message))
          }),
          Effect.timeoutOrElse({
            duration: limit,
            orElse: () => Effect.fail(unreachable(options, effects, `no answer within ${Duration.format(limit)}`))
          })
        )
    }
    const decoded = <A>(schema: Schema.ConstraintDecoder<A>, effects: Effects) => {
      const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(schema))
      return answered(effects, (response) => Effect.flatMap(ResponseBody.json(response), decode))
    }
    // Read to its end, so that the connection is free again; what it says is of no account.
    const done = answered("writes", (response) => Effect.ignore(Stream.runDrain(response.stream)))

    return {
      get: (endpoint, schema) => {
        const answer = whenWanted(() => decoded(schema, "reads"))
        const template = endpoint.slice("GET ".length)
        return ({ path = {}, query = [] } = {}) =>
          lane().pass(answer()(reading.get(fill(template, path), { urlParams: query })))
      },
      post: (endpoint, schema) => {
        const answer = whenWanted(() => decoded(schema, "writes"))
        const template = endpoint.slice("POST ".length)
        return (body) =>
          lane().pass(
            answer()(writing.execute(HttpClientRequest.post(template).pipe(HttpClientRequest.bodyJsonUnsafe(body))))
          )
      },
      write: (endpoint) => {
        const isPut = endpoint.startsWith("PUT ")
        const method = isPut ? HttpClientRequest.put : HttpClientRequest.delete
        const template = endpoint.slice((isPut ? "PUT " : "DELETE ").length)
        return ({ body, path = {}, query = [] }) => {
          const request = method(fill(template, path), { urlParams: query })
          return lane().pass(
            done(writing.execute(body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body)))
          )
        }
      }
    }
  }
)

/** A comma, which parts the ids of a list, needs no escape. */
const fill = (template: string, path: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? "").replaceAll("%2C", ","))

const isOk = (response: HttpClientResponse.HttpClientResponse) => response.status >= 200 && response.status < 300

const failIfWorthRetrying = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
  if (
    HttpClient.isTransientResponse(response) &&
    Duration.isLessThanOrEqualTo(yield* pauseOf(response), longestPause)
  ) {
    return yield* new HttpClientError.HttpClientError({
      reason: new HttpClientError.StatusCodeError({ request: response.request, response })
    })
  }
})

/** What it costs to make, most programs need not pay: they ask few of all endpoints. */
const whenWanted = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}
