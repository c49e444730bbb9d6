/**
 * AddTools: asking for a film that is not there yet.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Choice from "./Choice.ts"
import * as Footprint from "./Footprint.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { Radarr } from "./Radarr.ts"

export const AddMovie = Tool.make("add_movie", {
  description: "Add a film to Radarr so that it gets downloaded. Take its tmdbId from another tool's result.",
  parameters: Schema.Struct({ tmdbId: Parameters.Integer, ...Parameters.added }),
  success: Schema.Struct({
    title: Schema.String,
    year: Schema.NullOr(Schema.Int),
    tmdbId: Schema.Int,
    radarrId: Schema.Int,
    monitored: Schema.Boolean,
    searching: Schema.Boolean
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writes("radarr", "ownership"))
  // It only adds, but what it adds fills the household's disks: a person is to agree.
  .annotate(Tool.Destructive, true)
  // Radarr refuses a film twice, so a retry would do no harm; but after a lost answer it would report that refusal as the
  // outcome of an addition that succeeded.
  .annotate(Tool.Idempotent, false)
  .annotate(Annotations.Examples, [
    "Add Solaris to Radarr",
    "Download Solaris",
    "Get me that film",
    "Request a movie",
    "We need it"
  ])

export const AddTools = Toolkit.make(AddMovie)

/** Films go to Radarr's first root folder, in its first quality profile, unless others are named. */
export const AddToolsLayer = AddTools.toLayer(
  Effect.gen(function* () {
    const radarr = yield* Radarr

    const addMovie = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof AddMovie>) {
      const { searchNow = true, tmdbId } = parameters
      // Where it would go is of no account if it is there already.
      const { film, where } = yield* Effect.all(
        {
          film: radarr.lookup(tmdbId),
          where: Effect.result(Choice.destination({ service: "radarr", name: "Radarr", arr: radarr }, parameters))
        },
        { concurrency: 2 }
      )
      const { title, year = 0 } = film
      if (!title) return yield* rejected("radarr", `Radarr finds no film with the TMDb id ${tmdbId}.`)
      if (film.id) return yield* rejected("radarr", `Radarr already has ${title} (${year}).`)
      const added = yield* radarr.addMovie({ tmdbId, title, year, ...(yield* Effect.fromResult(where)), searchNow })
      return {
        title,
        year: year || null,
        tmdbId,
        radarrId: added.id,
        monitored: added.monitored,
        searching: searchNow
      }
    })

    return AddTools.of({ add_movie: addMovie })
  })
)
