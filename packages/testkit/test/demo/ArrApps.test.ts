import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { radarrApp } from "../../src/demo/arr/RadarrApp.ts"
import { sonarrApp } from "../../src/demo/arr/SonarrApp.ts"
import { episodeDownloads, filmDownloads, films, isInRadarr, librarySeries } from "../../src/demo/DemoLibrary.ts"
import { ask, at, keys, list } from "./support/ask.ts"

const matrix = { title: "The Matrix", tmdbId: 603, qualityProfileId: 4, rootFolderPath: "/media/movies" }

describe("the demo's Radarr", () => {
  it.effect("wants its key, and has its own 404, 405 and 400", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/movie", { headers: {} })).status, 401)
      assert.strictEqual((yield* ask(app, "GET", `/api/v3/tag?apikey=${keys.radarr}`, { headers: {} })).status, 200)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/movie/abc")).status, 404)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/movie/99999")).status, 404)
      assert.strictEqual((yield* ask(app, "DELETE", "/api/v3/blocklist")).status, 405)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/movie?tmdbId=x")).status, 400)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/queue?page=x")).status, 400)
      assert.strictEqual((yield* ask(app, "POST", "/api/v3/movie", { body: "text" })).status, 400)
    })
  )

  it.effect("adds The Matrix once, and then lists it", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      const before = yield* ask(app, "GET", "/api/v3/movie?tmdbId=603")
      assert.deepStrictEqual(before.body, [])
      const [found] = list((yield* ask(app, "GET", "/api/v3/movie/lookup?term=tmdb:603")).body)
      assert.isUndefined(at(found, "id"))
      const added = yield* ask(app, "POST", "/api/v3/movie", { body: matrix })
      assert.strictEqual(added.status, 201)
      assert.deepInclude(added.body, { title: "The Matrix", year: 1999, tmdbId: 603, monitored: true, hasFile: false })
      const after = yield* ask(app, "GET", "/api/v3/movie")
      assert.strictEqual(list(after.body).length, films.filter(isInRadarr).length + 1)
      assert.deepStrictEqual((yield* ask(app, "GET", `/api/v3/movie/${at(added.body, "id")}`)).body, added.body)
      const again = yield* ask(app, "POST", "/api/v3/movie", { body: matrix })
      assert.strictEqual(again.status, 400)
      assert.deepInclude(at(again.body, 0), {
        errorCode: "MovieExistsValidator",
        errorMessage: "This movie has already been added"
      })
    })
  )

  it.effect("forgets with its server: another one starts as the library is", () =>
    Effect.gen(function* () {
      yield* ask(radarrApp(keys.radarr), "POST", "/api/v3/movie", { body: matrix })
      const other = yield* ask(radarrApp(keys.radarr), "GET", "/api/v3/movie?tmdbId=603")
      assert.deepStrictEqual(other.body, [])
    })
  )

  it.effect("names every rule that a new film breaks", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      const broken = (body: unknown) =>
        ask(app, "POST", "/api/v3/movie", { body }).pipe(
          Effect.map((reply) => [reply.status, ...list(reply.body).map((entry) => at(entry, "propertyName"))])
        )
      assert.deepStrictEqual(yield* broken({}), [400, "Title", "TmdbId", "QualityProfileId", "RootFolderPath"])
      assert.deepStrictEqual(yield* broken({ ...matrix, qualityProfileId: 99 }), [400, "QualityProfileId"])
      assert.deepStrictEqual(yield* broken({ ...matrix, rootFolderPath: "/elsewhere" }), [400, "RootFolderPath"])
      assert.deepStrictEqual(yield* broken({ ...matrix, tmdbId: 2 }), [400, "TmdbId"])
    })
  )

  it.effect("edits and deletes a film", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      const edited = yield* ask(app, "PUT", "/api/v3/movie/3", { body: { monitored: false } })
      assert.strictEqual(edited.status, 202)
      assert.strictEqual(at((yield* ask(app, "GET", "/api/v3/movie/3")).body, "monitored"), false)
      assert.strictEqual((yield* ask(app, "DELETE", "/api/v3/movie/3")).status, 200)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/movie/3")).status, 404)
    })
  )

  it.effect("tells the queue's progress by its sizes, page by page", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      const { body } = yield* ask(app, "GET", "/api/v3/queue?page=1&pageSize=4&includeMovie=true")
      assert.deepInclude(body, { page: 1, pageSize: 4, totalRecords: filmDownloads.length })
      const rest = yield* ask(app, "GET", "/api/v3/queue?page=2&pageSize=4")
      assert.strictEqual(list(rest.body, "records").length, filmDownloads.length - 4)
      assert.isUndefined(at(rest.body, "records", 0, "movie"))
      const creator = list(body, "records").find((record) => at(record, "movie", "tmdbId") === 670292)
      const percent = 100 * (1 - Number(at(creator, "sizeleft")) / Number(at(creator, "size")))
      assert.strictEqual(Math.round(percent), 62)
      assert.strictEqual(at(creator, "timeleft"), "00:18:00")
      const all = yield* ask(app, "GET", "/api/v3/queue?pageSize=50")
      assert.isTrue(list(all.body, "records").some((record) => list(record, "statusMessages").length > 0))
    })
  )

  it.effect("takes commands that have a name", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      const done = yield* ask(app, "POST", "/api/v3/command", { body: { name: "MoviesSearch", movieIds: [1] } })
      assert.strictEqual(done.status, 201)
      assert.strictEqual((yield* ask(app, "GET", `/api/v3/command/${at(done.body, "id")}`)).status, 200)
      assert.strictEqual((yield* ask(app, "POST", "/api/v3/command", { body: {} })).status, 400)
    })
  )
})

