/** What the tools over Radarr and Sonarr answer and change, by meaning, against the demo household. */
import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Touch from "@callsheet/core/schedule/Touch"
import {
  episodeDownloads,
  episodesOf,
  filmDownloads,
  films,
  isInRadarr,
  isInSonarr,
  isOwned,
  libraryFilms,
  librarySeries,
  nowIso,
  series,
  today
} from "@callsheet/testkit/demo/DemoLibrary"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { Tool } from "effect/ai"
import { TestClock } from "effect/testing"

import { AddSeries } from "../src/AddSeriesTools.ts"
import { AddMovie } from "../src/AddTools.ts"
import { RemoveDownload, UnblockReleases } from "../src/ClearingTools.ts"
import { DownloadQueue } from "../src/DownloadTools.ts"
import { DeleteTitle, EditTitle } from "../src/EditTools.ts"
import { Blocklist, DownloadHistory } from "../src/HistoryTools.ts"
import { ManagedTitles } from "../src/ManagedTools.ts"
import { MediaError } from "../src/MediaError.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import { ChangeMonitoring, SearchDownloads } from "../src/MonitoringTools.ts"
import { ReleaseCalendar, WantedTitles } from "../src/ReleaseTools.ts"
import { SeriesEpisodes } from "../src/SeriesTools.ts"
import { DownloadOptions, MediaHealth } from "../src/ServiceTools.ts"
import { callTool } from "./callTool.ts"
import * as DemoHousehold from "./demoHousehold.ts"

const household = (changes?: Readonly<Record<string, string>>) =>
  DemoHousehold.layer(changes).pipe(Layer.provideMerge([DemoServices.layer({ delays: "none" }), Cache.layerMemory()]))

interface Typed<A> {
  readonly name: string
  readonly successSchema: Schema.Decoder<A>
}

/** What a tool gives; as a scheduler does, outdates after a write what it touched, and nothing else. */
const ask = Effect.fnUntraced(function* <A>(tool: Typed<A>, parameters: Readonly<Record<string, unknown>> = {}) {
  const result = yield* settle(callTool(tool.name, parameters))
  assert.isFalse(result.isFailure, result.text)
  const own = (yield* MediaToolkit).tools[tool.name] ?? Tool.make("none")
  const touched = Touch.outdates(Policy.footprint(own, Option.some({ decoded: parameters })))
  if (!Policy.rulesOf(own).isReadOnly && touched) yield* (yield* Cache).invalidate(touched)
  return yield* Schema.decodeUnknownEffect(tool.successSchema)(result.value)
})

/** The sentence of a failure, and its kind. */
const refusal = Effect.fnUntraced(function* (tool: Typed<unknown>, parameters: Readonly<Record<string, unknown>> = {}) {
  const result = yield* settle(callTool(tool.name, parameters))
  assert.isTrue(result.isFailure, result.text)
  const { reason } = yield* Schema.decodeUnknownEffect(MediaError)(result.value)
  return `${reason._tag}: ${reason.message}`
})

interface Listed<I> {
  readonly total: number
  readonly items: ReadonlyArray<I>
  readonly nextCursor: string | null
}

/** All pages, joined; `total` is the same on each. */
const pages = Effect.fnUntraced(function* <I>(tool: Typed<Listed<I>>, parameters: Readonly<Record<string, unknown>>) {
  const first = yield* ask(tool, parameters)
  const items = [...first.items]
  for (let cursor = first.nextCursor; cursor !== null;) {
    const page = yield* ask(tool, { ...parameters, cursor })
    assert.strictEqual(page.total, first.total)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  assert.strictEqual(items.length, first.total)
  return items
})

const filmOf = (title: string) => {
  const found = films.find((film) => film.title === title)
  return found ?? assert.fail(`no film ${title}`)
}
const showOf = (title: string) => {
  const found = series.find((show) => show.title === title)
  return found ?? assert.fail(`no series ${title}`)
}

const managedFilms = films.filter(isInRadarr)
const managedShows = series.filter(isInSonarr)
const missingFilms = managedFilms.filter((film) => !isOwned(film))
const allEpisodes = managedShows.flatMap((show) =>
  show.seasons.flatMap(({ episodes }) => episodes.map((episode) => ({ show, ...episode })))
)
const severance = showOf("Severance")
const dayAfter = (day: string, days: number) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)

