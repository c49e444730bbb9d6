/**
 * SonarrReads: Sonarr, remembered. Every read of `Sonarr` but `version`, of which one wants to know how it is now.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"
import { QueueRecord, Sonarr } from "./Sonarr.ts"

/** The same `Sonarr`, remembered in `Cache`. */
export const layer = (access: Access): Layer.Layer<Sonarr, never, HttpClient.HttpClient | Cache> =>
  Layer.effect(
    Sonarr,
    Effect.gen(function* () {
      const { read } = yield* Cache
      const sonarr = yield* Sonarr
      const queue = Read.make("sonarr/queue", {
        version: 1,
        identity: ReadRules.household(access),
        tags: ReadRules.tags("sonarr"),
        argument: Schema.Struct({}),
        result: Schema.Array(QueueRecord),
        freshness: ArrQueue.freshness,
        lookup: () => sonarr.queue
      })
      return Sonarr.of({ queue: read(queue, {}), version: sonarr.version })
    })
  ).pipe(Layer.provide(Sonarr.layerNoDeps(access)))
