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

  it.effect("goes in its calendar by the instant, which late in the evening is of the next day", () =>
    Effect.gen(function* () {
      const app = sonarrApp(keys.sonarr)
      const aired = (day: string) =>
        Effect.map(
          ask(app, "GET", `/api/v3/calendar?start=${day}T00:00:00Z&end=${day}T23:59:59Z&includeSeries=true`),
          ({ body }) => list(body).map((item) => [at(item, "series", "title"), at(item, "airDate")])
        )
      assert.notDeepInclude(yield* aired("2025-03-16"), ["The White Lotus", "2025-03-16"])
      assert.deepInclude(yield* aired("2025-03-17"), ["The White Lotus", "2025-03-16"])
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

describe("the downloads of the demo's Radarr and Sonarr", () => {
  const fields = (body: unknown, ...path: ReadonlyArray<string>) =>
    list(body, "records").map((record) => Number(at(record, ...path)))

  it.effect("were grabbed before they came, and some failed first and are barred", () =>
    Effect.gen(function* () {
      for (const app of [radarrApp(keys.radarr), sonarrApp(keys.sonarr)]) {
        const { body } = yield* ask(app, "GET", "/api/v3/history?pageSize=10000")
        const events = list(body, "records").toReversed()
        const kinds = events.map((event) => String(at(event, "eventType")))
        const count = (kind: string) => kinds.filter((one) => one === kind).length
        assert.isAbove(count("downloadFailed"), 2)
        assert.isAbove(count("grabbed"), count("downloadFolderImported"))
        const grabbed = new Set<unknown>()
        for (const event of events) {
          if (at(event, "eventType") === "grabbed") grabbed.add(at(event, "downloadId"))
          else assert.isTrue(grabbed.has(at(event, "downloadId")))
        }
        const failed = yield* ask(app, "GET", "/api/v3/history?pageSize=10000&eventType=4")
        const blocklist = yield* ask(app, "GET", "/api/v3/blocklist?pageSize=10000")
        assert.strictEqual(at(failed.body, "totalRecords"), count("downloadFailed"))
        assert.deepStrictEqual(fields(blocklist.body, "id"), fields(failed.body, "id"))
      }
    })
  )

  it.effect("are the same for every server, and filtered by title", () =>
    Effect.gen(function* () {
      const history = (app: ReturnType<typeof radarrApp>, query: string) =>
        Effect.map(ask(app, "GET", `/api/v3/history?pageSize=500&${query}`), ({ body }) => body)
      const first = yield* history(radarrApp(keys.radarr), "")
      assert.deepStrictEqual(yield* history(radarrApp(keys.radarr), ""), first)
      const two = yield* history(radarrApp(keys.radarr), "movieIds=3&movieIds=4&includeMovie=true")
      assert.deepStrictEqual([...new Set(fields(two, "movie", "id"))].toSorted(), [3, 4])
      const show = yield* history(sonarrApp(keys.sonarr), "seriesIds=2&eventType=3")
      assert.deepStrictEqual([...new Set(fields(show, "seriesId"))], [2])
    })
  )

  it.effect("leave the queue when they are removed, and another release follows one that is barred", () =>
    Effect.gen(function* () {
      const app = radarrApp(keys.radarr)
      const queue = Effect.map(ask(app, "GET", "/api/v3/queue?pageSize=100"), ({ body }) => list(body, "records"))
      const [first, second] = yield* queue
      const path = (record: unknown) => `/api/v3/queue/${at(record, "id")}`
      assert.strictEqual((yield* ask(app, "DELETE", `${path(first)}?blocklist=true&skipRedownload=true`)).status, 200)
      assert.strictEqual((yield* ask(app, "DELETE", path(first))).status, 404)
      assert.strictEqual((yield* queue).length, filmDownloads.length - 1)
      yield* ask(app, "DELETE", `${path(second)}?blocklist=true`)
      const after = yield* queue
      const another = after.find((record) => at(record, "movieId") === at(second, "movieId"))
      assert.strictEqual(after.length, filmDownloads.length - 1)
      assert.notStrictEqual(at(another, "title"), at(second, "title"))
      const { body } = yield* ask(app, "GET", "/api/v3/blocklist")
      assert.sameMembers(
        list(body, "records")
          .slice(0, 2)
          .map((record) => at(record, "sourceTitle")),
        [at(first, "title"), at(second, "title")]
      )
      yield* ask(app, "DELETE", "/api/v3/blocklist/bulk", { body: { ids: [at(body, "records", 0, "id")] } })
      const shorter = yield* ask(app, "GET", "/api/v3/blocklist")
      assert.strictEqual(at(shorter.body, "totalRecords"), Number(at(body, "totalRecords")) - 1)
    })
  )

  it.effect("begin where a command finds what is wanted, once", () =>
    Effect.gen(function* () {
      const app = sonarrApp(keys.sonarr)
      const total = (path: string) => Effect.map(ask(app, "GET", path), ({ body }) => Number(at(body, "totalRecords")))
      const cutoff = yield* total("/api/v3/wanted/cutoff")
      const before = yield* total("/api/v3/queue")
      for (const name of ["MissingEpisodeSearch", "CutoffUnmetEpisodeSearch", "CutoffUnmetEpisodeSearch"]) {
        yield* ask(app, "POST", "/api/v3/command", { body: { name } })
      }
      assert.isAbove(cutoff, 0)
      assert.strictEqual(yield* total("/api/v3/queue"), before + cutoff)
    })
  )
})

describe("the editors of the demo's Radarr and Sonarr", () => {
  it.effect("change what they name of many titles, and nothing where one is not there", () =>
    Effect.gen(function* () {
      for (const [app, kind, key] of [
        [radarrApp(keys.radarr), "movie", "movieIds"],
        [sonarrApp(keys.sonarr), "series", "seriesIds"]
      ] as const) {
        const edit = (body: object) => ask(app, "PUT", `/api/v3/${kind}/editor`, { body })
        const title = (id: number) => Effect.map(ask(app, "GET", `/api/v3/${kind}/${id}`), ({ body }) => body)
        const before = yield* title(1)
        const change = { monitored: false, tags: [1, 2], applyTags: "replace" }
        assert.strictEqual((yield* edit({ [key]: [1, 2], ...change })).status, 202)
        assert.deepInclude(yield* title(2), { monitored: false, tags: [1, 2] })
        yield* edit({ [key]: [1], tags: [1], applyTags: "remove" })
        assert.deepInclude(yield* title(1), {
          tags: [2],
          qualityProfileId: at(before, "qualityProfileId"),
          path: at(before, "path")
        })
        assert.strictEqual((yield* edit({ [key]: [3, 9999], monitored: false })).status, 500)
        assert.strictEqual(at(yield* title(3), "monitored"), true)
      }
    })
  )
})
