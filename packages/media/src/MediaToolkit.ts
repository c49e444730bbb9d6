/**
 * MediaToolkit: the tools of the services that are set up, ready to be called.
 */
import type { Cache } from "@callsheet/cache/Cache"
import type * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

import { AddTools, AddToolsLayer } from "./AddTools.ts"
import { DiscoveryTools, DiscoveryToolsLayer } from "./DiscoveryTools.ts"
import { DownloadTools, DownloadToolsLayer } from "./DownloadTools.ts"
import { LibraryTools, LibraryToolsLayer } from "./LibraryTools.ts"
import * as MediaServices from "./MediaServices.ts"
import { PeopleTools, PeopleToolsLayer } from "./PeopleTools.ts"
import { Plex } from "./Plex.ts"
import { Radarr } from "./Radarr.ts"
import * as Renderers from "./route/Renderers.ts"
import { withoutBlanks } from "./route/Worded.ts"
import { Sonarr } from "./Sonarr.ts"
import { TitleTools, TitleToolsLayer } from "./TitleTools.ts"
import { Tmdb } from "./Tmdb.ts"

/**
 * A toolkit with just the tools whose services are there.
 *
 * **Details**
 *
 * Plex: `library_search`, `on_deck`. TMDb: `search_titles`, `title_details`, `person_filmography`, `discover_titles`,
 * `recommend_titles`. Radarr or Sonarr: `download_queue`. Radarr: `add_movie`. All but `add_movie` only read.
 *
 * A parameter that is null or "" counts as absent: models write both for what they leave out, and neither means anything
 * to any of these tools.
 */
export class MediaToolkit extends Context.Service<MediaToolkit, Toolkit.WithHandler<Record<string, Tool.Any>>>()(
  "@callsheet/media/MediaToolkit"
) {
  /**
   * From whichever of `Plex`, `Library`, `Tmdb`, `Radarr` and `Sonarr` the context holds; so it is built anew for each. What
   * is owned is known where there is a `Library`.
   */
  static readonly layer: Layer.Layer<MediaToolkit> = Layer.fresh(
    Layer.unwrap(
      Effect.gen(function* () {
        const plex = Option.map(yield* Effect.serviceOption(Plex), Layer.succeed(Plex))
        const tmdb = Option.map(yield* Effect.serviceOption(Tmdb), Layer.succeed(Tmdb))
        const radarr = Option.map(yield* Effect.serviceOption(Radarr), Layer.succeed(Radarr))
        const sonarr = Option.map(yield* Effect.serviceOption(Sonarr), Layer.succeed(Sonarr))

        const groups: ReadonlyArray<Option.Option<Group>> = [
          Option.map(plex, (plex) => group(LibraryTools, Layer.provide(LibraryToolsLayer, plex))),
          Option.map(tmdb, (tmdb) => group(TitleTools, Layer.provide(TitleToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(PeopleTools, Layer.provide(PeopleToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(DiscoveryTools, Layer.provide(DiscoveryToolsLayer, tmdb))),
          Option.map(
            Option.orElse(radarr, (): Option.Option<unknown> => sonarr),
            () => group(DownloadTools, DownloadToolsLayer)
          ),
          Option.map(radarr, (radarr) => group(AddTools, Layer.provide(AddToolsLayer, radarr)))
        ]
        const present = groups.flatMap(Option.toArray)
        const toolkit = Toolkit.make(...present.flatMap(({ tools }) => tools))
        const handlers = present.reduce((all, { layer }) => Layer.merge(all, layer), toolkit.toLayer({}))
        return Layer.effect(MediaToolkit, Effect.map(toolkit, blanksAbsent)).pipe(Layer.provide(handlers))
      })
    )
  )

  /** From the services that the configuration sets up (`MediaServices`); fails where one is set up by half. */
  static readonly layerConfig: Layer.Layer<MediaToolkit, Config.ConfigError, HttpClient.HttpClient | Cache> =
    Layer.provide(MediaToolkit.layer, MediaServices.layerConfig)
}

type Handlers = Tool.HandlersFor<Record<string, Tool.Any>>

interface Group {
  readonly tools: ReadonlyArray<Tool.Any>
  readonly layer: Layer.Layer<Handlers>
}

/** Renderers are put on here, since they know the tools. */
const group = (kit: Toolkit.Any, layer: Layer.Layer<Handlers>): Group => ({
  tools: Object.values(kit.tools).map(Renderers.annotate),
  layer
})

const blanksAbsent = (
  toolkit: Toolkit.WithHandler<Record<string, Tool.Any>>
): Toolkit.WithHandler<Record<string, Tool.Any>> => ({
  tools: toolkit.tools,
  handle: (name, parameters, toolCallId, options) =>
    toolkit.handle(name, Predicate.isObject(parameters) ? withoutBlanks(parameters) : parameters, toolCallId, options)
})
