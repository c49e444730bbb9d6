/**
 * AddTools: asking for what is not there yet. The only tool that changes anything, so it waits for approval.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Footprint from "./Footprint.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { Radarr } from "./Radarr.ts"

export const AddMovie = Tool.make("add_movie", {
  description: "Add a film to Radarr so that it gets downloaded. Take its tmdbId from another tool's result.",
  parameters: Schema.Struct({
    tmdbId: Parameters.Integer,
    searchNow: Schema.optionalKey(Schema.Boolean.annotate({ description: "look for a download at once, default true" }))
  }),
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

/** Films go to Radarr's first root folder, in its first quality profile. */
export const AddToolsLayer = AddTools.toLayer(
  Effect.gen(function* () {
    const radarr = yield* Radarr

    const addMovie = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof AddMovie>) {
      const { searchNow = true, tmdbId } = parameters
      const { film, folders, profiles } = yield* Effect.all(
        { film: radarr.lookup(tmdbId), folders: radarr.rootFolders, profiles: radarr.qualityProfiles },
        { concurrency: 3 }
      )
      const { title, year = 0 } = film
      const [folder] = folders
      const [profile] = profiles
      if (!title) return yield* rejected("radarr", `Radarr finds no film with the TMDb id ${tmdbId}.`)
      if (film.id) return yield* rejected("radarr", `Radarr already has ${title} (${year}).`)
      if (folder === undefined) {
        return yield* rejected("radarr", "Radarr has no usable root folder: add one under Settings, Media Management.")
      }
      if (profile === undefined) {
        return yield* rejected("radarr", "Radarr has no quality profile: add one under Settings, Profiles.")
      }
      const added = yield* radarr.addMovie({
        tmdbId,
        title,
        year,
        qualityProfileId: profile,
        rootFolderPath: folder,
        searchNow
      })
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
