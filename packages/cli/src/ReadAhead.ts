/**
 * ReadAhead: what a household's questions need, read before they are asked: for as long as a process lasts, or once.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as MediaServices from "@callsheet/media/MediaServices"
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Layer from "effect/Layer"

import * as HttpPool from "./HttpPool.ts"
import * as Settings from "./Settings.ts"

/** At once and by a schedule, beside the clients of a process that answers more than one question (`Composition.lasting`). */
export const schedule = Layer.provide(WarmUp.layerSchedule, MediaServices.layerConfig)

/** What reads ahead once, and what remembers it. */
export const once = (settings: Settings.Settings) =>
  Layer.provide(WarmUp.layer, MediaServices.layerConfig).pipe(
    Layer.provideMerge(Cache.layerConfig),
    Layer.provide(HttpPool.layer),
    Layer.provide(Settings.layer(settings))
  )