describe("the demo's Sonarr", () => {
  it.effect("counts files as Plex has episodes", () =>
    Effect.gen(function* () {
      const { body } = yield* ask(sonarrApp(keys.sonarr), "GET", "/api/v3/series")
      for (const owned of librarySeries) {
        const kept = list(body).find((item) => at(item, "tvdbId") === owned.series.tvdbId)
        const files = owned.seasons.reduce((sum, season) => sum + season.episodes.length, 0)
        assert.strictEqual(at(kept, "statistics", "episodeFileCount"), files, owned.series.title)
      }
    })
  )

  it.effect("lists its downloads as missing episodes too", () =>
    Effect.gen(function* () {
      const app = sonarrApp(keys.sonarr)
      const queue = yield* ask(app, "GET", "/api/v3/queue?includeSeries=true&includeEpisode=true")
      const missing = yield* ask(app, "GET", "/api/v3/wanted/missing?pageSize=100")
      const ids = (body: unknown, name: string) =>
        list(body, "records")
          .map((record) => Number(at(record, name)))
          .toSorted((a, b) => a - b)
      assert.strictEqual(ids(queue.body, "episodeId").length, episodeDownloads.length)
      assert.deepStrictEqual(ids(queue.body, "episodeId"), ids(missing.body, "id"))
      assert.isString(at(queue.body, "records", 0, "series", "title"))
      assert.isNumber(at(queue.body, "records", 0, "episode", "episodeNumber"))
    })
  )

  it.effect("monitors episodes, and a season with its episodes", () =>
    Effect.gen(function* () {
      const app = sonarrApp(keys.sonarr)
      yield* ask(app, "PUT", "/api/v3/episode/monitor", { body: { episodeIds: [1001, 1002], monitored: false } })
      const monitored = (id: number) =>
        ask(app, "GET", `/api/v3/episode/${id}`).pipe(Effect.map(({ body }) => at(body, "monitored")))
      assert.deepStrictEqual([yield* monitored(1001), yield* monitored(1003)], [false, true])
      const changed = yield* ask(app, "PUT", "/api/v3/series/1", {
        body: { seasons: [{ seasonNumber: 2, monitored: false }] }
      })
      assert.strictEqual(at(changed.body, "seasons", 1, "monitored"), false)
      assert.deepStrictEqual([yield* monitored(1003), yield* monitored(1009)], [true, false])
    })
  )

  it.effect("adds a series once, without files", () =>
    Effect.gen(function* () {
      const app = sonarrApp(keys.sonarr)
      const body = { title: "Narcos", tvdbId: 282670, qualityProfileId: 4, rootFolderPath: "/media/tv" }
      const added = yield* ask(app, "POST", "/api/v3/series", { body })
      assert.strictEqual(added.status, 201)
      assert.strictEqual(at(added.body, "statistics", "episodeFileCount"), 0)
      const again = yield* ask(app, "POST", "/api/v3/series", { body })
      assert.strictEqual(at(again.body, 0, "errorCode"), "SeriesExistsValidator")
      const episodes = yield* ask(app, "GET", `/api/v3/episode?seriesId=${at(added.body, "id")}`)
      assert.strictEqual(list(episodes.body).length, 30)
      assert.strictEqual((yield* ask(app, "GET", "/api/v3/episode")).status, 400)
    })
  )
})