layer(household())("reads", (it) => {
  describe("release_calendar", () => {
    it.effect("lists what comes out within the span, day by day", () =>
      Effect.gen(function* () {
        const [from, to] = ["2025-02-20", "2025-04-20"]
        const isWithin = (day: string) => day >= from && day <= to
        const aired = allEpisodes
          .filter(({ airedOn }) => isWithin(airedOn))
          .map(({ airedOn, episode, season, show }) => [airedOn, "air", show.title, season, episode])
        const released = managedFilms.flatMap(({ releasedOn, title }) =>
          [
            ["cinema", releasedOn] as const,
            ["digital", dayAfter(releasedOn, 60)] as const,
            ["physical", dayAfter(releasedOn, 100)] as const
          ]
            .filter(([, day]) => isWithin(day))
            .map(([release, day]) => [day, release, title, null, null])
        )
        const items = yield* pages(ReleaseCalendar, { from, to, limit: 7 })
        const told = items.map((item) => [
          item.date,
          item.release,
          item.series ?? item.title,
          item.season,
          item.episode
        ])
        assert.isAbove(aired.length, 5)
        assert.isAbove(released.length, 2)
        assert.deepStrictEqual(told.map(String).toSorted(), [...aired, ...released].map(String).toSorted())
        const days = items.map(({ date }) => date)
        assert.deepStrictEqual(days, days.toSorted())
        const next = items.find(
          ({ season, series, episode }) => series === "Severance" && season === 2 && episode === 9
        )
        assert.deepInclude(next, { kind: "episode", tmdbId: severance.tmdbId, monitored: true, downloaded: false })
        const shows = yield* ask(ReleaseCalendar, { from, to, kind: "series", limit: 200 })
        assert.strictEqual(shows.total, aired.length)
      })
    )

    it.effect("is of the days that it shows, whichever day that is in UTC", () =>
      Effect.gen(function* () {
        const lotus = allEpisodes.filter(({ airedOn, show }) => show.title === "The White Lotus" && airedOn > today)
        assert.isNotEmpty(lotus)
        for (const { airedOn, episode } of lotus) {
          for (const days of [-1, 0, 1]) {
            const day = dayAfter(airedOn, days)
            const { items } = yield* ask(ReleaseCalendar, { from: day, to: day, kind: "series" })
            assert.isTrue(items.every(({ date }) => date === day))
            assert.strictEqual(
              items.some((item) => item.series === "The White Lotus" && item.episode === episode),
              days === 0
            )
          }
        }
      })
    )

    it.effect("without days is of the next two weeks", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse(nowIso))
        const items = yield* pages(ReleaseCalendar, {})
        assert.isNotEmpty(items)
        assert.isTrue(items.every(({ date }) => date >= today && date <= dayAfter(today, 14)))
        assert.deepStrictEqual(items, yield* pages(ReleaseCalendar, { from: today, to: "2025-03-24" }))
      })
    )

    it.effect("refuses what is no span of days", () =>
      Effect.gen(function* () {
        for (const span of [{ from: "tomorrow" }, { from: "2025-03-10", to: "2025-03-01" }, { from: "2025-13-41" }]) {
          assert.include(yield* refusal(ReleaseCalendar, span), "Rejected: From ")
        }
      })
    )
  })

  describe("wanted_titles", () => {
    it.effect("lists films without a file, then episodes, last aired first", () =>
      Effect.gen(function* () {
        const items = yield* pages(WantedTitles, { limit: 4 })
        const titles = missingFilms.map(({ title }) => title)
        assert.deepStrictEqual(
          items.filter(({ kind }) => kind === "movie").map(({ title }) => title),
          titles.toSorted()
        )
        const episodes = items.slice(titles.length)
        assert.deepStrictEqual(
          episodes.map(({ episode, season, tmdbId }) => [tmdbId, season, episode].join()).toSorted(),
          episodeDownloads.map(({ episode, season, tmdbId }) => [tmdbId, season, episode].join()).toSorted()
        )
        const days = episodes.map(({ releasedOn }) => releasedOn)
        assert.deepStrictEqual(days, days.toSorted().toReversed())
      })
    )

    it.effect("lists what is below the cutoff, with the quality that is there", () =>
      Effect.gen(function* () {
        const low = libraryFilms.filter(({ file, film }) => file.resolution === "720" && isInRadarr(film))
        const poor = yield* ask(WantedTitles, { why: "cutoff", kind: "movie", limit: 100 })
        assert.isAbove(low.length, 2)
        assert.deepStrictEqual(
          poor.items.map(({ title }) => title),
          low.map(({ film }) => film.title).toSorted()
        )
        assert.isTrue(poor.items.every(({ quality }) => quality === "Bluray-720p"))
        const episodes = librarySeries.flatMap(episodesOf).filter(({ file }) => file.resolution === "720")
        const items = yield* pages(WantedTitles, { why: "cutoff", kind: "series", limit: 70 })
        assert.strictEqual(items.length, episodes.length)
        // More than two of Sonarr's own pages, each episode once.
        assert.isAbove(new Set(items.map(({ episode, season, series }) => [series, season, episode].join())).size, 200)
        assert.isTrue(items.every(({ quality }) => quality === "WEBDL-720p"))
      })
    )
  })

  describe("download_history", () => {
    it.effect("merges both services, newest first, however it is paged", () =>
      Effect.gen(function* () {
        const first = yield* ask(DownloadHistory, { limit: 100, detail: "full" })
        const third = yield* ask(DownloadHistory, { limit: 100, detail: "full", cursor: first.nextCursor })
        const all = [...first.items, ...third.items]
        const some: Array<(typeof all)[number]> = []
        for (let cursor: string | null = null; some.length < all.length;) {
          const page: Listed<(typeof all)[number]> = yield* ask(DownloadHistory, { limit: 40, detail: "full", cursor })
          some.push(...page.items)
          cursor = page.nextCursor
        }
        assert.deepStrictEqual(some, all)
        assert.deepStrictEqual(
          all.map(({ date }) => date),
          all
            .map(({ date }) => date)
            .toSorted()
            .toReversed()
        )
        assert.deepStrictEqual([...new Set(all.map(({ kind }) => kind))].toSorted(), ["episode", "movie"])
        assert.strictEqual(
          new Set(all.map(({ date, event, release }) => [date, event, release].join())).size,
          all.length
        )
      })
    )

    it.effect("counts one import for each file", () =>
      Effect.gen(function* () {
        const imported = yield* ask(DownloadHistory, { event: "imported", limit: 1 })
        const owned = managedFilms.filter(isOwned).length + librarySeries.flatMap(episodesOf).length
        assert.strictEqual(imported.total, owned)
        assert.isUndefined(imported.items[0]?.release)
        const failed = yield* pages(DownloadHistory, { event: "failed", limit: 50 })
        assert.isNotEmpty(failed)
        assert.isTrue(failed.every(({ event, reason }) => event === "failed" && reason !== null))
      })
    )

    it.effect("tells what became of one film or series", () =>
      Effect.gen(function* () {
        const dune = filmOf("Dune: Part Two")
        const history = yield* ask(DownloadHistory, { kind: "movie", tmdbId: dune.tmdbId, detail: "full" })
        assert.deepStrictEqual([...new Set(history.items.map(({ title }) => title))], ["Dune: Part Two"])
        assert.deepStrictEqual(
          history.items.slice(0, 2).map(({ event }) => event),
          ["imported", "grabbed"]
        )
        assert.include(history.items[0]?.release, "Dune.Part.Two.2024.")
        const show = yield* ask(DownloadHistory, { tvdbId: severance.tvdbId, event: "grabbed", limit: 1 })
        assert.deepInclude(show.items[0], { series: "Severance", season: 2, episode: 8, event: "grabbed" })
        assert.include(yield* refusal(DownloadHistory, { tmdbId: dune.tmdbId }), "give its kind")
        assert.include(
          yield* refusal(DownloadHistory, { kind: "series", tmdbId: dune.tmdbId }),
          "NotFound: Sonarr has no"
        )
      })
    )
  })

  describe("managed_titles", () => {
    it.effect("lists every film and series with what is there of it", () =>
      Effect.gen(function* () {
        const items = yield* pages(ManagedTitles, { limit: 70 })
        assert.strictEqual(items.length, managedFilms.length + managedShows.length)
        const film = libraryFilms.find(({ film }) => film.title === "Dune: Part Two")
        assert.deepInclude(
          items.find(({ title }) => title === "Dune: Part Two"),
          {
            year: 2024,
            kind: "movie",
            tmdbId: 693134,
            tvdbId: null,
            monitored: true,
            downloaded: true,
            episodes: null,
            sizeBytes: film?.file.sizeBytes ?? 0,
            status: "released"
          }
        )
        assert.deepInclude(
          items.find(({ title }) => title === "Severance"),
          { kind: "series", tvdbId: severance.tvdbId, downloaded: false, status: "continuing" }
        )
        assert.deepStrictEqual(items.find(({ title }) => title === "Severance")?.episodes, { files: 16, wanted: 17 })
        assert.isTrue(items.every((item) => item.path === undefined && item.qualityProfile === undefined))
      })
    )

    it.effect("filters, sorts and tells in full", () =>
      Effect.gen(function* () {
        const missing = yield* pages(ManagedTitles, { kind: "movie", downloaded: false })
        assert.deepStrictEqual(
          missing.map(({ title }) => title).toSorted(),
          missingFilms.map(({ title }) => title).toSorted()
        )
        const [largest] = (yield* ask(ManagedTitles, { kind: "movie", sort: "size", limit: 1 })).items
        const sizes = libraryFilms.filter(({ film }) => isInRadarr(film)).map(({ file }) => file.sizeBytes)
        assert.strictEqual(largest?.sizeBytes, Math.max(...sizes))
        const [dune] = (yield* ask(ManagedTitles, { title: "dune: part", detail: "full" })).items
        const resolution = libraryFilms.find(({ film }) => film.title === "Dune: Part Two")?.file.resolution
        assert.deepInclude(dune, {
          qualityProfile: resolution === "4k" ? "Ultra-HD" : "HD-1080p",
          path: "/media/movies/Dune Part Two (2024)",
          addedOn: "2025-03-03"
        })
        assert.strictEqual((yield* ask(ManagedTitles, { monitored: false })).total, 0)
      })
    )
  })

  describe("series_episodes", () => {
    it.effect("tells seasons and episodes, by either number", () =>
      Effect.gen(function* () {
        const items = yield* pages(SeriesEpisodes, { tmdbId: severance.tmdbId, limit: 10 })
        assert.deepStrictEqual(
          items.map(({ airedOn, episode, season }) => [season, episode, airedOn]),
          severance.seasons.flatMap(({ episodes }) =>
            episodes.map(({ airedOn, episode, season }) => [season, episode, airedOn])
          )
        )
        const { items: second, series: told } = yield* ask(SeriesEpisodes, {
          tvdbId: severance.tvdbId,
          season: 2,
          downloaded: false,
          detail: "full"
        })
        assert.deepStrictEqual(
          second.map(({ episode, quality }) => [episode, quality]),
          [
            [8, null],
            [9, null],
            [10, null]
          ]
        )
        assert.deepInclude(told, { title: "Severance", monitored: true, status: "continuing" })
        assert.deepStrictEqual(
          told.seasons.map(({ episodes, files, season }) => [season, episodes, files]),
          [
            [1, 9, 9],
            [2, 10, 7]
          ]
        )
        const first = yield* ask(SeriesEpisodes, { tmdbId: severance.tmdbId, season: 1, detail: "full", limit: 1 })
        assert.match(first.items[0]?.quality ?? "", /^WEBDL-/)
        assert.isAbove(first.items[0]?.sizeBytes ?? 0, 1e8)
      })
    )

    it.effect("says what is wrong with a number", () =>
      Effect.gen(function* () {
        const { tmdbId } = severance
        assert.include(yield* refusal(SeriesEpisodes), "Rejected: Say which series")
        assert.include(
          yield* refusal(SeriesEpisodes, { tmdbId: 603 }),
          "NotFound: Sonarr has no series with the TMDb id 603"
        )
        assert.include(yield* refusal(SeriesEpisodes, { tmdbId, season: 7 }), "NotFound: Severance has no season 7")
      })
    )
  })

  describe("media_health and download_options", () => {
    it.effect("tell how both are and what they offer", () =>
      Effect.gen(function* () {
        const { services } = yield* ask(MediaHealth)
        assert.deepStrictEqual(
          services.map(({ service, version }) => [service, version]),
          [
            ["radarr", "5.18.4.9674"],
            ["sonarr", "4.0.13.2932"]
          ]
        )
        for (const { disks, downloadClients, indexers, messages } of services) {
          assert.include(messages?.[0]?.message, "Second Demo Indexer")
          assert.isTrue(disks?.some(({ freeBytes, path }) => path === "/media" && freeBytes > 2e12))
          assert.deepStrictEqual(downloadClients, [{ name: "qBittorrent", enabled: true }])
          assert.strictEqual(indexers?.length, 2)
        }
        const options = yield* ask(DownloadOptions)
        assert.deepStrictEqual(
          options.services.map(({ qualityProfiles, rootFolders, tags }) => [
            qualityProfiles,
            rootFolders.map(({ path }) => path),
            tags
          ]),
          [
            [
              ["Any", "HD-1080p", "Ultra-HD"],
              ["/media/movies", "/media/classics"],
              ["kids", "keep"]
            ],
            [
              ["Any", "HD-1080p", "Ultra-HD"],
              ["/media/tv", "/media/anime"],
              ["kids", "keep"]
            ]
          ]
        )
      })
    )
  })
})

