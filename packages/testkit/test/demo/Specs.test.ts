import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { radarrApp } from "../../src/demo/arr/RadarrApp.ts"
import { sonarrApp } from "../../src/demo/arr/SonarrApp.ts"
import type { DemoApp } from "../../src/demo/DemoApp.ts"
import { plexApp } from "../../src/demo/plex/PlexApp.ts"
import { tmdbApp } from "../../src/demo/tmdb/TmdbApp.ts"
import { ask, keys } from "./support/ask.ts"
import { anonymous, hasSpec, misfits, operations, plexMisfits, readJson, responseSchema } from "./support/spec.ts"

/** True servers answer these too; the community's description of Plex does not name them. */
const plexUndescribed = new Set([
  "GET /library/sections",
  "GET /library/sections/{}/recentlyAdded",
  "GET /library/sections/{}/genre",
  "GET /library/sections/{}/actor",
  "GET /library/sections/{}/director",
  "GET /library/recentlyAdded",
  "GET /library/onDeck",
  "GET /library/metadata/{}/children"
])

/**
 * TMDb's description was drawn from single answers: it takes no null, though TMDb writes null for every missing picture
 * and collection, takes some averages for whole numbers, lacks fields that were added since, gives the films of a collection
 * the names of series, and knows of each country only what could be had of one title there.
 */
const isGapOfDescription = (line: string): boolean =>
  /(_path|belongs_to_collection|next_episode_to_air|imdb_id): null$/.test(line) ||
  /results\.[A-Z]{2}(\.(flatrate|ads|rent|buy))?: not in the schema$/.test(line) ||
  /parts\[\]\.(original_)?title: not in the schema$/.test(line) ||
  line.endsWith("vote_average: number, not integer") ||
  /(adult|original_name|episode_type): not in the schema$/.test(line)

const apps: ReadonlyArray<DemoApp> = [
  plexApp(keys.plex),
  tmdbApp(keys.tmdb),
  radarrApp(keys.radarr),
  sonarrApp(keys.sonarr)
]

