/**
 * DemoApp: one demo service as data: its routes, its own way to refuse, and `answer`, which finds a request's route.
 * Nothing here knows about sockets; `DemoServer.ts` does.
 */
import * as Effect from "effect/Effect"

import type { DemoServiceName } from "./DemoDelay.ts"

export type Method = "GET" | "POST" | "PUT" | "DELETE"

export interface DemoRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The decoded JSON body; undefined where there is none. */
  readonly body: unknown
  /** The values of the path template's parameters. */
  readonly params: Readonly<Record<string, string>>
}

export interface DemoReply {
  readonly status: number
  /** Sent as JSON where `contentType` says so, else as text. */
  readonly body: unknown
  readonly contentType: "application/json" | "text/html" | "text/xml"
}

export interface DemoRoute {
  readonly method: Method
  /** As in the service's API description: `/movie/{id}`. */
  readonly path: string
  readonly handle: (request: DemoRequest) => Effect.Effect<DemoReply>
}

export interface DemoApp {
  readonly service: DemoServiceName
  readonly routes: ReadonlyArray<DemoRoute>
  /** The refusal of a request without the right credentials, or null. */
  readonly refuse: (request: DemoRequest) => DemoReply | null
  readonly notFound: DemoReply
  readonly methodNotAllowed: DemoReply
  readonly malformedBody: DemoReply
}

export const json = (body: unknown, status = 200): DemoReply => ({ status, body, contentType: "application/json" })

export const html = (body: string, status: number): DemoReply => ({ status, body, contentType: "text/html" })

/** A `GET` route that only reads. */
export const get = (path: string, handle: (request: DemoRequest) => DemoReply): DemoRoute => ({
  method: "GET",
  path,
  handle: (request) => Effect.sync(() => handle(request))
})

/** The whole number in `text`, or undefined where it is missing or anything else. */
export const wholeNumber = (text: string | null | undefined): number | undefined =>
  text !== null && text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined

const segments = (path: string): ReadonlyArray<string> => path.split("/").filter((part) => part !== "")

const match = (template: string, path: string): Readonly<Record<string, string>> | null => {
  const wanted = segments(template)
  const given = segments(path)
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ""
    if (part.startsWith("{")) params[part.slice(1, -1)] = value
    else if (part !== value) return null
  }
  return params
}

/** Answers `request`: refusal first, then the first route that matches, else the service's own 404 or 405. */
export const answer = (app: DemoApp, request: DemoRequest): Effect.Effect<DemoReply> => {
  const refusal = app.refuse(request)
  if (refusal !== null) return Effect.succeed(refusal)
  let isKnownPath = false
  for (const route of app.routes) {
    const params = match(route.path, request.path)
    if (params === null) continue
    isKnownPath = true
    if (route.method === request.method) return route.handle({ ...request, params })
  }
  return Effect.succeed(isKnownPath ? app.methodNotAllowed : app.notFound)
}
