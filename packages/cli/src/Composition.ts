/**
 * Composition: where the program's layers meet. Chooses model and services from the settings; knows no command.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as CacheConfig from "@callsheet/cache/CacheConfig"
import { Identity } from "@callsheet/core/Identity"
import { Facts } from "@callsheet/media/Facts"
import * as MediaServices from "@callsheet/media/MediaServices"
import * as MediaToolkit from "@callsheet/media/MediaToolkit"
import { MediaRouter } from "@callsheet/media/route/MediaRouter"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as Wire from "@callsheet/openai/Wire"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

import { failed } from "./ExitError.ts"
import * as HttpPool from "./HttpPool.ts"
import * as Settings from "./Settings.ts"

export type ModelChoice = "offline" | "openai"

/** What a question will be answered with. */
export interface Choice {
  readonly model: ModelChoice
  /** A model is configured, whether chosen or not. */
  readonly hasModel: boolean
  /** Demo services stand in for the household's: none is configured. */
  readonly isDemo: boolean
}

/** Half of what a service needs counts too, so that a slip never looks like a wish for the demo. */
const serviceKeys = Settings.keys.flatMap(({ name }) => (/^(PLEX|RADARR|SONARR|TMDB)_/.test(name) ? [name] : []))

export const choose = (settings: Settings.Settings, asked: ModelChoice | undefined): Choice => {
  const hasModel = Settings.isSet(settings, "OPENAI_API_KEY", "OPENAI_BASE_URL")
  return {
    model: asked ?? (hasModel ? "openai" : "offline"),
    hasModel,
    isDemo: !Settings.isSet(settings, ...serviceKeys)
  }
}

/** What stands in for something real, in one sentence; undefined where nothing does. */
export const notice = ({ hasModel, isDemo, model }: Choice): string | undefined => {
  if (model === "openai") {
    return isDemo ? "No service is configured: demo services answer (see: callsheet doctor)." : undefined
  }
  if (hasModel) {
    const what = isDemo
      ? "demo services and a stand-in that follows written rules answer"
      : "a stand-in answers, which only follows written rules"
    return `The configured model is not asked (--model offline): ${what}.`
  }
  return isDemo
    ? "Nothing is configured: demo services and a stand-in model that follows written rules answer (see: callsheet doctor)."
    : "No model is configured: a stand-in answers, which only follows written rules (set OPENAI_API_KEY)."
}

/** Keys that point at stand-ins started within this process, for as long as the scope is open. */
const standIns = Effect.fnUntraced(function* ({ isDemo, model }: Choice) {
  if (!isDemo && model !== "offline") return {}
  // Loaded only where something stands in: a configured program needs none of it.
  const StandIns = yield* Effect.promise(() => import("./StandIns.ts"))
  return {
    ...(isDemo ? yield* StandIns.services("measured") : {}),
    ...(model === "offline" ? yield* StandIns.model(StandIns.hosted) : {})
  }
})

/**
 * What is exported where an endpoint is configured, below the services, and what looks at them for it, above. The SDK is loaded
 * only then: it is half of the program's modules.
 */
const telemetry = Effect.fnUntraced(function* (settings: Settings.Settings) {
  const endpoint = yield* Settings.collector(settings)
  if (endpoint === undefined) return { below: Layer.empty, above: Layer.empty }
  const Telemetry = yield* Effect.promise(() => import("./Telemetry.ts"))
  const { ServiceMetrics } = yield* Effect.promise(() => import("@callsheet/core/explain/ServiceMetrics"))
  return { below: Telemetry.layer(endpoint), above: ServiceMetrics.layer }
})

/**
 * What runs taught, where it outlives the process: one question learns nothing for itself. Loaded only then. Of demo services
 * nothing is learned.
 */
