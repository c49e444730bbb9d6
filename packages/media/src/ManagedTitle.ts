/**
 * ManagedTitle: the film of Radarr's or the series of Sonarr's that a tool is asked about, and what can be done with either.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { ArrService } from "./ArrService.ts"
import type { Change } from "./ArrTitle.ts"
import * as BothServices from "./BothServices.ts"
import { type MediaError, notFound, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import type { Movie, RadarrService } from "./Radarr.ts"
import type { ArrName } from "./ReadRules.ts"
import type { Series, SeriesId, SonarrService } from "./Sonarr.ts"
import type { Kind } from "./Title.ts"

/** What tells a title: series have either number, and `tvdbId` where Sonarr knows no TMDb id. */
export const numbers = {
  tmdbId: Schema.optionalKey(Parameters.Integer),
  tvdbId: Schema.optionalKey(Parameters.Integer.annotate({ description: "series only, instead of tmdbId" }))
}

interface Numbers {
  readonly tmdbId?: number | undefined
  readonly tvdbId?: number | undefined
}

interface Common {
  /** The service's own. */
  readonly id: number
  readonly title: string
  readonly year: number | null
  readonly service: ArrName
  /** As people write it. */
  readonly name: "Radarr" | "Sonarr"
  readonly arr: Pick<ArrService<unknown, unknown, unknown>, "qualityProfiles" | "rootFolders" | "tags">
  edit(change: Change): Effect.Effect<void, MediaError>
  remove(options: { readonly deleteFiles: boolean }): Effect.Effect<void, MediaError>
}

export interface ManagedMovie extends Common {
  readonly kind: "movie"
  readonly record: Movie
  readonly radarr: RadarrService
}

export interface ManagedSeries extends Common {
  readonly kind: "series"
  readonly record: Series
  readonly sonarr: SonarrService
}

/** The number by which Sonarr is asked for a series. */
export const seriesId = ({ tmdbId, tvdbId }: Numbers): Effect.Effect<SeriesId, MediaError> =>
  tvdbId !== undefined
    ? Effect.succeed({ tvdbId })
    : tmdbId !== undefined
      ? Effect.succeed({ tmdbId })
      : Effect.fail(rejected("sonarr", "Say which series: give its tmdbId or its tvdbId."))

/** A number as sentences have it. */
export const said = (id: SeriesId): string => ("tvdbId" in id ? `the TVDb id ${id.tvdbId}` : `the TMDb id ${id.tmdbId}`)

/** As it stands now. */
const movie = Effect.fnUntraced(function* (present: BothServices.Present, { tmdbId }: Numbers) {
  const radarr = yield* BothServices.radarr(present)
  if (tmdbId === undefined) return yield* rejected("radarr", "Say which film: give its tmdbId.")
  const record = yield* radarr.movie(tmdbId)
  if (!record?.id) {
    return yield* notFound("radarr", `Radarr has no film with the TMDb id ${tmdbId}: check the id, or add it first.`)
  }
  const { id } = record
  const self: ManagedMovie = {
    kind: "movie",
    id,
    title: record.title ?? "(untitled)",
    year: record.year || null,
    service: "radarr",
    name: "Radarr",
    arr: radarr,
    record,
    radarr,
    edit: (change) => radarr.edit(id, change),
    remove: (options) => radarr.remove(id, options)
  }
  return self
})

/** As it stands now. */
const series = Effect.fnUntraced(function* (present: BothServices.Present, numbers: Numbers) {
  const sonarr = yield* BothServices.sonarr(present)
  const asked = yield* seriesId(numbers)
  const record = yield* sonarr.series(asked)
  if (!record?.id) {
    return yield* notFound("sonarr", `Sonarr has no series with ${said(asked)}: check the id, or add it first.`)
  }
  const { id } = record
  const self: ManagedSeries = {
    kind: "series",
    id,
    title: record.title ?? "(untitled)",
    year: record.year || null,
    service: "sonarr",
    name: "Sonarr",
    arr: sonarr,
    record,
    sonarr,
    edit: (change) => sonarr.edit(id, change),
    remove: (options) => sonarr.remove(id, options)
  }
  return self
})

export const find = (
  present: BothServices.Present,
  { kind, ...numbers }: Numbers & { readonly kind: Kind }
): Effect.Effect<ManagedMovie | ManagedSeries, MediaError> =>
  kind === "movie" ? movie(present, numbers) : series(present, numbers)