layer(household())("changes of titles", (it) => {
  describe("change_monitoring", () => {
    const { tmdbId } = severance
    const monitored = (season: number) =>
      Effect.map(ask(SeriesEpisodes, { tmdbId, season }), ({ items, series }) => ({
        title: series.monitored,
        season: series.seasons.find((one) => one.season === season)?.monitored,
        episodes: items.filter((item) => item.monitored).map(({ episode }) => episode)
      }))

    it.effect("switches a film and a series", () =>
      Effect.gen(function* () {
        const film = filmOf("Dune: Part Two")
        yield* pages(ManagedTitles, { monitored: false })
        const told = yield* ask(ChangeMonitoring, { kind: "movie", tmdbId: film.tmdbId, monitored: false })
        assert.deepInclude(told, { title: film.title, kind: "movie", monitored: false, titleMonitored: false })
        yield* ask(ChangeMonitoring, { kind: "series", tvdbId: severance.tvdbId, monitored: false })
        const off = yield* pages(ManagedTitles, { monitored: false })
        assert.deepStrictEqual(
          off.map(({ title }) => title),
          [film.title, "Severance"]
        )
        yield* ask(ChangeMonitoring, { kind: "series", tmdbId, monitored: true })
        yield* ask(ChangeMonitoring, { kind: "movie", tmdbId: film.tmdbId, monitored: true })
        assert.deepInclude(yield* monitored(1), { title: true, season: true })
      })
    )

    it.effect("switches a season with its episodes, and single episodes", () =>
      Effect.gen(function* () {
        const season = { kind: "series", tmdbId, season: 2, monitored: false }
        assert.deepInclude(yield* ask(ChangeMonitoring, season), { season: 2, episodes: null, titleMonitored: true })
        assert.deepStrictEqual(yield* monitored(2), { title: true, season: false, episodes: [] })
        assert.strictEqual((yield* monitored(1)).episodes.length, 9)
        yield* ask(ChangeMonitoring, { ...season, episodes: [9, 10], monitored: true })
        assert.deepStrictEqual(yield* monitored(2), { title: true, season: false, episodes: [9, 10] })
      })
    )

    it.effect("refuses what is not there, and changes nothing", () =>
      Effect.gen(function* () {
        const before = yield* monitored(1)
        const part = { kind: "series", tmdbId, monitored: false }
        for (const [parameters, sentence] of [
          [{ ...part, season: 3 }, "NotFound: Severance has no season 3."],
          [{ ...part, season: 1, episodes: [1, 40, 41] }, "NotFound: Season 1 of Severance has no episode 40, 41."],
          [{ ...part, episodes: [1] }, "Rejected: Episodes are numbered within their season"],
          [{ ...part, season: 1, episodes: [] }, "Rejected: Say which episodes"],
          [{ ...part, kind: "movie", tmdbId: 603 }, "NotFound: Radarr has no film with the TMDb id 603"],
          [{ kind: "movie", tmdbId: 693134, season: 1, monitored: false }, "Rejected: Dune: Part Two is a film"],
          [{ kind: "movie", tvdbId: 1, monitored: false }, "Rejected: Say which film"]
        ] as const) {
          assert.include(yield* refusal(ChangeMonitoring, parameters), sentence)
        }
        assert.deepStrictEqual(yield* monitored(1), before)
      })
    )

    it.effect("takes what is not monitored out of the calendar, unless it is asked for", () =>
      Effect.gen(function* () {
        const span = { from: "2025-03-15", to: "2025-03-22", kind: "series" }
        const before = yield* ask(ReleaseCalendar, span)
        yield* ask(ChangeMonitoring, { kind: "series", tmdbId: severance.tmdbId, monitored: false })
        const after = yield* ask(ReleaseCalendar, span)
        assert.deepStrictEqual(
          after.items,
          before.items.filter((item) => item.series !== "Severance")
        )
        assert.strictEqual((yield* ask(ReleaseCalendar, { ...span, unmonitored: true })).total, before.total)
      })
    )
  })

  describe("edit_title and delete_title", () => {
    const film = filmOf("Dune: Part Two")

    it.effect("change what they are told to, and nothing else", () =>
      Effect.gen(function* () {
        const shown = Effect.map(pages(ManagedTitles, { title: film.title, detail: "full" }), ([first]) => first)
        const before = yield* shown
        const told = yield* ask(EditTitle, {
          kind: "movie",
          tmdbId: film.tmdbId,
          tags: ["KEEP"],
          qualityProfile: "any"
        })
        assert.deepInclude(told, { qualityProfile: "Any", rootFolder: null })
        assert.deepStrictEqual(told.tags, ["keep"])
        assert.deepStrictEqual(yield* shown, before && { ...before, qualityProfile: "Any", tags: ["keep"] })
        yield* ask(EditTitle, { kind: "movie", tmdbId: film.tmdbId, rootFolder: "/media/classics", tags: [] })
        assert.deepInclude(yield* shown, { path: "/media/classics/Dune Part Two (2024)", monitored: true })
        const show = { kind: "series", tmdbId: severance.tmdbId }
        yield* ask(EditTitle, { ...show, qualityProfile: "Ultra-HD" })
        const [series] = yield* pages(ManagedTitles, { title: "severance", detail: "full" })
        assert.strictEqual(series?.qualityProfile, "Ultra-HD")
        assert.include(yield* refusal(EditTitle, show), "Rejected: Say what to change")
        assert.include(
          yield* refusal(EditTitle, { ...show, tags: ["nope"] }),
          'no tag "nope": the known ones are kids, keep.'
        )
        assert.include(
          yield* refusal(EditTitle, { ...show, rootFolder: "/x" }),
          "the known ones are /media/tv, /media/anime."
        )
      })
    )

    it.effect("take a title out, and delete its files only where that is asked for", () =>
      Effect.gen(function* () {
        const { requests } = yield* DemoServices
        const before = yield* pages(ManagedTitles, { limit: 100 })
        const gone = yield* ask(DeleteTitle, { kind: "movie", tmdbId: film.tmdbId })
        assert.deepInclude(gone, { title: film.title, year: 2024, kind: "movie", filesDeleted: false })
        const show = yield* ask(DeleteTitle, { kind: "series", tmdbId: severance.tmdbId, deleteFiles: true })
        assert.isAbove(show.sizeBytes, 1e9)
        const after = yield* pages(ManagedTitles, { limit: 100 })
        assert.deepStrictEqual(
          after,
          before.filter(({ title }) => title !== film.title && title !== "Severance")
        )
        assert.isFalse((yield* pages(DownloadQueue, {})).some((item) => item.series === "Severance"))
        assert.include(
          yield* refusal(DeleteTitle, { kind: "movie", tmdbId: film.tmdbId }),
          "NotFound: Radarr has no film"
        )
        assert.deepStrictEqual(
          (yield* requests).filter(({ method }) => method === "DELETE").map(({ query }) => query),
          ["deleteFiles=false", "deleteFiles=true"]
        )
      })
    )
  })
})

