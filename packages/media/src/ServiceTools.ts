/**
 * ServiceTools: how Radarr and Sonarr are, and what they offer to choose from.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { ArrService } from "./ArrService.ts"
import * as BothServices from "./BothServices.ts"
import * as Footprint from "./Footprint.ts"
import { MediaError } from "./MediaError.ts"
import type { ArrName } from "./ReadRules.ts"

const service = Schema.Literals(["radarr", "sonarr"])
const Switched = Schema.Array(Schema.Struct({ name: Schema.String, enabled: Schema.Boolean }))

/** A service that does not answer is an answer here: its `problem` says why, and all else of it is missing. */
const Health = Schema.Struct({
  service,
  problem: Schema.optionalKey(Schema.String),
  version: Schema.optionalKey(Schema.NullOr(Schema.String)),
  messages: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        /** ok, notice, warning or error. */
        level: Schema.String,
        message: Schema.String
      })
    )
  ),
  disks: Schema.optionalKey(
    Schema.Array(Schema.Struct({ path: Schema.String, freeBytes: Schema.Finite, totalBytes: Schema.Finite }))
  ),
  indexers: Schema.optionalKey(Switched),
  downloadClients: Schema.optionalKey(Switched)
})
type Health = typeof Health.Type

export const MediaHealth = Tool.make("media_health", {
  description: "How Radarr and Sonarr are now: warnings, disk space, version, indexers, download clients.",
  success: Schema.Struct({ services: Schema.Array(Health) }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow("radarr", "sonarr"))
  .annotate(Annotations.Examples, [
    "Are Radarr and Sonarr healthy?",
    "How much disk space is free?",
    "Any warnings, errors or problems with Sonarr?",
    "Is an indexer down?"
  ])

const Options = Schema.Struct({
  service,
  qualityProfiles: Schema.Array(Schema.String),
  rootFolders: Schema.Array(Schema.Struct({ path: Schema.String, freeBytes: Schema.NullOr(Schema.Finite) })),
  tags: Schema.Array(Schema.String)
})

/** The first profile and the first folder are what is taken where none is named. */
export const DownloadOptions = Tool.make("download_options", {
  description: "Names of quality profiles, root folders and tags that add_movie, add_series and edit_title take.",
  success: Schema.Struct({ services: Schema.Array(Options), problem: Schema.optionalKey(Schema.String) }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow("radarr", "sonarr"))
  .annotate(Annotations.Examples, [
    "Which quality profiles are there?",
    "Which root folders and tags can I choose?",
    "Where are new films stored?"
  ])

export const ServiceTools = Toolkit.make(MediaHealth, DownloadOptions)

/** Asks whichever of Radarr and Sonarr are there. */
export const ServiceToolsLayer = ServiceTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present
    const healths = BothServices.asked(present, undefined, {
      radarr: ({ health }) => Effect.result(health),
      sonarr: ({ health }) => Effect.result(health)
    })
    const offers = BothServices.asked(present, undefined, { radarr: offersOf("radarr"), sonarr: offersOf("sonarr") })

    const health = Effect.fnUntraced(function* () {
      const { radarr, sonarr } = yield* Effect.all(
        { radarr: healths.radarr ?? Effect.undefined, sonarr: healths.sonarr ?? Effect.undefined },
        { concurrency: 2 }
      )
      return { services: [...told("radarr", radarr), ...told("sonarr", sonarr)] }
    })

    const options = Effect.fnUntraced(function* () {
      const { items, ...problem } = yield* BothServices.whole(offers, () => 0)
      return { services: items, ...problem }
    })

    return ServiceTools.of({ media_health: health, download_options: options })
  })
)

type Arr = ArrService<unknown, unknown, unknown>

const told = (
  service: ArrName,
  result: Result.Result<Effect.Success<Arr["health"]>, MediaError> | undefined
): ReadonlyArray<Health> =>
  result === undefined
    ? []
    : [Result.isSuccess(result) ? { service, ...result.success } : { service, problem: result.failure.message }]

const offersOf = (service: ArrName) => (arr: Pick<Arr, "qualityProfiles" | "rootFolders" | "tags">) =>
  Effect.map(
    Effect.all({ profiles: arr.qualityProfiles, rootFolders: arr.rootFolders, tags: arr.tags }, { concurrency: 3 }),
    ({ profiles, rootFolders, tags }): ReadonlyArray<typeof Options.Type> => [
      {
        service,
        qualityProfiles: profiles.map(({ name }) => name),
        rootFolders,
        tags: tags.map(({ name }) => name)
      }
    ]
  )
