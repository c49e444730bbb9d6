/**
 * DemoServices: the four services of a household on loopback ports, faithful enough that the real clients cannot tell.
 * They answer from `DemoLibrary` and remember writes until the layer is released.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { radarrApp } from "./arr/RadarrApp.ts"
import { sonarrApp } from "./arr/SonarrApp.ts"
import type { DemoApp } from "./DemoApp.ts"
import { delayMillis } from "./DemoDelay.ts"
import { type DemoExchange, serve } from "./DemoServer.ts"
import { plexApp } from "./plex/PlexApp.ts"
import { tmdbApp } from "./tmdb/TmdbApp.ts"

export interface DemoServicesOptions {
  /**
   * `measured` (the default) waits before each answer as long as such a service was seen to take; `none` answers at
   * once. Waiting goes by `Clock`: under a test clock choose `none`.
   */
  readonly delays?: "measured" | "none"
  /** Which delays `measured` draws; the library is the same for every seed. Default 1. */
  readonly seed?: number
}

const plexToken = "demo-plex-token"
const tmdbKey = "demo-tmdb-key"
const radarrKey = "demo-radarr-key"
const sonarrKey = "demo-sonarr-key"

export class DemoServices extends Context.Service<
  DemoServices,
  {
    /** Base URLs are origins without a trailing slash; clients add `/library/...`, `/3/...`, `/api/v3/...`. */
    readonly plex: { readonly baseUrl: string; readonly token: string }
    readonly tmdb: { readonly baseUrl: string; readonly apiKey: string }
    readonly radarr: { readonly baseUrl: string; readonly apiKey: string }
    readonly sonarr: { readonly baseUrl: string; readonly apiKey: string }
    /** What was asked of all four so far, in the order in which it was answered. */
    readonly requests: Effect.Effect<ReadonlyArray<DemoExchange>>
  }
>()("@callsheet/testkit/DemoServices") {
  /** Four servers on 127.0.0.1, at ports that the system chooses. Fails if it has no port to give. */
  static readonly layer = (options: DemoServicesOptions = {}) =>
    Layer.effect(
      DemoServices,
      Effect.gen(function* () {
        const exchanges: Array<DemoExchange> = []
        const seed = options.seed ?? 1
        const start = (app: DemoApp) =>
          serve(app, {
            delayMillis: (method, path, query) =>
              options.delays === "none" ? 0 : delayMillis(seed, app.service, method, path, query),
            record: (exchange) => Effect.sync(() => void exchanges.push(exchange))
          })
        return DemoServices.of({
          plex: { baseUrl: yield* start(plexApp(plexToken)), token: plexToken },
          tmdb: { baseUrl: yield* start(tmdbApp(tmdbKey)), apiKey: tmdbKey },
          radarr: { baseUrl: yield* start(radarrApp(radarrKey)), apiKey: radarrKey },
          sonarr: { baseUrl: yield* start(sonarrApp(sonarrKey)), apiKey: sonarrKey },
          requests: Effect.sync(() => exchanges.slice())
        })
      })
    )
}
