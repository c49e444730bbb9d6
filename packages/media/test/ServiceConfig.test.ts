import { Cache } from "@callsheet/cache/Cache"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Option, Redacted } from "effect"

import { MediaToolkit } from "../src/MediaToolkit.ts"
import { Plex } from "../src/Plex.ts"
import * as ServiceConfig from "../src/ServiceConfig.ts"
import * as FakeHttp from "./fakeHttp.ts"

const read = (env: Record<string, string>) => ServiceConfig.services.parse(ConfigProvider.fromEnv({ env }))

const toolsWith = (env: Record<string, string>) =>
  Effect.map(MediaToolkit, ({ tools }) => Object.keys(tools).toSorted()).pipe(
    Effect.provide(
      MediaToolkit.layerConfig.pipe(
        Layer.provide([
          FakeHttp.make(() => "refused").layer,
          Cache.layerMemory(),
          ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
        ])
      )
    )
  )

const tmdb = { TMDB_API_KEY: "key" }
const plex = { PLEX_BASE_URL: "http://plex.test:32400", PLEX_TOKEN: "token" }
const radarr = { RADARR_BASE_URL: "http://radarr.test/radarr", RADARR_API_KEY: "key" }
const sonarr = { SONARR_BASE_URL: "http://sonarr.test", SONARR_API_KEY: "key" }

describe("ServiceConfig", () => {
  it.effect("counts a service as set up by its base URL, and TMDb by its key", () =>
    Effect.gen(function* () {
      const services = yield* read({ ...tmdb, ...radarr, PLEX_TOKEN: "alone", SONARR_BASE_URL: " " })
      assert.deepStrictEqual(
        Object.entries(services).map(([name, access]) => [name, Option.isSome(access)]),
        [
          ["plex", false],
          ["tmdb", true],
          ["radarr", true],
          ["sonarr", false]
        ]
      )
      const access = Option.getOrThrow(services.tmdb)
      assert.strictEqual(access.baseUrl, "https://api.themoviedb.org")
      assert.strictEqual(Redacted.value(access.secret), "key")
    })
  )

  it.effect("names the secret that is missing", () =>
    Effect.gen(function* () {
      const messages = yield* Effect.forEach(
        [{ PLEX_BASE_URL: "http://plex.test" }, { ...radarr, RADARR_API_KEY: "" }, { TMDB_BASE_URL: "https://t.test" }],
        (env) => Effect.map(Effect.flip(read(env)), ({ message }) => message)
      )
      assert.deepStrictEqual(messages, [
        "PLEX_TOKEN is not set: PLEX_BASE_URL is, and needs it.",
        "RADARR_API_KEY is not set: RADARR_BASE_URL is, and needs it.",
        "TMDB_API_KEY is not set: TMDB_BASE_URL is, and needs it."
      ])
    })
  )

  it.effect("takes a secret without the white space around it, and refuses one that cannot be sent", () =>
    Effect.gen(function* () {
      const all = { ...plex, ...radarr, ...sonarr, ...tmdb }
      for (const name of ["PLEX_TOKEN", "RADARR_API_KEY", "SONARR_API_KEY", "TMDB_API_KEY"] as const) {
        for (const secret of ["abc\ndef", "abc def", "schlüssel", "abc\u0000"]) {
          const { message } = yield* Effect.flip(read({ ...all, [name]: secret }))
          assert.strictEqual(
            message,
            `${name} holds characters that cannot be sent, such as spaces, line breaks or accented letters: copy it again.`
          )
        }
      }
      const services = yield* read({ ...all, PLEX_TOKEN: " abc\r\n" })
      assert.strictEqual(Redacted.value(Option.getOrThrow(services.plex).secret), "abc")
    })
  )

  it.effect("refuses what is no address, without repeating it", () =>
    Effect.gen(function* () {
      for (const address of ["192.168.1.5:7878", "localhost:7878", "http://h/?apikey=abc", "ftp://h"]) {
        const { message } = yield* Effect.flip(read({ ...radarr, RADARR_BASE_URL: address }))
        assert.include(message, "RADARR_BASE_URL is not the address of a service")
        assert.notInclude(message, address)
      }
    })
  )

  it.effect("lets one service's own layer fail where it is not set up", () =>
    Effect.gen(function* () {
      const layer = Plex.layerConfig.pipe(
        Layer.provide([FakeHttp.make(() => "refused").layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))])
      )
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      assert.strictEqual(error.message, "PLEX_BASE_URL is not set.")
    })
  )
})

describe("MediaToolkit.layerConfig", () => {
  const ofTmdb = [
    "collection_titles",
    "discover_titles",
    "person_details",
    "person_filmography",
    "recommend_titles",
    "search_titles",
    "title_details",
    "trending_titles",
    "where_to_watch"
  ]
  const ofPlex = [
    "library_collections",
    "library_item",
    "library_overview",
    "library_search",
    "now_playing",
    "on_deck",
    "playlists",
    "rate_title",
    "similar_in_library",
    "watch_history"
  ]

  const ofEither = [
    "blocklist",
    "change_monitoring",
    "delete_title",
    "download_history",
    "download_options",
    "download_queue",
    "edit_title",
    "managed_titles",
    "media_health",
    "release_calendar",
    "remove_download",
    "search_downloads",
    "unblock_releases",
    "wanted_titles"
  ]
  const ofSonarr = ["add_series", "series_episodes"]

  it.effect("holds the tools of the services that are set up, and no others", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* toolsWith({}), [])
      assert.deepStrictEqual(yield* toolsWith(tmdb), ofTmdb)
      assert.deepStrictEqual(yield* toolsWith(plex), ofPlex)
      assert.deepStrictEqual(yield* toolsWith(radarr), ["add_movie", ...ofEither])
      assert.deepStrictEqual(yield* toolsWith(sonarr), [...ofSonarr, ...ofEither].toSorted())
      assert.deepStrictEqual(
        yield* toolsWith({ ...tmdb, ...plex, ...radarr, ...sonarr }),
        [...ofTmdb, ...ofPlex, ...ofEither, ...ofSonarr, "add_movie"].toSorted()
      )
    })
  )

  it.effect("fails where a service is set up by half", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(toolsWith({ ...tmdb, PLEX_BASE_URL: "http://plex.test" }))
      assert.include(error.message, "PLEX_TOKEN")
    })
  )
})
