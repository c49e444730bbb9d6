/**
 * RadarrReads: Radarr, remembered. Every read of `Radarr` but `version`, of which one wants to know how it is now.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import { Movie, QueueRecord, Radarr } from "./Radarr.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"

/**
 * What an addition rests on is asked for each time, and shared only while it is under way: a person who is told to set up a
 * folder, or who has just taken a film away, is right at once, and Radarr would refuse what rests on anything older.
 */
const grounds = { fresh: 0 } as const

const Nothing = Schema.Struct({})

const reads = Effect.fnUntraced(function* (access: Access) {
  const radarr = yield* Radarr
  const common = { version: 1, identity: ReadRules.household(access), tags: ReadRules.tags("radarr") } as const

  return {
    queue: Read.make("radarr/queue", {
      ...common,
      argument: Nothing,
      result: Schema.Array(QueueRecord),
      freshness: ArrQueue.freshness,
      lookup: () => radarr.queue
    }),
    lookup: Read.make("radarr/lookup", {
      ...common,
      argument: Schema.Struct({ tmdbId: Schema.Finite }),
      result: Movie,
      freshness: grounds,
      lookup: ({ tmdbId }) => radarr.lookup(tmdbId)
    }),
    rootFolders: Read.make("radarr/rootFolders", {
      ...common,
      argument: Nothing,
      result: Schema.Array(Schema.String),
      freshness: grounds,
      lookup: () => radarr.rootFolders
    }),
    qualityProfiles: Read.make("radarr/qualityProfiles", {
      ...common,
      argument: Nothing,
      result: Schema.Array(Schema.Finite),
      freshness: grounds,
      lookup: () => radarr.qualityProfiles
    })
  }
})

/** The same `Radarr`, its reads remembered in `Cache`. Whoever calls `addMovie` says so to the cache (`Footprint.writes`). */
export const layer = (access: Access): Layer.Layer<Radarr, never, HttpClient.HttpClient | Cache> =>
  Layer.effect(
    Radarr,
    Effect.gen(function* () {
      const { read } = yield* Cache
      const { addMovie, version } = yield* Radarr
      const { lookup, qualityProfiles, queue, rootFolders } = yield* reads(access)

      return Radarr.of({
        queue: read(queue, {}),
        lookup: (tmdbId) => read(lookup, { tmdbId }),
        rootFolders: read(rootFolders, {}),
        qualityProfiles: read(qualityProfiles, {}),
        addMovie,
        version
      })
    })
  ).pipe(Layer.provide(Radarr.layerNoDeps(access)))
