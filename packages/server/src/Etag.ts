/**
 * Etag: JSON that a client asks for again and again: only what has changed is sent. The tag is made of the text, so it holds in any
 * process.
 */
import { createHash } from "node:crypto"

import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** Whether `header` (`If-None-Match`) names `tag`, which is weak. */
const names = (header: string, tag: string): boolean =>
  header === "*" || header.split(",").some((part) => part.trim().replace(/^W\//, "") === tag.slice(2))

/** `text`, which is JSON, with further `headers`; or 304 where the client has it. */
export const text = (
  request: HttpServerRequest.HttpServerRequest,
  text: string,
  more: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => {
  // Weak, since what is sent may be compressed.
  const tag = `W/"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`
  const headers = { ...more, etag: tag, "cache-control": "no-cache" }
  return names(request.headers["if-none-match"] ?? "", tag)
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.text(text, { contentType: "application/json", headers })
}

/** `body` as JSON, or 304 where the client has it. */
export const json = (
  request: HttpServerRequest.HttpServerRequest,
  body: unknown
): HttpServerResponse.HttpServerResponse => text(request, JSON.stringify(body))
