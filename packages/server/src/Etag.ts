/**
 * Etag: what a client asks for again and again: only what has changed is sent. The tag is made of the content, so it holds in any
 * process.
 */
import { createHash } from "node:crypto"

import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** Weak, since what is sent may be packed. */
export const tagOf = (content: string | Uint8Array): string =>
  `W/"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`

/** Whether the client has what `tag` is of. */
export const isHad = ({ headers }: HttpServerRequest.HttpServerRequest, tag: string): boolean => {
  const header = headers["if-none-match"] ?? ""
  return header === "*" || header.split(",").some((part) => part.trim().replace(/^W\//, "") === tag.slice(2))
}

/** `text`, which is JSON, with further `headers`; or 304 where the client has it. */
export const text = (
  request: HttpServerRequest.HttpServerRequest,
  text: string,
  more: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => {
  const tag = tagOf(text)
  const headers = { ...more, etag: tag, "cache-control": "no-cache" }
  return isHad(request, tag)
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.text(text, { contentType: "application/json", headers })
}

/** `body` as JSON, or 304 where the client has it. */
export const json = (
  request: HttpServerRequest.HttpServerRequest,
  body: unknown
): HttpServerResponse.HttpServerResponse => text(request, JSON.stringify(body))