layer(household())("changes of one series that are made at once", (it) => {
  it.effect("are all made", () =>
    Effect.gen(function* () {
      const show = { kind: "series", tmdbId: severance.tmdbId }
      const told = Effect.map(ask(SeriesEpisodes, { tmdbId: severance.tmdbId }), ({ series }) => ({
        title: series.monitored,
        seasons: series.seasons.map(({ monitored }) => monitored)
      }))
      assert.deepStrictEqual(yield* told, { title: true, seasons: [true, true] })
      const changes = [
        [ChangeMonitoring, { ...show, season: 1, monitored: false }],
        [EditTitle, { ...show, tags: ["kids"] }],
        [ChangeMonitoring, { ...show, season: 2, monitored: false }],
        [ChangeMonitoring, { ...show, monitored: false }]
      ] as const
      const results = yield* settle(
        Effect.forEach(changes, ([tool, parameters]) => callTool(tool.name, parameters), { concurrency: 4 })
      )
      assert.isTrue(results.every(({ isFailure }) => !isFailure))
      yield* Effect.flatMap(Cache, (cache) => cache.invalidate({ all: true }))
      assert.deepStrictEqual(yield* told, { title: false, seasons: [false, false] })
      const [shown] = yield* pages(ManagedTitles, { title: "severance", detail: "full" })
      assert.deepStrictEqual(shown?.tags, ["kids"])
    })
  )
})

