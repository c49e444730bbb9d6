/** Asks a demo service without a socket, as its server would. */
import * as Effect from "effect/Effect"

import { answer, type DemoApp } from "../../../src/demo/DemoApp.ts"

export const keys = { plex: "plex-token", tmdb: "tmdb-key", radarr: "radarr-key", sonarr: "sonarr-key" } as const

const credentials = {
  plex: { "x-plex-token": keys.plex, accept: "application/json" },
  tmdb: { authorization: `Bearer ${keys.tmdb}` },
  radarr: { "x-api-key": keys.radarr },
  sonarr: { "x-api-key": keys.sonarr }
} as const

/** `target` is a path with its query. Headers given replace the right credentials. */
export const ask = (
  app: DemoApp,
  method: string,
  target: string,
  options: { readonly headers?: Record<string, string>; readonly body?: unknown } = {}
) => {
  const [path = "", query = ""] = target.split(/\?(.*)/s)
  return answer(app, {
    method,
    path,
    query: new URLSearchParams(query),
    headers: options.headers ?? credentials[app.service],
    body: options.body,
    params: {}
  }).pipe(Effect.map(({ body, status }) => ({ status, body })))
}

/** The part of a JSON value at `path`, for instance `at(body, "MediaContainer", "Metadata", 0)`. */
export const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown => {
  let here = value
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined
    here = Object.entries(here).find(([key]) => key === String(step))?.[1]
  }
  return here
}

/** The list at `path`; empty where there is none. */
export const list = (value: unknown, ...path: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}
