import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
/** The `MediaToolkit` of a household whose services are the demo's, set up as a program is: by its environment. */
import { ConfigProvider, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

import { MediaToolkit } from "../src/MediaToolkit.ts"

type Variables = Readonly<Record<string, string>>

/** The trailing slashes are what people write. */
const variables = Effect.map(DemoServices, ({ plex, radarr, sonarr, tmdb }): Variables => ({
  PLEX_BASE_URL: `${plex.baseUrl}/`,
  PLEX_TOKEN: plex.token,
  TMDB_BASE_URL: tmdb.baseUrl,
  TMDB_API_KEY: tmdb.apiKey,
  RADARR_BASE_URL: `${radarr.baseUrl}/`,
  RADARR_API_KEY: radarr.apiKey,
  SONARR_BASE_URL: sonarr.baseUrl,
  SONARR_API_KEY: sonarr.apiKey
}))

/** What every layer of the package reads its services from, with `changes`. */
export const environment = (changes: Variables = {}) =>
  Layer.unwrap(
    Effect.map(variables, (env) => ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ...env, ...changes } })))
  )

export const layer = (changes?: Variables) =>
  Layer.provide(MediaToolkit.layerConfig, [environment(changes), FetchHttpClient.layer])
