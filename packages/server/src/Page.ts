/**
 * Page: a list in pages: what of it a client asks for, and where the next page is: as the field `next` of the body (null at the end) and
 * as `Link: <...>; rel="next"`.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Etag from "./Etag.ts"
import { Problem } from "./Problem.ts"

export interface Asked<Cursor> {
  /** Undefined for the first page. */
  readonly cursor: Cursor | undefined
  /** From 1 to 200. */
  readonly limit: number
}

const maxLimit = 200
const standardLimit = 50

const invalid = (detail: string) => new Problem({ kind: "invalid-page", detail })

const queryOf = (url: string) => new URLSearchParams(/\?([^#]*)/.exec(url)?.[1])

/**
 * What the address asks for: the cursor in its parameter `name`, read by `decode`, and `limit`, which is brought within its bounds. Fails
 * with a problem where either is none.
 */
export const asked = <Cursor>(name: string, decode: (text: string) => Cursor | undefined) =>
  Effect.gen(function* () {
    const query = queryOf((yield* HttpServerRequest.HttpServerRequest).url)
    const text = query.get(name)
    const cursor = text === null ? undefined : decode(text)
    if (text !== null && cursor === undefined) {
      return yield* invalid(`${name} is no place in this list: take it from the page before.`)
    }
    const limit = query.get("limit") ?? String(standardLimit)
    if (!/^-?\d{1,15}$/.test(limit)) return yield* invalid(`limit is a number from 1 to ${maxLimit}.`)
    return { cursor, limit: Math.min(maxLimit, Math.max(1, Number(limit))) } satisfies Asked<Cursor>
  })

/** The page whose JSON is `text`, where `next` is the value of `name` for the page after it; 304 where the client has it. */
export const respond = (
  text: string,
  name: string,
  next: string | null
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> =>
  Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    if (next === null) return Etag.text(request, text)
    const query = queryOf(request.url)
    query.set(name, next)
    const path = request.url.split(/[?#]/, 1)[0] ?? ""
    return Etag.text(request, text, { link: `<${path}?${query.toString()}>; rel="next"` })
  })

/** The first `limit` of `items`, of which one more was asked for, and the cursor of the page after them. */
export const cut = <A>(items: ReadonlyArray<A>, limit: number, cursorOf: (last: A) => string) => {
  const page = items.slice(0, limit)
  const last = page.at(-1)
  return { page, next: items.length > limit && last !== undefined ? cursorOf(last) : null }
}
