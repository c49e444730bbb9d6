/**
 * MediaServices: the services that the configuration sets up, their reads remembered.
 */
import type { Cache } from "@callsheet/cache/Cache"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

import * as Library from "./Library.ts"
import * as PlexReads from "./PlexReads.ts"
import * as RadarrReads from "./RadarrReads.ts"
import * as ReadRules from "./ReadRules.ts"
import * as ServiceConfig from "./ServiceConfig.ts"
import * as SonarrReads from "./SonarrReads.ts"
import * as TmdbReads from "./TmdbReads.ts"

type Services = Layer.Layer<never, never, HttpClient.HttpClient | Cache>

/**
 * Whichever of `Plex`, `Library`, `Tmdb`, `Radarr` and `Sonarr` are set up: which ones is known only when it is built, so
 * whoever uses them asks the context. Fails where one is set up by half.
 */
export const layerConfig: Layer.Layer<never, Config.ConfigError, HttpClient.HttpClient | Cache> = Layer.unwrap(
  Effect.map(ServiceConfig.services, ({ plex, radarr, sonarr, tmdb }) => {
    const services: ReadonlyArray<Option.Option<Services>> = [
      Option.map(plex, (access) => Layer.merge(Library.Library.layerNoDeps(access), PlexReads.layer(access))),
      Option.map(tmdb, TmdbReads.layer),
      Option.map(radarr, RadarrReads.layer),
      Option.map(sonarr, SonarrReads.layer)
    ]
    return services.flatMap(Option.toArray).reduce((all: Services, service) => Layer.merge(all, service), Layer.empty)
  })
)

/** Whose services these are, for what is remembered of all of them together, such as answers. */
export const identity: Config.Config<Redacted.Redacted> = Config.map(
  ServiceConfig.services,
  ({ plex, radarr, sonarr, tmdb }) => {
    const households = [plex, radarr, sonarr].map(Option.map(ReadRules.household))
    const parts = [...households, Option.map(tmdb, ReadRules.catalogue)].map(
      Option.match({ onNone: () => null, onSome: Redacted.value })
    )
    return Redacted.make(JSON.stringify(parts))
  }
)