layer(household())("changes of downloads", (it) => {
  describe("remove_download, blocklist and unblock_releases", () => {
    it.effect("take a download away, once", () =>
      Effect.gen(function* () {
        const queue = yield* pages(DownloadQueue, {})
        const lotus = queue.find((item) => item.series === "The White Lotus") ?? assert.fail("no download")
        const { queueId, service } = lotus
        const gone = yield* ask(RemoveDownload, { service, queueId })
        assert.deepStrictEqual(gone, { service: "sonarr", removed: ["The White Lotus S03E04"], blocklisted: false })
        assert.deepStrictEqual(
          yield* pages(DownloadQueue, {}),
          queue.filter((item) => item.queueId !== queueId)
        )
        assert.include(yield* refusal(RemoveDownload, { service, queueId }), "NotFound: Sonarr has no download")
        assert.include(yield* refusal(RemoveDownload, { service: "radarr", queueId }), "take queueId and service from")
      })
    )

    it.effect("bar a release, look for another, and let it be taken again", () =>
      Effect.gen(function* () {
        const film = films.find(({ tmdbId }) => tmdbId === filmDownloads[0]?.tmdbId)
        const queue = yield* pages(DownloadQueue, {})
        const download = queue.find(({ title }) => title === film?.title)
        const barred = yield* pages(Blocklist, { limit: 10 })
        yield* ask(RemoveDownload, { service: "radarr", queueId: download?.queueId, blocklist: true })
        const after = yield* pages(DownloadQueue, {})
        const another = after.find(({ title }) => title === film?.title)
        assert.strictEqual(after.length, queue.length)
        assert.deepInclude(another, { status: "queued", progressPercent: 0 })
        assert.notStrictEqual(another?.queueId, download?.queueId)
        const [first, ...rest] = yield* pages(Blocklist, { limit: 10 })
        assert.deepStrictEqual(rest, barred)
        assert.deepInclude(first, { service: "radarr", title: film?.title ?? "", reason: "Manually marked as failed" })
        const [grabbed, failed] = (yield* ask(DownloadHistory, { kind: "movie", tmdbId: film?.tmdbId })).items
        assert.deepStrictEqual([grabbed?.event, failed?.event], ["grabbed", "failed"])
        const ids = [first?.blocklistId ?? 0, 999]
        assert.deepStrictEqual(yield* ask(UnblockReleases, { service: "radarr", blocklistIds: ids }), {
          service: "radarr",
          unblocked: ids.slice(0, 1),
          unknown: [999]
        })
        assert.deepStrictEqual(yield* pages(Blocklist, { limit: 10 }), barred)
      })
    )
  })

  describe("search_downloads", () => {
    it.effect("has a title, a season or episodes looked for, which shows in the queue and the history", () =>
      Effect.gen(function* () {
        const { tmdbId } = severance
        const queue = yield* pages(DownloadQueue, {})
        const severed = queue.find((item) => item.series === "Severance")
        yield* ask(RemoveDownload, { service: "sonarr", queueId: severed?.queueId })
        for (const [parameters, command] of [
          [{ season: 2, episodes: [8] }, "EpisodeSearch"],
          [{ season: 2 }, "SeasonSearch"],
          [{}, "SeriesSearch"]
        ] as const) {
          const told = yield* ask(SearchDownloads, { kind: "series", tmdbId, ...parameters })
          assert.deepInclude(told, { service: "sonarr", command, all: null })
          const found = (yield* pages(DownloadQueue, {})).filter((item) => item.series === "Severance")
          assert.deepStrictEqual(
            found.map(({ episode, season, status }) => [season, episode, status]),
            [[2, 8, "queued"]]
          )
          yield* ask(RemoveDownload, { service: "sonarr", queueId: found[0]?.queueId })
        }
        const history = yield* ask(DownloadHistory, { kind: "series", tmdbId, event: "grabbed", limit: 3 })
        assert.isTrue(history.items.every(({ date }) => date === nowIso))
      })
    )

    it.effect("has all looked for that is missing or could be better", () =>
      Effect.gen(function* () {
        const low = libraryFilms.filter(({ file, film }) => file.resolution === "720" && isInRadarr(film))
        const under = () => Effect.map(pages(DownloadQueue, {}), (items) => new Set(items.map(({ title }) => title)))
        const missing = yield* ask(SearchDownloads, { kind: "movie", all: "missing" })
        assert.deepStrictEqual(missing, {
          title: null,
          all: "missing",
          service: "radarr",
          command: "MissingMoviesSearch"
        })
        const found = yield* under()
        assert.isTrue(missingFilms.every(({ title }) => found.has(title)))
        assert.isFalse(low.every(({ film }) => found.has(film.title)))
        yield* ask(SearchDownloads, { kind: "movie", all: "cutoff" })
        const better = yield* under()
        assert.isTrue(low.every(({ film }) => better.has(film.title)))
        const { requests } = yield* DemoServices
        const commands = Effect.map(requests, (all) => all.filter(({ path }) => path === "/api/v3/command").length)
        const before = yield* commands
        for (const part of [
          { tmdbId: 1 },
          { tvdbId: 1 },
          { season: 2 },
          { season: 2, episodes: [8] },
          { episodes: [] }
        ]) {
          const asked = { kind: "series", all: "missing", ...part }
          assert.include(yield* refusal(SearchDownloads, asked), "Rejected: Give either one title with its season")
        }
        assert.strictEqual(yield* commands, before)
      })
    )
  })

  describe("add_series and add_movie", () => {
    const narcos = showOf("Narcos")

    it.effect("add a series once, where and as far as it is wanted", () =>
      Effect.gen(function* () {
        yield* pages(ManagedTitles, { title: "narcos" })
        const added = yield* ask(AddSeries, {
          tmdbId: narcos.tmdbId,
          monitor: "latestSeason",
          qualityProfile: "ultra-hd",
          rootFolder: "/media/anime/",
          searchNow: false
        })
        assert.deepInclude(added, { title: "Narcos", tvdbId: narcos.tvdbId, monitor: "latestSeason", searching: false })
        const [shown] = yield* pages(ManagedTitles, { title: "narcos", detail: "full" })
        assert.deepInclude(shown, { monitored: true, qualityProfile: "Ultra-HD", path: "/media/anime/Narcos" })
        const { series: told } = yield* ask(SeriesEpisodes, { tmdbId: narcos.tmdbId })
        assert.deepStrictEqual(
          told.seasons.map(({ monitored }) => monitored),
          [false, false, true]
        )
        assert.include(yield* refusal(AddSeries, { tvdbId: narcos.tvdbId }), "Rejected: Sonarr already has Narcos")
        assert.include(yield* refusal(AddSeries, { tmdbId: 1 }), "Rejected: Sonarr finds no series with the TMDb id 1.")
      })
    )

    it.effect("look for it at once unless they are told not to, and know their profiles", () =>
      Effect.gen(function* () {
        const friends = showOf("Friends")
        const wrong = yield* refusal(AddSeries, { tmdbId: friends.tmdbId, qualityProfile: "8K" })
        assert.include(wrong, 'Sonarr has no quality profile "8K": the known ones are Any, HD-1080p, Ultra-HD.')
        yield* ask(AddSeries, { tmdbId: friends.tmdbId, monitor: "pilot" })
        const queue = yield* pages(DownloadQueue, {})
        assert.strictEqual(queue.filter((item) => item.series === "Friends").length, 1)
        const absent = films.find(({ releasedOn, state }) => state === "absent" && releasedOn < "2024-01-01")
        yield* ask(AddMovie, { tmdbId: absent?.tmdbId, rootFolder: "/media/classics", qualityProfile: "Any" })
        const [film] = yield* pages(ManagedTitles, { kind: "movie", title: absent?.title, detail: "full" })
        assert.include(film?.path, "/media/classics/")
        assert.strictEqual(film?.qualityProfile, "Any")
        assert.isTrue((yield* pages(DownloadQueue, {})).some(({ title }) => title === absent?.title))
      })
    )
  })
})

