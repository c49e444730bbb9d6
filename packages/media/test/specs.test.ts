/**
 * Every endpoint that a client calls stands in the service's official contract. The contracts are not part of the project:
 * they are read from `CALLSHEET_SPECS`, or from `shared/specs` beside the repository, and the tests are skipped without.
 */
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"

import { assert, describe, it } from "vitest"

import * as Plex from "../src/Plex.ts"
import * as Radarr from "../src/Radarr.ts"
import * as Sonarr from "../src/Sonarr.ts"
import * as Tmdb from "../src/Tmdb.ts"

const folder = process.env["CALLSHEET_SPECS"] ?? resolve(import.meta.dirname, "../../../../shared/specs")

/** The `METHOD path` pairs of an OpenAPI document. A YAML one is read by its indentation: paths by two, methods by four. */
const operations = (file: string): ReadonlySet<string> => {
  const text = readFileSync(resolve(folder, file), "utf8")
  if (file.endsWith(".json")) {
    const { paths }: { paths: Record<string, object> } = JSON.parse(text)
    return new Set(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
      )
    )
  }
  const found = new Set<string>()
  let path = ""
  for (const line of text.split("\n")) {
    path = /^ {2}'?(\/[^':]*(?::\/[^':]*)?)'?:\s*$/.exec(line)?.[1] ?? path
    const method = /^ {4}(get|post|put|delete|patch):\s*$/.exec(line)?.[1]
    if (method !== undefined) found.add(`${method.toUpperCase()} ${path}`)
  }
  return found
}

const leaves = (endpoints: object): ReadonlyArray<string> =>
  Object.values(endpoints).flatMap((endpoint: unknown) =>
    typeof endpoint === "string"
      ? [endpoint]
      : typeof endpoint === "object" && endpoint !== null
        ? leaves(endpoint)
        : []
  )

const contracts = [
  ["Plex", "plex-api-spec.yaml", Plex.endpoints],
  ["TMDb", "tmdb-v3.openapi.json", Tmdb.endpoints],
  ["Radarr", "radarr-v3.openapi.json", Radarr.endpoints],
  ["Sonarr", "sonarr-v3.openapi.json", Sonarr.endpoints]
] as const

describe("official contracts", () => {
  for (const [name, file, endpoints] of contracts) {
    it.skipIf(!existsSync(resolve(folder, file)))(`hold every endpoint that the ${name} client calls`, () => {
      const known = operations(file)
      assert.isTrue(known.size > 50)
      assert.deepStrictEqual(
        leaves(endpoints).filter((endpoint) => !known.has(endpoint)),
        []
      )
    })
  }
})
