/**
 * CallTrace: what a model call tells a tracer of its requests, where somebody traces: a client span for each, and for what they
 * stand under how long the requests took to write and what was waited between them.
 *
 * Spans are as OpenTelemetry's conventions for HTTP have them. An address stands in them as errors name it, without user,
 * password, query and key; headers and bodies do not.
 */
import { Attribute } from "@callsheet/core/explain/Trace"
import type * as Span from "@callsheet/core/Span"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import type { Body, ConnectionFault, Timeout } from "./Exchange.ts"
import type { WireRequest } from "./ModelWire.ts"
import type { Failure, Target } from "./OpenAiError.ts"
import type { Bodies } from "./RequestBody.ts"

/** How a request travels. */
export type Protocol = "http" | "websocket"

/** What is known of a request and its answer, at any time. */
interface Exchanged {
  readonly requestBytes: number
  readonly responseBytes: number
  readonly resends: number
  readonly fault: ConnectionFault | undefined
  readonly timedOut: Timeout | undefined
  /** Of the answer's head; none over a socket, nor before it is there. */
  readonly status?: number | undefined
}

/** A request on its way: one that is closed is over. */
interface Closing {
  readonly exchange: Exchanged
  readonly close: () => void
}

const addressOf = (url: string): Span.Attributes => {
  if (!URL.canParse(url)) return {}
  const { hostname, port, protocol } = new URL(url)
  return {
    "server.address": hostname,
    "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port)
  }
}

const addressed = ({ method, url }: Target, protocol: Protocol): Span.Attributes =>
  protocol === "http"
    ? {
        "http.request.method": method,
        "url.full": url,
        ...addressOf(url),
        "network.protocol.name": "http",
        "network.protocol.version": "1.1"
      }
    : { "url.full": url.replace(/^http/, "ws"), ...addressOf(url), "network.protocol.name": "websocket" }

/** A model's requests all go to one target, or two. */
const known = { http: new WeakMap<Target, Span.Attributes>(), websocket: new WeakMap<Target, Span.Attributes>() }

const attributesOf = (target: Target, protocol: Protocol): Span.Attributes => {
  const attributes = known[protocol].get(target) ?? addressed(target, protocol)
  known[protocol].set(target, attributes)
  return attributes
}

/** The requests of one model call, one after another, under `parent`. */
export class CallTrace {
  readonly #parent: Span.Span
  #request: Span.Span | undefined
  /** When and by what the last request failed. */
  #failed: { readonly millis: number; readonly failure: Failure } | undefined

  constructor(parent: Span.Span) {
    this.#parent = parent
  }

  /** Writes what is to be sent now, after `retries` attempts. */
  write(bodyOf: Bodies, request: WireRequest, retries: number): Body {
    const parent = this.#parent
    const startMillis = parent.nowMillis()
    this.#waited()
    if (retries > 0) parent.attribute(Attribute.retries, retries)
    let openedMillis = startMillis
    const body = bodyOf(request, () => {
      openedMillis = parent.nowMillis()
      parent.phase("tool-definitions", openedMillis - startMillis)
    })
    parent.phase("prompt", parent.nowMillis() - openedMillis)
    return body
  }

  /** A request leaves for `target`, after `retries` attempts. */
  begin(target: Target, protocol: Protocol, retries: number): void {
    const name = protocol === "http" ? target.method : "response.create"
    this.#request = this.#parent.child(name, attributesOf(target, protocol), "client")
    if (retries > 0) this.#request.attribute("http.request.resend_count", retries)
  }

  /** `sent`, with whose end the request ends. */
  closing<Sent extends Closing>(sent: Sent): Sent {
    return {
      ...sent,
      close: () => {
        // Closing gives up what is not complete, which then looks like a fault.
        this.#end(sent.exchange, undefined)
        this.#waited()
        sent.close()
      }
    }
  }

  /** `asked`, with whose failure the request fails. */
  watch<A>(asked: Effect.Effect<A, Failure>, exchange: Exchanged): Effect.Effect<A, Failure> {
    return Effect.tapError(asked, (failure) =>
      Effect.sync(() => {
        this.#end(exchange, failure)
        this.#failed = { millis: this.#parent.nowMillis(), failure }
      })
    )
  }

  /** Tells what was waited since a request failed: until another one, or until nobody wants it any more. */
  #waited(): void {
    if (this.#failed === undefined) return
    const { failure, millis } = this.#failed
    const reason = failure.reason._tag === "RateLimitError" ? "rate_limit" : "retry"
    this.#parent.phase("queueing", this.#parent.nowMillis() - millis, reason)
    this.#failed = undefined
  }

  #end(
    { fault, requestBytes, resends, responseBytes, status, timedOut }: Exchanged,
    failure: Failure | undefined
  ): void {
    const span = this.#request
    if (span === undefined) return
    this.#request = undefined
    span.attribute("http.request.body.size", requestBytes)
    span.attribute("http.response.body.size", responseBytes)
    span.attribute("http.response.status_code", status)
    if (resends > 0) span.attribute("callsheet.connection.resends", resends)
    const isRefused = status !== undefined && status >= 400
    const errorType = isRefused
      ? String(status)
      : timedOut !== undefined
        ? "timeout"
        : (fault?.code ?? failure?.reason._tag ?? (fault === undefined ? undefined : "ConnectionFault"))
    span.attribute(Attribute.errorType, errorType)
    span.end(errorType === undefined ? Exit.void : Exit.fail(failure?.reason ?? errorType))
  }
}