const learned = Effect.fnUntraced(function* (settings: Settings.Settings, { isDemo }: Choice) {
  if (isDemo || !Settings.isSet(settings, "CALLSHEET_STATE")) return undefined
  const { Habits } = yield* Effect.promise(() => import("@callsheet/core/foresee/Habits"))
  const { Estimates } = yield* Effect.promise(() => import("@callsheet/core/explain/Estimates"))
  const State = yield* Effect.promise(() => import("./State.ts"))
  const NodePath = yield* Effect.promise(() => import("@effect/platform-node/NodePath"))
  const files = Layer.merge(NodeFileSystem.layer, NodePath.layer)
  return Layer.provide(
    Layer.merge(Habits.layer, Estimates.layer),
    Layer.provide(State.layer, [files, Settings.layer(settings)])
  )
})

/** How long runs take, known as long as this process lives. */
const estimatesMemory = Effect.map(
  Effect.promise(() => import("@callsheet/core/explain/Estimates")),
  ({ Estimates }) => Estimates.layerMemory
)

/** Tools of MCP servers. Loaded only where some are configured. */
const extraTools = Effect.fnUntraced(function* (settings: Settings.Settings) {
  if (!Settings.isSet(settings, "CALLSHEET_MCP_SERVERS")) return Layer.empty
  const McpServers = yield* Effect.promise(() => import("./McpServers.ts"))
  return McpServers.layer(settings)
})

/** What remembers. Demo services begin anew with each process, and so does what is remembered of them. */
const cacheOf = ({ isDemo }: Choice): Layer.Layer<Cache, Config.ConfigError> =>
  isDemo ? Layer.unwrap(Effect.as(CacheConfig.config, Cache.layerMemory())) : Cache.layerConfig

/** What runs beside the clients, over the same services and what is remembered of them. */
type Beside = Layer.Layer<never, Config.ConfigError, Cache | HttpClient.HttpClient>

/** The model, the router and the tools that `settings` name with `overrides` in front, over one pool of connections, and `cache`. */
export const clients = (
  settings: Settings.Settings,
  overrides: Readonly<Record<string, string>>,
  cache: Layer.Layer<Cache, Config.ConfigError>,
  beside: Beside = Layer.empty
) =>
  Layer.mergeAll(
    beside,
    // The wire to the model is laid while the question is looked at.
    Layer.provide(OpenAiModel.layerConfig, Wire.layerWarm),
    Layer.provide(
      Layer.mergeAll(MediaToolkit.MediaToolkit.layer, MediaRouter.layer, Facts.layer),
      MediaServices.layerConfig
    ),
    Layer.effect(Identity, MediaServices.identity)
  ).pipe(Layer.provideMerge(cache), Layer.provide(HttpPool.layer), Layer.provide(Settings.layer(settings, overrides)))

/**
 * The model and the tools that `settings` and `choice` name, for one question. Fails where a service is set up by half.
 */
export const layer = (settings: Settings.Settings, choice: Choice) =>
  composed(settings, choice, Layer.empty, Effect.succeed(Layer.empty))

/** The same for a process that answers more than one question: its wires stay warm, and what is needed most is read ahead. */
export const lasting = (settings: Settings.Settings, choice: Choice) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./ReadAhead.ts")),
      ({ schedule }) => Layer.provide(composed(settings, choice, schedule, estimatesMemory), Wire.layerWarm)
    )
  )

/** `unlearned` is there where nothing that runs taught outlives the process. */
const composed = (
  settings: Settings.Settings,
  choice: Choice,
  beside: Beside,
  unlearned: Effect.Effect<Layer.Layer<never>>
) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const [problem] = Settings.missingAddresses(settings)
      if (problem !== undefined) return yield* failed(problem)
      const { above, below } = yield* telemetry(settings)
      const all = clients(settings, yield* standIns(choice), cacheOf(choice), beside)
      return above.pipe(
        Layer.provideMerge(yield* extraTools(settings)),
        Layer.provideMerge(Layer.merge(all, (yield* learned(settings, choice)) ?? (yield* unlearned))),
        Layer.provideMerge(below)
      )
    })
  )
