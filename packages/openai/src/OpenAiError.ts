/**
 * OpenAiError: what can go wrong in a model call, as the reasons of `AiError`: each one sentence that says what to do.
 *
 * A `Redactor` passes over every text that came from outside, so that no error holds a key, be it that a server
 * echoes it. Long, because it is one table: what was seen on the left, what is said on the right.
 */
import * as AiError from "effect/ai/AiError"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"

import type { Timeout } from "./Exchange.ts"
import * as Json from "./Json.ts"
import * as ModelWire from "./ModelWire.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as Redactor from "./Redactor.ts"

/** A failure inside this package, before it leaves as `AiError`. */
export interface Failure {
  readonly reason: AiError.AiErrorReason
  /**
   * Whether the same request may fare better soon. Not so where nothing listens, nor after a time-out: enough was
   * waited.
   */
  readonly isRetryable: boolean
  /** How long the server asked to be left alone, in milliseconds. */
  readonly retryAfterMillis: number | undefined
  /** The server does not hold the response that the request continues. */
  readonly isUnknownResponse: boolean
}

export const failure = (reason: AiError.AiErrorReason, retryAfterMillis?: number): Failure => ({
  reason,
  isRetryable: reason.isRetryable,
  retryAfterMillis,
  isUnknownResponse: false
})

/** Where a request went, as errors may name it. */
export interface Target {
  readonly method: "GET" | "POST"
  /** The address without user, password and query. */
  readonly url: string
  readonly model: string
  readonly hasKey: boolean
  readonly redact: Redactor.Redactor
}

/** `headers` are the values of those that a person added. */
export const makeTarget = (
  settings: Settings,
  method: "GET" | "POST",
  path: string,
  headers: ReadonlyArray<string> = []
): Target => {
  const { apiKey, baseUrl } = settings
  const redact = Redactor.make({ key: apiKey === undefined ? undefined : Redacted.value(apiKey), baseUrl, headers })
  return {
    method,
    url: redact(plainUrl(settings.baseUrl) + path),
    model: settings.model,
    hasKey: settings.apiKey !== undefined,
    redact
  }
}

const plainUrl = (baseUrl: string): string => {
  if (!URL.canParse(baseUrl)) return baseUrl
  const { origin, pathname } = new URL(baseUrl)
  return origin + pathname.replace(/\/+$/, "")
}

// Before a response

/** The request never got an answer. `code` is Node's (`ECONNREFUSED`, ...). */
export const fromConnection = (target: Target, code: string | undefined, message: string): Failure => ({
  ...transportFailure(target, connectionText(hostOf(target), code, oneLine(target.redact(message)))),
  isRetryable: code !== "ECONNREFUSED" && code !== "ENOTFOUND"
})

const transportFailure = (target: Target, description: string): Failure =>
  failure(new AiError.NetworkError({ reason: "TransportError", method: target.method, url: target.url, description }))

const hostOf = ({ url }: Target): string => (URL.canParse(url) ? new URL(url).host : url)

