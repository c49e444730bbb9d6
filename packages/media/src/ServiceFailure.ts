/**
 * ServiceFailure: everything that can go wrong between us and a service, as a `MediaError` that says what to do. The only
 * place where HTTP's failures are translated.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Headers from "effect/http/Headers"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as UrlParams from "effect/http/UrlParams"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  MediaError,
  NotFound,
  Rejected,
  type ServiceName,
  Throttled,
  Unauthorized,
  Unexpected,
  Unreachable
} from "./MediaError.ts"
import * as ResponseBody from "./ResponseBody.ts"

export interface Service {
  readonly service: ServiceName
  /** The service's name as people write it. */
  readonly name: string
  /** With or without a trailing slash; a base path (`/radarr`) is kept. */
  readonly baseUrl: string
  /** Its token or key: taken out of whatever the service says, which may be what it was sent. */
  readonly secret: Redacted.Redacted
  /** The variables that advice names, such as `RADARR_BASE_URL` and `RADARR_API_KEY`. */
  readonly variables: { readonly baseUrl: string; readonly secret: string }
  /**
   * The JSON in which it says itself that there is no such thing. A 404 of any other form may come from whoever stands before
   * it, and pass.
   */
  readonly notFound: Schema.ConstraintDecoder<unknown>
}

/** What a call does, since a write that got no answer may still have been done. */
export type Effects = "reads" | "writes"

/** The pause a `Retry-After` header asks for; none without one. */
export const pauseOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.map(Clock.currentTimeMillis, (nowMillis) =>
    Headers.parseRetryAfter(response.headers["retry-after"] ?? "").pipe(
      Result.map((pause) => Headers.retryAfterDelay(pause, nowMillis)),
      Result.getOrElse(() => Duration.zero)
    )
  )

/** Others write paragraphs; an error is one sentence. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim()

/** The secrets that a request to `service` holds: its key, and user and password in its address, in each way of writing. */
const secretsOf = ({ baseUrl, secret }: Service): ReadonlyArray<string> => {
  const { password = "", username = "" } = URL.canParse(baseUrl) ? new URL(baseUrl) : {}
  return [
    ...[Redacted.value(secret), password].flatMap((text) => [text, encodeURIComponent(text)]),
    ...(password === "" ? [] : [Base64.encode(`${username}:${password}`)])
  ].filter((text) => text.length >= 4)
}

/** What `service` says, in one line and without what it was sent in confidence. */
const told = (service: Service, text: string): string =>
  secretsOf(service).reduce((text, secret) => text.replaceAll(secret, "<redacted>"), oneLine(text))

/** The service and its address without credentials, as sentences begin. */
const at = ({ baseUrl, name }: Service) => `${name} at ${UrlParams.redactUrl(baseUrl)}`

export const unreachable = (service: Service, effects: Effects, why: string) =>
  new MediaError({
    reason: new Unreachable({
      service: service.service,
      message:
        effects === "reads"
          ? `${at(service)} cannot be reached (${why}): check that it runs and that ${service.variables.baseUrl} is right.`
          : `${at(service)} did not answer (${why}) and may or may not have done it: look there before asking again.`
    })
  })

export const unknownAnswer = (service: Service, status: number | null, what: string) =>
  new MediaError({
    reason: new Unexpected({
      service: service.service,
      status,
      message: `${at(service)} gave an answer that is not understood (${told(service, what).slice(0, 200)}): check that ${service.variables.baseUrl} points at ${service.name} itself.`
    })
  })

export const failed = (
  service: Service,
  effects: Effects,
  { reason }: HttpClientError.HttpClientError
): Effect.Effect<never, MediaError> => {
  switch (reason._tag) {
    case "StatusCodeError":
      return refused(service, reason.response)
    case "DecodeError":
      return Effect.fail(unreachable(service, effects, "the connection was lost in the middle of the answer"))
    case "EmptyBodyError":
      return Effect.fail(unknownAnswer(service, reason.response.status, "it is empty"))
    case "TransportError":
      return Effect.fail(unreachable(service, effects, codeOf(reason.cause) ?? "the connection failed"))
    case "InvalidUrlError":
      return Effect.fail(unreachable(service, "reads", "the address is not a valid URL"))
    case "EncodeError":
      return Effect.die(reason)
  }
}

/** A system's error code (`ECONNREFUSED`), which platforms keep at different depths. */
const codeOf = (cause: unknown): string | undefined =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code)
    ? cause.code
    : Predicate.hasProperty(cause, "cause")
      ? codeOf(cause.cause)
      : undefined

export const refused = Effect.fnUntraced(function* (service: Service, response: HttpClientResponse.HttpClientResponse) {
  const { name, service: id, variables } = service
  const { status } = response
  switch (status) {
    case 401:
    case 403:
      return yield* new MediaError({
        reason: new Unauthorized({ service: id, message: `${at(service)} refused the key: check ${variables.secret}.` })
      })
    case 404:
      return yield* new MediaError({
        reason: (yield* isOfTheForm(service.notFound, response))
          ? new NotFound({
              service: id,
              message: `${at(service)} knows no such thing: check the id, or ${variables.baseUrl} if every request ends so.`
            })
          : new Unexpected({
              service: id,
              status,
              message: `${at(service)} is not there, or knows no such thing (status 404): try again, and check ${variables.baseUrl} if it stays so.`
            })
      })
    case 429: {
      const pause = yield* pauseOf(response)
      const retryAfter = Duration.isZero(pause) ? Duration.seconds(1) : pause
      return yield* new MediaError({
        reason: new Throttled({
          service: id,
          retryAfter,
          message: `${at(service)} asks for fewer requests: try again in ${Duration.format(retryAfter)}.`
        })
      })
    }
  }
  if (status >= 300 && status < 400) {
    return yield* unknownAnswer(service, status, "a redirection to another address")
  }
  if (status >= 500) {
    return yield* new MediaError({
      reason: new Unexpected({
        service: id,
        status,
        message: `${at(service)} failed inside (status ${status}): try again, and look at its own log if it stays so.`
      })
    })
  }
  const messages = (yield* complaints(response)).map((text) => told(service, text))
  return yield* new MediaError({
    reason: new Rejected({
      service: id,
      messages,
      message: `${name} refused the request: ${messages.join(" ") || `status ${status}`}`
    })
  })
})

const isOfTheForm = (
  form: Schema.ConstraintDecoder<unknown>,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<boolean> =>
  ResponseBody.json(response).pipe(
    Effect.map(Schema.is(form)),
    Effect.orElseSucceed(() => false)
  )

/** What Radarr and Sonarr (a list of validation failures, or one message) and TMDb say about a refusal. */
const Complaints = Schema.Union([
  Schema.Array(Schema.Struct({ errorMessage: Schema.String })),
  Schema.Struct({ message: Schema.String }),
  Schema.Struct({ status_message: Schema.String })
])

const decodeComplaints = Schema.decodeUnknownEffect(Complaints)

const complaints = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<ReadonlyArray<string>> =>
  ResponseBody.json(response).pipe(
    Effect.flatMap(decodeComplaints),
    Effect.map((body) => {
      if ("message" in body) return [body.message]
      return "status_message" in body ? [body.status_message] : body.map(({ errorMessage }) => errorMessage)
    }),
    Effect.orElseSucceed(() => [])
  )
