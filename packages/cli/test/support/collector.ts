/**
 * A collector on loopback that keeps what it is sent, OTLP as JSON.
 */
import { createServer, type ServerResponse } from "node:http"

import { Effect, Predicate } from "effect"

import { listening } from "./listening.ts"

export interface Sent {
  readonly path: string
  readonly body: unknown
}

export interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly [key: string]: unknown
}

const list = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const found = Predicate.hasProperty(value, key) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}

const isSpan = (value: unknown): value is SentSpan =>
  Predicate.hasProperty(value, "name") && Predicate.hasProperty(value, "spanId")

/** Of all spans that came, the order kept. */
export const spansOf = (sent: ReadonlyArray<Sent>): ReadonlyArray<SentSpan> =>
  sent
    .flatMap(({ body }) => list(body, "resourceSpans"))
    .flatMap((resource) => list(resource, "scopeSpans"))
    .flatMap((scope) => list(scope, "spans"))
    .filter(isSpan)

export const metricsOf = (sent: ReadonlyArray<Sent>): ReadonlyArray<unknown> =>
  sent
    .flatMap(({ body }) => list(body, "resourceMetrics"))
    .flatMap((resource) => list(resource, "scopeMetrics"))
    .flatMap((scope) => list(scope, "metrics"))

/** `answer` may leave a request without one. */
export const start = (answer = (response: ServerResponse) => void response.end("{}")) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    const server = createServer((request, response) => {
      let text = ""
      request.setEncoding("utf8").on("data", (piece: string) => {
        text += piece
      })
      request.on("end", () => {
        sent.push({ path: request.url ?? "", body: JSON.parse(text) })
        answer(response)
      })
    })
    return { url: `http://127.0.0.1:${yield* listening(server)}`, sent }
  })