const connectionText = (host: string, code: string | undefined, message: string): string => {
  switch (code) {
    case "ECONNREFUSED":
      return `Nothing answers at ${host}: start the server there, or correct OPENAI_BASE_URL.`
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host ${host} was not found: check the network and OPENAI_BASE_URL.`
    case "ECONNRESET":
    case "EPIPE":
      return `The connection to ${host} was closed before the answer was complete; try again.`
    default:
      return `The connection to ${host} failed (${message}): check the network and OPENAI_BASE_URL.`
  }
}

export const fromTimeout = (target: Target, timeout: Timeout, limitMillis: number): Failure => {
  const limit = Duration.format(Duration.millis(limitMillis))
  const description =
    timeout === "connect"
      ? `${hostOf(target)} did not accept a connection within ${limit}: check the network and OPENAI_BASE_URL.`
      : `${hostOf(target)} stayed silent for ${limit}; try again, or allow a longer idle time-out.`
  return { ...transportFailure(target, description), isRetryable: false }
}

export const invalidUrl = (target: Target): Failure =>
  failure(
    new AiError.NetworkError({
      reason: "InvalidUrlError",
      method: target.method,
      url: target.url,
      description: `OPENAI_BASE_URL is not an http or https address: "${target.url}".`
    })
  )

export const missingKey = () =>
  failure(new AiError.AuthenticationError({ kind: "MissingKey", description: "Set OPENAI_API_KEY." }))

export const unusableKey = () =>
  failure(
    new AiError.AuthenticationError({
      kind: "InvalidKey",
      description: "OPENAI_API_KEY holds characters that no key has, such as spaces or line breaks; copy it again."
    })
  )

/** Anything that the SDK refuses before it sends. */
export const fromRefusal = (target: Target, message: string): Failure =>
  failure(
    new AiError.InvalidRequestError({ description: `The request was not sent: ${oneLine(target.redact(message))}` })
  )

// A response that is an error

/** An answer with an error status, its text read. Header names are in lower case. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An error status. `nowMillis` is the time by `Clock`, for a `Retry-After` that is a date. */
export const fromResponse = (target: Target, response: Refusal, nowMillis: number): Failure => {
  const parsed = Json.parse(response.body)
  const body = parsed._tag === "Success" ? parsed.success : undefined
  const error = Json.get(body, "error") ?? body
  const fault = ModelWire.faultPart(error ?? "")
  return fromStatus(target, response.status, fault, {
    retryAfterMillis: retryAfterMillis(response.headers, nowMillis),
    http: {
      response: { status: response.status, headers: tellableHeaders(target, response.headers) },
      body: target.redact(response.body).slice(0, maxBodyLength)
    }
  })
}

/** What of an error's body is kept for whoever looks into it. */
const maxBodyLength = 4_096

/** A fault that the provider reported in the middle of a response, or a response that cannot be read. */
export const fromFault = (target: Target, fault: ModelWire.WireFault): Failure => {
  switch (fault.fault) {
    case "cut":
      return transportFailure(target, fault.message)
    case "unreadable":
      return unreadable(target, fault.message)
    case "provider":
      return fromStatus(target, fault.status ?? statusOfCode(fault), fault, {
        retryAfterMillis: undefined,
        http: undefined
      })
  }
}

export const unreadable = (target: Target, message: string): Failure =>
  failure(
    new AiError.InvalidResponseError({
      description: `${oneLine(target.redact(message))} Check that OPENAI_BASE_URL leads to a server of this API.`
    })
  )

/** The status that a fault without one would have had. */
const statusOfCode = ({ code, type }: ModelWire.WireFault): number => {
  if (code !== undefined && /^[45]\d\d$/.test(code)) return Number(code)
  if (code === "rate_limit_exceeded" || type === "rate_limit_error") return 429
  if (code?.startsWith("invalid_") || type === "invalid_request_error" || code?.startsWith("image_")) return 400
  return 500
}

const fromStatus = (
  target: Target,
  status: number,
  fault: ModelWire.WireFault,
  context: { readonly retryAfterMillis: number | undefined; readonly http: AiError.InvalidRequestError["http"] }
): Failure => {
  const said = oneLine(target.redact(fault.message))
  const code = fault.code ?? fault.type
  const http = context.http === undefined ? {} : { http: context.http }
  const request = (description: string, parameter = fault.param) =>
    failure(
      new AiError.InvalidRequestError({
        description,
        ...(parameter === undefined ? {} : { parameter: target.redact(parameter) }),
        ...http
      })
    )

  if (code === "insufficient_quota" || code === "billing_hard_limit_reached" || status === 402) {
    return failure(new AiError.QuotaExhaustedError(http))
  }
  if (code === "content_filter" || code === "content_policy_violation") {
    return failure(
      new AiError.ContentPolicyError({ description: said === "" ? "The request was refused." : said, ...http })
    )
  }
  if (code === "context_length_exceeded" || /maximum context length|context window|context_length/i.test(said)) {
    return request(`The conversation is too long for ${target.model}: ask for less, or start anew. ${said}`)
  }
  if (code === "previous_response_not_found" || (status === 404 && /previous response/i.test(said))) {
    return { ...request(said, "previous_response_id"), isUnknownResponse: true }
  }
  if (code === "model_not_found" || code === "DeploymentNotFound" || (status === 404 && /model/i.test(said))) {
    return request(`The server has no model "${target.model}": correct OPENAI_MODEL. ${said}`, "model")
  }
  switch (status) {
    case 401:
      return failure(
        new AiError.AuthenticationError({
          kind: target.hasKey ? "InvalidKey" : "MissingKey",
          description: target.hasKey ? `${said} Check OPENAI_API_KEY.`.trim() : "Set OPENAI_API_KEY.",
          ...http
        })
      )
    case 403:
      return failure(
        new AiError.AuthenticationError({
          kind: "InsufficientPermissions",
          description: orSaid(said, `The key may not use ${target.model}.`),
          ...http
        })
      )
    case 404:
      return request(
        `${target.url} does not exist: check OPENAI_BASE_URL and whether the server has this API (OPENAI_API). ${said}`
      )
    case 429:
      return failure(
        new AiError.RateLimitError({
          ...(context.retryAfterMillis === undefined ? {} : { retryAfter: Duration.millis(context.retryAfterMillis) }),
          ...http
        }),
        context.retryAfterMillis
      )
    case 408:
    case 409:
    case 425:
      return failure(
        new AiError.InternalProviderError({
          description: `The server could not take the request now (${status}). ${said}`.trim(),
          ...http
        }),
        context.retryAfterMillis
      )
  }
  if (status >= 500) {
    return failure(
      new AiError.InternalProviderError({ description: orSaid(said, `The server failed (${status}).`), ...http }),
      context.retryAfterMillis
    )
  }
  if (status >= 400) return request(orSaid(said, `The server refused the request (${status}).`))
  return failure(
    new AiError.UnknownError({
      description: `${target.url} answered with status ${status}, which this API never does: check OPENAI_BASE_URL.`,
      ...http
    })
  )
}

const orSaid = (said: string, otherwise: string): string => (said === "" ? otherwise : said)

/** The headers that help to follow an error up, and no others: a server may echo what it was sent. */
const tellableHeaders = (target: Target, headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    ["content-type", "retry-after", "retry-after-ms", "x-request-id", "apim-request-id"].flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, target.redact(value)]]
    })
  )

/** How long to wait by `retry-after-ms`, or by `retry-after` in seconds or as a date. */
export const retryAfterMillis = (headers: Readonly<Record<string, string>>, nowMillis: number): number | undefined => {
  const millis = Number.parseFloat(headers["retry-after-ms"] ?? "")
  if (millis >= 0) return millis
  const after = headers["retry-after"]
  if (after === undefined) return undefined
  if (/^\s*[\d.]+\s*$/.test(after)) return Number.parseFloat(after) * 1_000
  const date = Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMillis)
}

/** Server texts come in paragraphs; an error message is one line of bearable length. */
const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line.length > 400 ? `${line.slice(0, 400)}...` : line
}
