/**
 * Sonarr: the series the household is after, and their downloads.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import type { MediaError } from "./MediaError.ts"
import * as ServiceClient from "./ServiceClient.ts"
import * as ServiceConfig from "./ServiceConfig.ts"

/** Every endpoint this client calls. */
export const endpoints = {
  status: "GET /api/v3/system/status",
  queue: "GET /api/v3/queue"
} as const

const text = Schema.optionalKey(Schema.NullOr(Schema.String))

export const QueueRecord = Schema.Struct({
  ...ArrQueue.recordFields,
  seasonNumber: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  series: Schema.optionalKey(Schema.NullOr(Schema.Struct({ title: text }))),
  episode: Schema.optionalKey(
    Schema.NullOr(
      Schema.Struct({
        title: text,
        seasonNumber: Schema.optionalKey(Schema.Int),
        episodeNumber: Schema.optionalKey(Schema.Int)
      })
    )
  )
})
export type QueueRecord = typeof QueueRecord.Type

export class Sonarr extends Context.Service<
  Sonarr,
  {
    /** All that downloads or waits to, one record an episode, those that Sonarr cannot name included. */
    readonly queue: Effect.Effect<ReadonlyArray<QueueRecord>, MediaError>
    readonly version: Effect.Effect<{ readonly name: "Sonarr"; readonly version: string | null }, MediaError>
  }
>()("@callsheet/media/Sonarr") {
  static readonly layerNoDeps = ({
    baseUrl,
    secret
  }: ServiceConfig.Access): Layer.Layer<Sonarr, never, HttpClient.HttpClient> =>
    Layer.effect(
      Sonarr,
      Effect.gen(function* () {
        const { get } = yield* ServiceClient.make({
          service: "sonarr",
          name: "Sonarr",
          baseUrl,
          variables: { baseUrl: "SONARR_BASE_URL", secret: "SONARR_API_KEY" },
          authorize: HttpClientRequest.setHeader("X-Api-Key", Redacted.value(secret)),
          notFound: ArrQueue.notFound
        })

        const status = get(endpoints.status, Schema.Struct({ version: text }))
        const queue = get(endpoints.queue, ArrQueue.page(QueueRecord))

        return Sonarr.of({
          queue: ArrQueue.all(queue, { includeSeries: true, includeEpisode: true, includeUnknownSeriesItems: true }),
          version: Effect.map(status(), ({ version = null }) => ({ name: "Sonarr", version }) as const)
        })
      })
    )

  /** From `SONARR_BASE_URL` and `SONARR_API_KEY`. */
  static readonly layerConfig: Layer.Layer<Sonarr, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.sonarr, "SONARR_BASE_URL"), Sonarr.layerNoDeps)
  )
}
