/**
 * Composition: where the program's layers meet. Chooses model and services from the settings; knows no command.
 */
import * as MediaToolkit from "@callsheet/media/MediaToolkit"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Settings from "./Settings.ts"

export type ModelChoice = "offline" | "openai"

/** What a question will be answered with. */
export interface Choice {
  readonly model: ModelChoice
  /** Demo services stand in for the household's: none is configured. */
  readonly isDemo: boolean
}

const serviceKeys = ["PLEX_BASE_URL", "RADARR_BASE_URL", "SONARR_BASE_URL", "TMDB_API_KEY"]

export const choose = (settings: Settings.Settings, asked: ModelChoice | undefined): Choice => ({
  model: asked ?? (Settings.isSet(settings, "OPENAI_API_KEY", "OPENAI_BASE_URL") ? "openai" : "offline"),
  isDemo: !Settings.isSet(settings, ...serviceKeys)
})

/** What stands in for something real, in one sentence; undefined where nothing does. */
export const notice = ({ isDemo, model }: Choice): string | undefined => {
  if (model === "offline" && isDemo) {
    return "Nothing is configured: demo services and a stand-in model that follows written rules answer (see: callsheet doctor)."
  }
  if (model === "offline")
    return "No model is configured: a stand-in answers, which only follows written rules (set OPENAI_API_KEY)."
  return isDemo ? "No service is configured: demo services answer (see: callsheet doctor)." : undefined
}

/** Keys that point at stand-ins started within this process, for as long as the scope is open. */
const standIns = Effect.fnUntraced(function* ({ isDemo, model }: Choice) {
  if (!isDemo && model !== "offline") return {}
  // Loaded only where something stands in: a configured program needs none of it.
  const StandIns = yield* Effect.promise(() => import("./StandIns.ts"))
  return { ...(isDemo ? yield* StandIns.services : {}), ...(model === "offline" ? yield* StandIns.model : {}) }
})

/** Spans are exported where an endpoint is configured. The SDK is loaded only then: it is half of the program's modules. */
const telemetry = (settings: Settings.Settings) => {
  const endpoint = settings.values["OTEL_EXPORTER_OTLP_ENDPOINT"]
  if (endpoint === undefined) return Layer.empty
  return Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./Telemetry.ts")),
      ({ layer }) => layer(endpoint.value)
    )
  )
}

/** The model and the tools that `settings` and `choice` name, over one pool of connections. */
export const layer = (settings: Settings.Settings, choice: Choice) =>
  Layer.unwrap(
    Effect.map(standIns(choice), (overrides) =>
      Layer.merge(OpenAiModel.layerConfig, MediaToolkit.MediaToolkit.layerConfig).pipe(
        Layer.provide(NodeHttpClient.layerUndici),
        Layer.provide(Settings.layer(settings, overrides)),
        Layer.provideMerge(telemetry(settings))
      )
    )
  )