layer(household({ SONARR_API_KEY: "wrong" }))("with one of two services down", (it) => {
  it.effect("lists are of the other, and say so", () =>
    Effect.gen(function* () {
      const day = { from: "2025-01-01", to: "2025-03-10" }
      const lists = [
        yield* ask(ReleaseCalendar, day),
        yield* ask(WantedTitles),
        yield* ask(DownloadHistory),
        yield* ask(Blocklist),
        yield* ask(ManagedTitles),
        yield* ask(DownloadQueue)
      ]
      for (const { items, problem, total } of lists) {
        assert.isNotEmpty(items)
        assert.isAbove(total, 0)
        assert.include(problem, "check SONARR_API_KEY")
      }
      const { services } = yield* ask(MediaHealth)
      assert.deepStrictEqual(
        services.map(({ problem, version }) => [version ?? null, problem?.includes("SONARR_API_KEY") ?? false]),
        [
          ["5.18.4.9674", false],
          [null, true]
        ]
      )
      for (const tool of [ReleaseCalendar, WantedTitles, DownloadHistory, Blocklist, ManagedTitles]) {
        assert.include(yield* refusal(tool, { kind: "series", ...day }), "Unauthorized: ")
      }
      const { problem, services: offering } = yield* ask(DownloadOptions)
      assert.deepStrictEqual([offering.length, problem?.includes("SONARR_API_KEY")], [1, true])
    })
  )
})

layer(household({ SONARR_BASE_URL: "" }))("with Radarr alone", (it) => {
  it.effect("films are looked after, and series refused by name", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask(ManagedTitles)).total, managedFilms.length)
      assert.isTrue((yield* pages(DownloadQueue, {})).every(({ service }) => service === "radarr"))
      yield* ask(ChangeMonitoring, { kind: "movie", tmdbId: 693134, monitored: false })
      for (const [tool, parameters] of [
        [ManagedTitles, { kind: "series" }],
        [WantedTitles, { kind: "series" }],
        [ChangeMonitoring, { kind: "series", tmdbId: 1, monitored: true }],
        [SearchDownloads, { kind: "series", all: "missing" }],
        [RemoveDownload, { service: "sonarr", queueId: 1 }],
        [DeleteTitle, { kind: "series", tmdbId: 1 }]
      ] as const) {
        assert.include(yield* refusal(tool, parameters), "Rejected: Sonarr is not set up: set SONARR_BASE_URL")
      }
    })
  )
})
