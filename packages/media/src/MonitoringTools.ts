/**
 * MonitoringTools: what Radarr and Sonarr keep an eye on, and what they are to look for now.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { Want } from "./ArrTitle.ts"
import * as BothServices from "./BothServices.ts"
import * as Footprint from "./Footprint.ts"
import * as ManagedTitle from "./ManagedTitle.ts"
import { MediaError, notFound, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { Kind } from "./Title.ts"

/** The part of a series that is meant: all of it, a season, or episodes of a season. */
const part = {
  season: Schema.optionalKey(Parameters.Integer),
  episodes: Schema.optionalKey(Schema.Array(Parameters.Integer).annotate({ description: "numbers within the season" }))
}

const Part = Schema.Struct({
  title: Schema.String,
  year: Schema.NullOr(Schema.Int),
  kind: Kind,
  season: Schema.NullOr(Schema.Int),
  episodes: Schema.NullOr(Schema.Array(Schema.Int))
})

/** `titleMonitored`: nothing of a title that is not monitored is fetched, whatever its seasons and episodes say. */
export const ChangeMonitoring = Tool.make("change_monitoring", {
  description: "Monitor or stop monitoring a film, a series, a season or single episodes.",
  parameters: Schema.Struct({ kind: Kind, ...ManagedTitle.numbers, ...part, monitored: Schema.Boolean }),
  success: Schema.Struct({ ...Part.fields, monitored: Schema.Boolean, titleMonitored: Schema.Boolean }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesOne((name) => [name]))
  .annotate(Tool.Destructive, false)
  .annotate(Tool.Idempotent, true)
  .annotate(Annotations.Examples, ["Stop monitoring season 1", "Monitor Solaris again", "Unmonitor these episodes"])

/** The services look in their own time; what they find shows up in `download_queue`. */
export const SearchDownloads = Tool.make("search_downloads", {
  description: "Have Radarr or Sonarr look for downloads now: of one title, season or episodes, or of all wanted.",
  parameters: Schema.Struct({
    kind: Kind,
    ...ManagedTitle.numbers,
    ...part,
    all: Schema.optionalKey(Want.annotate({ description: "instead of one title" }))
  }),
  success: Schema.Struct({
    /** Null where it is for all that is wanted. */
    title: Schema.NullOr(Part),
    all: Schema.NullOr(Want),
    service: Schema.Literals(["radarr", "sonarr"]),
    /** The service's name of what it was told to do. */
    command: Schema.String
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesOne((name) => [`${name}/downloads`]))
  .annotate(Tool.Destructive, false)
  .annotate(Tool.Idempotent, true)
  .annotate(Annotations.Examples, [
    "Search for Solaris again",
    "Look for the missing episodes now",
    "Find a better release of it",
    "Retry Solaris"
  ])

export const MonitoringTools = Toolkit.make(ChangeMonitoring, SearchDownloads)

interface Asked {
  readonly season?: number | undefined
  readonly episodes?: ReadonlyArray<number> | undefined
}

/** Tells whichever of Radarr and Sonarr are there. */
export const MonitoringToolsLayer = MonitoringTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present

    /** The title and, of a series, the season and the ids of the episodes that are meant, all of which are there. */
    const meant = Effect.fnUntraced(function* (
      asked: Asked & { readonly kind: Kind; readonly tmdbId?: number | undefined; readonly tvdbId?: number | undefined }
    ) {
      const { episodes: numbers, season } = asked
      const found = yield* ManagedTitle.find(present, asked)
      if (found.kind === "movie") {
        return season === undefined && numbers === undefined
          ? { found, season: null, episodes: null, episodeIds: [] }
          : yield* rejected("radarr", `${found.title} is a film: leave season and episodes out.`)
      }
      if (season === undefined) {
        return numbers === undefined
          ? { found, season: null, episodes: null, episodeIds: [] }
          : yield* rejected("sonarr", "Episodes are numbered within their season: give the season too.")
      }
      if (!found.record.seasons?.some(({ seasonNumber }) => seasonNumber === season)) {
        return yield* notFound("sonarr", `${found.title} has no season ${season}.`)
      }
      if (numbers === undefined) return { found, season, episodes: null, episodeIds: [] }
      const known = yield* found.sonarr.episodes(found.id, { season, withFiles: false })
      const byNumber = new Map(known.map(({ episodeNumber, id }) => [episodeNumber, id]))
      if (numbers.length === 0)
        return yield* rejected("sonarr", "Say which episodes, or leave them out for the season.")
      const missing = numbers.filter((number) => !byNumber.has(number))
      if (missing.length > 0) {
        return yield* notFound("sonarr", `Season ${season} of ${found.title} has no episode ${missing.join(", ")}.`)
      }
      return { found, season, episodes: numbers, episodeIds: numbers.flatMap((number) => byNumber.get(number) ?? []) }
    })

    const monitoring = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof ChangeMonitoring>) {
      const { monitored } = parameters
      const { episodeIds, episodes, found, season } = yield* meant(parameters)
      if (found.kind === "movie" || season === null) yield* found.edit({ monitored })
      else if (episodes === null) yield* found.sonarr.monitorSeason(found.id, season, monitored)
      else yield* found.sonarr.monitorEpisodes(episodeIds, monitored)
      return {
        ...partOf(found, season, episodes),
        monitored,
        titleMonitored: season === null ? monitored : (found.record.monitored ?? false)
      }
    })

    const search = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof SearchDownloads>) {
      const { all, kind } = parameters
      if (all !== undefined) {
        if ((parameters.tmdbId ?? parameters.tvdbId ?? parameters.season ?? parameters.episodes) !== undefined) {
          return yield* rejected(
            serviceOf[kind],
            "Give either one title with its season and episodes, or `all` by itself: that looks for all that is wanted."
          )
        }
        const service = serviceOf[kind]
        const arr = yield* BothServices.one(present, service)
        const command = wanted[all][kind]
        yield* arr.command({ name: command })
        return { title: null, all, service, command }
      }
      const { episodeIds, episodes, found, season } = yield* meant(parameters)
      const { id } = found
      const command =
        found.kind === "movie"
          ? { name: "MoviesSearch", movieIds: [id] }
          : season === null
            ? { name: "SeriesSearch", seriesId: id }
            : episodes === null
              ? { name: "SeasonSearch", seriesId: id, seasonNumber: season }
              : { name: "EpisodeSearch", episodeIds }
      yield* found.kind === "movie" ? found.radarr.command(command) : found.sonarr.command(command)
      return { title: partOf(found, season, episodes), all: null, service: found.service, command: command.name }
    })

    return MonitoringTools.of({ change_monitoring: monitoring, search_downloads: search })
  })
)

const serviceOf = { movie: "radarr", series: "sonarr" } as const

/** The commands that look for all that is wanted. */
const wanted: Readonly<Record<Want, Readonly<Record<Kind, string>>>> = {
  missing: { movie: "MissingMoviesSearch", series: "MissingEpisodeSearch" },
  cutoff: { movie: "CutoffUnmetMoviesSearch", series: "CutoffUnmetEpisodeSearch" }
}

const partOf = (
  { kind, title, year }: ManagedTitle.ManagedMovie | ManagedTitle.ManagedSeries,
  season: number | null,
  episodes: ReadonlyArray<number> | null
): typeof Part.Type => ({ title, year, kind, season, episodes })
