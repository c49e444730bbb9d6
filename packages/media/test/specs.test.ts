/**
 * Every endpoint that a client calls stands in the service's official contract, and what it is asked with too. The contracts
 * are not part of the project: they are read from `CALLSHEET_SPECS`, or from `shared/specs` beside the repository, and the
 * tests are skipped without.
 */
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"

import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"

import { Blocklist } from "../src/HistoryTools.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import * as Plex from "../src/Plex.ts"
import * as Radarr from "../src/Radarr.ts"
import * as Sonarr from "../src/Sonarr.ts"
import * as Tmdb from "../src/Tmdb.ts"
import { callTool } from "./callTool.ts"
import * as DemoHousehold from "./demoHousehold.ts"

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

/** What of an operation's description is looked at here. */
interface Operation {
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string }>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> }
}

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>
  }
}

interface Sent {
  readonly method: string
  readonly url: URL
  readonly body: unknown
}

/** An `HttpClient` that lists what it sends. */
const recording = (sent: Array<Sent>) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.make((request, url) => {
        const { body } = request
        const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "null"
        sent.push({ method: request.method, url: new URL(url), body: JSON.parse(text) })
        return client.execute(request)
      })
    )
  ).pipe(Layer.provide(FetchHttpClient.layer))

const film = { kind: "movie", tmdbId: 693134 }
const show = { kind: "series", tmdbId: 95396 }
const days = { from: "2025-03-01", to: "2025-03-10", unmonitored: true }

/** Calls that between them make every request that Radarr and Sonarr are sent. */
const calls: ReadonlyArray<readonly [name: string, parameters: Readonly<Record<string, unknown>>]> = [
  ["download_queue", {}],
  ["download_history", { event: "imported" }],
  ["download_history", film],
  ["download_history", show],
  ["blocklist", {}],
  ["release_calendar", days],
  ["wanted_titles", {}],
  ["wanted_titles", { why: "cutoff" }],
  ["managed_titles", { detail: "full" }],
  ["series_episodes", { tvdbId: 371980, season: 1 }],
  ["media_health", {}],
  ["download_options", {}],
  ["add_movie", { tmdbId: 603 }],
  ["add_series", { tmdbId: 63351 }],
  ["change_monitoring", { ...film, monitored: false }],
  ["change_monitoring", { ...show, monitored: true }],
  ["change_monitoring", { ...show, season: 2, monitored: false }],
  ["change_monitoring", { ...show, season: 2, episodes: [8], monitored: true }],
  ["search_downloads", film],
  ["search_downloads", show],
  ["search_downloads", { ...show, season: 2 }],
  ["search_downloads", { ...show, season: 2, episodes: [8] }],
  ["search_downloads", { kind: "series", all: "cutoff" }],
  ["edit_title", { ...film, qualityProfile: "Any", rootFolder: "/media/classics", tags: ["keep"] }],
  ["edit_title", { ...show, tags: [] }],
  ["remove_download", { service: "radarr", queueId: 700_001, blocklist: true }],
  ["remove_download", { service: "sonarr", queueId: 800_001 }],
  ["delete_title", { ...film, deleteFiles: true }],
  ["delete_title", show]
]

const isOf = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path)

/** What of a request the contract does not name. */
const strange = ({ components, paths }: Contract, { body, method, url }: Sent): ReadonlyArray<string> => {
  const operation =
    paths[url.pathname]?.[method.toLowerCase()] ??
    Object.entries(paths).find(([template, all]) => isOf(template, url.pathname) && method.toLowerCase() in all)?.[1][
      method.toLowerCase()
    ]
  const at = `${method} ${url.pathname}`
  if (operation === undefined) return [at]
  const parameters = operation.parameters?.map(({ name }) => name) ?? []
  const ref = operation.requestBody?.content["application/json"]?.schema.$ref ?? ""
  const properties = components.schemas[ref.split("/").at(-1) ?? ""]?.properties ?? {}
  // What a command takes stands in none of the contracts: each has fields of its own.
  const fields = typeof body === "object" && body !== null && !at.endsWith("/command") ? Object.keys(body) : []
  return [
    ...[...url.searchParams.keys()].filter((name) => !parameters.includes(name)).map((name) => `${at} ?${name}`),
    ...fields.filter((name) => !(name in properties)).map((name) => `${at} {${name}}`)
  ]
}

describe("requests to Radarr and Sonarr", () => {
  const files = { radarr: "radarr-v3.openapi.json", sonarr: "sonarr-v3.openapi.json" } as const
  const has = Object.values(files).every((file) => existsSync(resolve(folder, file)))

  it.effect.skipIf(!has)("ask for nothing that the contracts do not name, and use every endpoint", () => {
    const sent: Array<Sent> = []
    const Toolkit = Layer.provide(MediaToolkit.layerConfig, [DemoHousehold.environment(), recording(sent)])
    return Effect.gen(function* () {
      for (const [name, parameters] of calls) {
        const result = yield* settle(callTool(name, parameters))
        assert.isFalse(result.isFailure, `${name}: ${result.text}`)
      }
      for (const kind of ["movie", "series"]) {
        const { value } = yield* settle(callTool("blocklist", { kind, limit: 1 }))
        const { items } = yield* Schema.decodeUnknownEffect(Blocklist.successSchema)(value)
        const [{ blocklistId, service } = assert.fail("nothing is barred")] = items
        yield* settle(callTool("unblock_releases", { service, blocklistIds: [blocklistId] }))
      }
      const { radarr, sonarr } = yield* DemoServices
      for (const [file, { baseUrl }, { endpoints }] of [
        [files.radarr, radarr, Radarr],
        [files.sonarr, sonarr, Sonarr]
      ] as const) {
        const contract: Contract = JSON.parse(readFileSync(resolve(folder, file), "utf8"))
        const own = sent.filter(({ url }) => url.origin === baseUrl)
        assert.deepStrictEqual([...new Set(own.flatMap((request) => strange(contract, request)))], [])
        const unused = leaves(endpoints).filter((endpoint) => {
          const [method, template = ""] = endpoint.split(" ")
          return !own.some((request) => request.method === method && isOf(template, request.url.pathname))
        })
        assert.deepStrictEqual(unused, [])
      }
    }).pipe(Effect.provide(Toolkit), Effect.provide([DemoServices.layer({ delays: "none" }), Cache.layerMemory()]))
  })
})