describe("the demo services against the public API descriptions", () => {
  for (const app of apps) {
    it.skipIf(!hasSpec(app.service))(`serves only routes that ${app.service}'s description has`, () => {
      const known = operations(app.service)
      const unknown = app.routes
        .map((route) => anonymous(route.method, route.path))
        .filter((operation) => !known.has(operation) && !plexUndescribed.has(operation))
      assert.deepStrictEqual(unknown, [])
    })
  }

  const shapes = [
    [tmdbApp(keys.tmdb), "/3/search/movie?query=matrix", "/3/search/movie"],
    [tmdbApp(keys.tmdb), "/3/search/tv?query=fargo", "/3/search/tv"],
    [tmdbApp(keys.tmdb), "/3/search/person?query=nolan", "/3/search/person"],
    [tmdbApp(keys.tmdb), "/3/discover/movie", "/3/discover/movie"],
    [tmdbApp(keys.tmdb), "/3/discover/tv", "/3/discover/tv"],
    [tmdbApp(keys.tmdb), "/3/movie/27205", "/3/movie/{movie_id}"],
    [tmdbApp(keys.tmdb), "/3/movie/27205/credits", "/3/movie/{movie_id}/credits"],
    [tmdbApp(keys.tmdb), "/3/tv/95396", "/3/tv/{series_id}"],
    [tmdbApp(keys.tmdb), "/3/person/525/movie_credits", "/3/person/{person_id}/movie_credits"],
    [tmdbApp(keys.tmdb), "/3/genre/movie/list", "/3/genre/movie/list"],
    [tmdbApp(keys.tmdb), "/3/trending/movie/day", "/3/trending/movie/{time_window}"],
    [tmdbApp(keys.tmdb), "/3/trending/tv/week", "/3/trending/tv/{time_window}"],
    [tmdbApp(keys.tmdb), "/3/movie/popular", "/3/movie/popular"],
    [tmdbApp(keys.tmdb), "/3/movie/top_rated", "/3/movie/top_rated"],
    [tmdbApp(keys.tmdb), "/3/movie/upcoming", "/3/movie/upcoming"],
    [tmdbApp(keys.tmdb), "/3/movie/now_playing", "/3/movie/now_playing"],
    [tmdbApp(keys.tmdb), "/3/tv/popular", "/3/tv/popular"],
    [tmdbApp(keys.tmdb), "/3/tv/top_rated", "/3/tv/top_rated"],
    [tmdbApp(keys.tmdb), "/3/tv/on_the_air", "/3/tv/on_the_air"],
    [tmdbApp(keys.tmdb), "/3/tv/airing_today", "/3/tv/airing_today"],
    [tmdbApp(keys.tmdb), "/3/person/1810", "/3/person/{person_id}"],
    [tmdbApp(keys.tmdb), "/3/search/collection?query=matrix", "/3/search/collection"],
    [tmdbApp(keys.tmdb), "/3/collection/2344", "/3/collection/{collection_id}"],
    [tmdbApp(keys.tmdb), "/3/movie/27205/watch/providers", "/3/movie/{movie_id}/watch/providers"],
    [tmdbApp(keys.tmdb), "/3/tv/95396/watch/providers", "/3/tv/{series_id}/watch/providers"],
    [radarrApp(keys.radarr), "/api/v3/movie", "/api/v3/movie"],
    [radarrApp(keys.radarr), "/api/v3/queue?includeMovie=true", "/api/v3/queue"],
    [radarrApp(keys.radarr), "/api/v3/queue/details?includeMovie=true", "/api/v3/queue/details"],
    [radarrApp(keys.radarr), "/api/v3/queue/status", "/api/v3/queue/status"],
    [radarrApp(keys.radarr), "/api/v3/history?includeMovie=true&pageSize=50", "/api/v3/history"],
    [radarrApp(keys.radarr), "/api/v3/blocklist", "/api/v3/blocklist"],
    [radarrApp(keys.radarr), "/api/v3/calendar?start=2025-01-01&end=2025-06-01", "/api/v3/calendar"],
    [radarrApp(keys.radarr), "/api/v3/wanted/missing", "/api/v3/wanted/missing"],
    [radarrApp(keys.radarr), "/api/v3/wanted/cutoff", "/api/v3/wanted/cutoff"],
    [radarrApp(keys.radarr), "/api/v3/tag", "/api/v3/tag"],
    [radarrApp(keys.radarr), "/api/v3/qualityprofile", "/api/v3/qualityprofile"],
    [radarrApp(keys.radarr), "/api/v3/system/status", "/api/v3/system/status"],
    [radarrApp(keys.radarr), "/api/v3/health", "/api/v3/health"],
    [radarrApp(keys.radarr), "/api/v3/diskspace", "/api/v3/diskspace"],
    [radarrApp(keys.radarr), "/api/v3/rootfolder", "/api/v3/rootfolder"],
    [radarrApp(keys.radarr), "/api/v3/indexer", "/api/v3/indexer"],
    [radarrApp(keys.radarr), "/api/v3/downloadclient", "/api/v3/downloadclient"],
    [sonarrApp(keys.sonarr), "/api/v3/series", "/api/v3/series"],
    [sonarrApp(keys.sonarr), "/api/v3/series/lookup?term=narcos", "/api/v3/series/lookup"],
    [sonarrApp(keys.sonarr), "/api/v3/episode?seriesId=1", "/api/v3/episode"],
    [sonarrApp(keys.sonarr), "/api/v3/episodefile?seriesId=1", "/api/v3/episodefile"],
    [sonarrApp(keys.sonarr), "/api/v3/queue?includeSeries=true&includeEpisode=true", "/api/v3/queue"],
    [sonarrApp(keys.sonarr), "/api/v3/episode?seriesId=1&includeEpisodeFile=true", "/api/v3/episode"],
    [sonarrApp(keys.sonarr), "/api/v3/history?includeSeries=true&includeEpisode=true", "/api/v3/history"],
    [sonarrApp(keys.sonarr), "/api/v3/blocklist", "/api/v3/blocklist"],
    [sonarrApp(keys.sonarr), "/api/v3/calendar?includeSeries=true", "/api/v3/calendar"],
    [sonarrApp(keys.sonarr), "/api/v3/wanted/missing?includeSeries=true", "/api/v3/wanted/missing"],
    [sonarrApp(keys.sonarr), "/api/v3/wanted/cutoff?includeEpisodeFile=true", "/api/v3/wanted/cutoff"],
    [sonarrApp(keys.sonarr), "/api/v3/rootfolder", "/api/v3/rootfolder"],
    [sonarrApp(keys.sonarr), "/api/v3/qualityprofile", "/api/v3/qualityprofile"],
    [sonarrApp(keys.sonarr), "/api/v3/system/status", "/api/v3/system/status"],
    [sonarrApp(keys.sonarr), "/api/v3/indexer", "/api/v3/indexer"]
  ] as const

  const written = [
    [
      radarrApp(keys.radarr),
      "/api/v3/movie",
      { title: "The Matrix", tmdbId: 603, qualityProfileId: 4, rootFolderPath: "/media/movies" }
    ],
    [radarrApp(keys.radarr), "/api/v3/command", { name: "MissingMoviesSearch" }],
    [
      sonarrApp(keys.sonarr),
      "/api/v3/series",
      { title: "Narcos", tvdbId: 282670, qualityProfileId: 4, rootFolderPath: "/media/tv" }
    ],
    [sonarrApp(keys.sonarr), "/api/v3/command", { name: "MissingEpisodeSearch" }]
  ] as const

  for (const [app, path, body] of written) {
    const { service } = app
    it.effect.skipIf(!hasSpec(service))(`answers a POST to ${service} ${path} in the described shape`, () =>
      Effect.gen(function* () {
        if (service === "plex") return
        const document = readJson(service)
        const reply = yield* ask(app, "POST", path, { body })
        assert.strictEqual(reply.status, 201)
        assert.deepStrictEqual(misfits(document, responseSchema(document, "post", path), reply.body), [])
      })
    )
  }

  for (const [app, target, path] of shapes) {
    const { service } = app
    if (service === "plex") continue
    it.effect.skipIf(!hasSpec(service))(`answers ${service} ${path} in the described shape`, () =>
      Effect.gen(function* () {
        const document = readJson(service)
        const schema = responseSchema(document, "get", path)
        const { body, status } = yield* ask(app, "GET", target)
        assert.strictEqual(status, 200)
        assert.isDefined(schema)
        const found = misfits(document, schema, body).map((line) => line.replaceAll(/\[\d+\]/g, "[]"))
        assert.deepStrictEqual(
          [...new Set(found.filter((line) => service !== "tmdb" || !isGapOfDescription(line)))],
          []
        )
      })
    )
  }

  const plexShapes = [
    ["/library/sections/1/all?includeGuids=1", "/library/sections/{sectionId}/all"],
    ["/library/sections/2/all?type=4", "/library/sections/{sectionId}/all"],
    ["/library/metadata/1001,1002,10000", "/library/metadata/{ids}"],
    ["/library/metadata/1042/similar?count=50", "/library/metadata/{ids}/similar"],
    ["/library/metadata/1042/extras", "/library/metadata/{ids}/extras"],
    ["/library/sections/1/collections", "/library/sections/{sectionId}/collections"],
    ["/library/collections/508091/items", "/library/collections/{collectionId}/items"],
    ["/playlists?playlistType=video", "/playlists"],
    ["/playlists/900003/items", "/playlists/{playlistId}/items"],
    ["/status/sessions", "/status/sessions"],
    ["/status/sessions/history/all?sort=viewedAt:desc", "/status/sessions/history/all"],
    ["/hubs/continueWatching", "/hubs/continueWatching"]
  ] as const

  it.effect.skipIf(!hasSpec("plex"))("answers plex in the described shapes", () =>
    Effect.gen(function* () {
      const app = plexApp(keys.plex)
      const misfitsOf = plexMisfits()
      for (const [target, path] of plexShapes) {
        const { body, status } = yield* ask(app, "GET", target)
        assert.strictEqual(status, 200, target)
        assert.isAbove(JSON.stringify(body).length, 300, target)
        assert.deepStrictEqual(misfitsOf(path, body).slice(0, 5), [], target)
      }
      assert.isNotEmpty(misfitsOf("/playlists", { MediaContainer: { Metadata: [{ title: 1 }] } }))
    })
  )
})
