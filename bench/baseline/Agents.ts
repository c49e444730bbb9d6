/**
 * Agents: the household's assistant without what is known before the model speaks (`off`) and with all of it (`on`), and what
 * both find around them. The one place where the two differ.
 */
import { Cache, type Options } from "@callsheet/cache/Cache"
import * as Agent from "@callsheet/core/Agent"
import { makeUnsafe as makeWorth, Worth } from "@callsheet/core/foresee/Worth"
import { Identity } from "@callsheet/core/Identity"
import { bundles } from "@callsheet/media/Bundles"
import { Facts } from "@callsheet/media/Facts"
import { instructions } from "@callsheet/media/Instructions"
import * as MediaServices from "@callsheet/media/MediaServices"
import { MediaToolkit } from "@callsheet/media/MediaToolkit"
import { MediaRouter } from "@callsheet/media/route/MediaRouter"
import { WarmUp } from "@callsheet/media/WarmUp"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { Where } from "./Household.ts"

/** What they have in common. */
export const base = { name: "media", instructions, toolkit: MediaToolkit, policy: { resultBytes: 16_384 } }

export const off = Agent.make(base)

/** What it knows before the model speaks is said here, and what that needs is built by `household`. */
export const on = Agent.make({
  ...base,
  router: MediaRouter,
  facts: Effect.flatMap(Facts, ({ now }) => now),
  bundles
})

/** The wires: they stay open from run to run, as in a running process. */
export const wires = ({ model }: Where) =>
  Layer.merge(OpenAiModel.layerModelStream({ baseUrl: model, api: "responses" }), NodeHttpClient.layerUndici)

/** The tools with all that they remember: nothing, where it is built. */
export const household = ({ environment }: Pick<Where, "environment">, memory: Options = {}) =>
  Layer.mergeAll(
    Layer.provide(
      Layer.mergeAll(MediaToolkit.layer, MediaRouter.layer, Facts.layer, WarmUp.layer),
      MediaServices.layerConfig
    ),
    Layer.effect(Identity, MediaServices.identity),
    // Each household finds out for itself what guesses are worth.
    Layer.sync(Worth, makeWorth)
  ).pipe(
    Layer.provideMerge(Cache.layerMemory(memory)),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: environment })))
  )
