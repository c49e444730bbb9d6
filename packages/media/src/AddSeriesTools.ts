/**
 * AddSeriesTools: asking for a series that is not there yet.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Choice from "./Choice.ts"
import * as Footprint from "./Footprint.ts"
import * as ManagedTitle from "./ManagedTitle.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { Monitor, Sonarr } from "./Sonarr.ts"

export const AddSeries = Tool.make("add_series", {
  description: "Add a series to Sonarr so that its episodes get downloaded. Take its id from another tool's result.",
  parameters: Schema.Struct({
    ...ManagedTitle.numbers,
    monitor: Schema.optionalKey(Monitor.annotate({ description: "which episodes, default all" })),
    ...Parameters.added
  }),
  success: Schema.Struct({
    title: Schema.String,
    year: Schema.NullOr(Schema.Int),
    tmdbId: Schema.NullOr(Schema.Int),
    tvdbId: Schema.Int,
    sonarrId: Schema.Int,
    monitor: Monitor,
    searching: Schema.Boolean
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writes("sonarr", "ownership"))
  // As `add_movie`.
  .annotate(Tool.Destructive, true)
  .annotate(Tool.Idempotent, false)
  .annotate(Annotations.Examples, [
    "Add Severance to Sonarr",
    "Download the whole series",
    "Request a show",
    "Get all seasons of it"
  ])

export const AddSeriesTools = Toolkit.make(AddSeries)

/** Series go to Sonarr's first root folder, in its first quality profile, unless others are named. */
export const AddSeriesToolsLayer = AddSeriesTools.toLayer(
  Effect.gen(function* () {
    const sonarr = yield* Sonarr

    const addSeries = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof AddSeries>) {
      const { monitor = "all", searchNow = true } = parameters
      const asked = yield* ManagedTitle.seriesId(parameters)
      const { found, where } = yield* Effect.all(
        {
          found: sonarr.lookup(asked),
          where: Effect.result(Choice.destination({ service: "sonarr", name: "Sonarr", arr: sonarr }, parameters))
        },
        { concurrency: 2 }
      )
      if (!found?.title || !found.tvdbId) {
        return yield* rejected("sonarr", `Sonarr finds no series with ${ManagedTitle.said(asked)}.`)
      }
      const { title, tvdbId, year } = found
      if (found.id) return yield* rejected("sonarr", `Sonarr already has ${title} (${year ?? 0}).`)
      const added = yield* sonarr.addSeries({ tvdbId, title, ...(yield* Effect.fromResult(where)), monitor, searchNow })
      return {
        title,
        year: year || null,
        tmdbId: found.tmdbId || null,
        tvdbId,
        sonarrId: added.id,
        monitor,
        searching: searchNow
      }
    })

    return AddSeriesTools.of({ add_series: addSeries })
  })
)
