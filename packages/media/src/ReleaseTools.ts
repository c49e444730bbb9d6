/**
 * ReleaseTools: what comes out when, and what the household still waits for.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import { type Span, Want } from "./ArrTitle.ts"
import * as BothServices from "./BothServices.ts"
import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import type { Movie } from "./Radarr.ts"
import { airedOn, type Episode } from "./Sonarr.ts"
import * as Subject from "./Subject.ts"

const Day = Schema.optionalKey(Schema.String.annotate({ description: "YYYY-MM-DD" }))

const Release = Schema.Struct({
  /** ISO date: UTC for films, the network's own for episodes. */
  date: Schema.String,
  /** `air` of an episode. A film stands once for each of its dates. */
  release: Schema.Literals(["cinema", "digital", "physical", "air"]),
  ...Subject.fields,
  /** The film's, or the series'. */
  tmdbId: Schema.NullOr(Schema.Int),
  monitored: Schema.Boolean,
  downloaded: Schema.Boolean
})
type Release = typeof Release.Type

/** Without days: the next two weeks. */
export const ReleaseCalendar = Tool.make("release_calendar", {
  description: "Release and air dates of the household's films and series: the next two weeks, or any span of days.",
  parameters: Schema.Struct({
    from: Day,
    to: Day,
    kind: Parameters.anyKind,
    unmonitored: Schema.optionalKey(Schema.Boolean.annotate({ description: "include those" })),
    limit: Parameters.limit(200, 50),
    cursor: Parameters.cursor
  }),
  success: List.list(Release),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("radarr", "sonarr"))
  .annotate(Annotations.Examples, [
    "What comes out this week?",
    "When does the next episode air?",
    "Upcoming episodes of our series",
    "The release calendar for May"
  ])

const Wanted = Schema.Struct({
  ...Subject.fields,
  year: Schema.NullOr(Schema.Int),
  tmdbId: Schema.NullOr(Schema.Int),
  /** ISO date: of a film the first on which it can be had at home, else in cinemas. */
  releasedOn: Schema.NullOr(Schema.String),
  /** Of the file that is there. */
  quality: Schema.NullOr(Schema.String)
})
type Wanted = typeof Wanted.Type

/** Films by title, then episodes, last aired first. */
export const WantedTitles = Tool.make("wanted_titles", {
  description: "Monitored films and episodes without a file, or below the quality cutoff.",
  parameters: Schema.Struct({
    why: Schema.optionalKey(Want.annotate({ description: "default missing" })),
    kind: Parameters.anyKind,
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor
  }),
  success: List.list(Wanted),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("radarr", "sonarr"))
  .annotate(Annotations.Examples, [
    "Which monitored movies are still missing?",
    "Which episodes do we still wait for?",
    "What is below the cutoff and could be upgraded?"
  ])

export const ReleaseTools = Toolkit.make(ReleaseCalendar, WantedTitles)

/** Reads whichever of Radarr and Sonarr are there. */
export const ReleaseToolsLayer = ReleaseTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present
    const service = BothServices.either(present)

    const calendar = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof ReleaseCalendar>) {
      const { kind, unmonitored = false } = parameters
      const { skip } = yield* Cursor.decode("release_calendar", service, parameters.cursor)
      const from = parameters.from ?? DateTime.formatIsoDateUtc(yield* DateTime.now)
      const to = parameters.to ?? daysAfter(from, 14)
      if (!isDay(from) || !isDay(to) || to < from) {
        return yield* rejected(service, `From "${from}" to "${to}" is no span: give two days in order, as YYYY-MM-DD.`)
      }
      const span = { from, to, unmonitored }
      const { items, ...problem } = yield* BothServices.whole(
        BothServices.asked(present, kind, {
          radarr: (radarr) => Effect.map(radarr.calendar(span), (movies) => movies.flatMap(releasesOf(span))),
          sonarr: (sonarr) => Effect.map(sonarr.calendar(span), (episodes) => episodes.map(airing))
        }),
        byDate
      )
      return { ...List.page("release_calendar", items, skip, Parameters.within(parameters.limit, 200, 50)), ...problem }
    })

    const wanted = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof WantedTitles>) {
      const { kind, why = "missing" } = parameters
      const position = yield* Cursor.decode("wanted_titles", service, parameters.cursor)
      return yield* BothServices.page(
        BothServices.asked(present, kind, {
          radarr: (radarr) => (page: number) =>
            Effect.map(radarr.wanted(why, page), ({ items, total }) => ({ total, items: items.map(wantedMovie) })),
          sonarr: (sonarr) => (page: number) =>
            Effect.map(sonarr.wanted(why, page), ({ items, total }) => ({ total, items: items.map(wantedEpisode) }))
        }),
        { tool: "wanted_titles", position, limit: Parameters.within(parameters.limit, 100, 20), order: filmsFirst }
      )
    })

    return ReleaseTools.of({ release_calendar: calendar, wanted_titles: wanted })
  })
)

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.make(text)._tag === "Some"

/** What is no day stays what it is, to be refused. */
const daysAfter = (day: string, days: number): string =>
  isDay(day) ? DateTime.formatIsoDateUtc(DateTime.add(DateTime.makeUnsafe(day), { days })) : day

const dayOf = (instant: string | null | undefined): string | null => instant?.slice(0, 10) || null

const byDate: Order.Order<Release> = Order.combineAll([
  Order.mapInput(Order.String, ({ date }) => date),
  Order.mapInput(Order.String, ({ series, title }) => (series ?? title).toLowerCase()),
  Order.mapInput(Order.Number, ({ episode }) => episode ?? 0)
])

const filmsFirst: Order.Order<Wanted> = Order.mapInput(Order.Number, ({ kind }) => (kind === "movie" ? 0 : 1))

const releasesOf =
  ({ from, to }: Span) =>
  (movie: Movie): ReadonlyArray<Release> => {
    const dates = [
      ["cinema", dayOf(movie.inCinemas)],
      ["digital", dayOf(movie.digitalRelease)],
      ["physical", dayOf(movie.physicalRelease)]
    ] as const
    return dates.flatMap(([release, date]) =>
      date !== null && date >= from && date <= to
        ? [
            {
              date,
              release,
              ...Subject.ofMovie(movie),
              tmdbId: movie.tmdbId || null,
              monitored: movie.monitored ?? false,
              downloaded: movie.hasFile ?? false
            }
          ]
        : []
    )
  }

const airing = (episode: Episode): Release => ({
  date: airedOn(episode) ?? "",
  release: "air",
  ...Subject.ofEpisode(episode.series, episode),
  tmdbId: episode.series?.tmdbId || null,
  monitored: episode.monitored ?? false,
  downloaded: episode.hasFile ?? false
})

const wantedMovie = (movie: Movie): Wanted => ({
  ...Subject.ofMovie(movie),
  year: movie.year || null,
  tmdbId: movie.tmdbId || null,
  releasedOn: dayOf(movie.digitalRelease) ?? dayOf(movie.physicalRelease) ?? dayOf(movie.inCinemas),
  quality: movie.movieFile ? ArrQueue.qualityOf(movie.movieFile) : null
})

const wantedEpisode = (episode: Episode): Wanted => ({
  ...Subject.ofEpisode(episode.series, episode),
  year: episode.series?.year || null,
  tmdbId: episode.series?.tmdbId || null,
  releasedOn: airedOn(episode),
  quality: episode.episodeFile ? ArrQueue.qualityOf(episode.episodeFile) : null
})
