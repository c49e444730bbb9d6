/**
 * WebRoute: the web app: its page at `/`, for who asks for HTML, and its files under `/assets/`. Nothing, where the application has no
 * `WebApp`.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"

import * as Etag from "../Etag.ts"
import * as Methods from "../Methods.ts"
import { Problem } from "../Problem.ts"
import { WebApp, type WebFile } from "../WebApp.ts"

/** The page loads and asks nothing but what comes from here, and no other page may show it within itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const guards = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin"
} as const

/** Whether an `Accept-Encoding` takes `encoding`: named, or by `*`, and not at the weight 0. */
const takes = (header: string, encoding: string): boolean => {
  const weights = new Map(
    header.split(",").map((part) => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase())
      const weight = parameters.find((text) => text.startsWith("q="))?.slice(2)
      return [name, weight === undefined ? 1 : Number(weight)]
    })
  )
  return (weights.get(encoding) ?? weights.get("*") ?? 0) > 0
}

const respond = (
  request: HttpServerRequest.HttpServerRequest,
  { bytes, etag, packed, type }: WebFile,
  more: Readonly<Record<string, string>>
): HttpServerResponse.HttpServerResponse => {
  const all = {
    ...more,
    etag,
    vary: more["vary"] === undefined ? "accept-encoding" : `${more["vary"]}, accept-encoding`
  }
  if (Etag.isHad(request, etag)) return HttpServerResponse.empty({ status: 304, headers: all })
  const [encoding, sent] = packed.find(([encoding]) => takes(request.headers["accept-encoding"] ?? "", encoding)) ?? []
  return sent === undefined || encoding === undefined
    ? HttpServerResponse.uint8Array(bytes, { contentType: type, headers: all })
    : HttpServerResponse.uint8Array(sent, { contentType: type, headers: { ...all, "content-encoding": encoding } })
}

/** The page; none where there is no web app, or the client wants no HTML. */
export const page = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const app = yield* Effect.serviceOption(WebApp)
  if (Option.isNone(app) || !/\btext\/html\b/i.test(request.headers["accept"] ?? "")) return Option.none()
  return Option.some(respond(request, app.value.page, { ...guards, "cache-control": "no-cache", vary: "accept" }))
})

const asset = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const app = yield* Effect.serviceOption(WebApp)
  const path = request.url.split(/[?#]/, 1)[0] ?? ""
  const file = Option.isNone(app) ? undefined : app.value.find(path)
  if (file === undefined) {
    return yield* new Problem({ kind: "not-found", detail: "There is no such file: load the page again." })
  }
  return respond(request, file, {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff"
  })
})

export const layer = Methods.layer("/assets/*", { GET: asset })
