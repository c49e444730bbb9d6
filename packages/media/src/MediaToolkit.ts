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

import { ActivityTools, ActivityToolsLayer } from "./ActivityTools.ts"
import { AddSeriesTools, AddSeriesToolsLayer } from "./AddSeriesTools.ts"
import { AddTools, AddToolsLayer } from "./AddTools.ts"
import { ChartTools, ChartToolsLayer } from "./ChartTools.ts"
import { ClearingTools, ClearingToolsLayer } from "./ClearingTools.ts"
import { CollectionTools, CollectionToolsLayer } from "./CollectionTools.ts"
import { DiscoveryTools, DiscoveryToolsLayer } from "./DiscoveryTools.ts"
import { DownloadTools, DownloadToolsLayer } from "./DownloadTools.ts"
import { EditTools, EditToolsLayer } from "./EditTools.ts"
import { HistoryTools, HistoryToolsLayer } from "./HistoryTools.ts"
import { ItemTools, ItemToolsLayer } from "./ItemTools.ts"
import { LibraryTools, LibraryToolsLayer } from "./LibraryTools.ts"
import { ManagedTools, ManagedToolsLayer } from "./ManagedTools.ts"
import * as MediaServices from "./MediaServices.ts"
import { MonitoringTools, MonitoringToolsLayer } from "./MonitoringTools.ts"
import { OverviewTools, OverviewToolsLayer } from "./OverviewTools.ts"
import { PeopleTools, PeopleToolsLayer } from "./PeopleTools.ts"
import { PersonTools, PersonToolsLayer } from "./PersonTools.ts"
import { Plex } from "./Plex.ts"
import { Radarr } from "./Radarr.ts"
import { RateTools, RateToolsLayer } from "./RateTools.ts"
import { ReleaseTools, ReleaseToolsLayer } from "./ReleaseTools.ts"
import * as Renderers from "./route/Renderers.ts"
import { withoutBlanks } from "./route/Worded.ts"
import { SeriesTools, SeriesToolsLayer } from "./SeriesTools.ts"
import { ServiceTools, ServiceToolsLayer } from "./ServiceTools.ts"
import { ShelfTools, ShelfToolsLayer } from "./ShelfTools.ts"
import { Sonarr } from "./Sonarr.ts"
import { TitleTools, TitleToolsLayer } from "./TitleTools.ts"
import { Tmdb } from "./Tmdb.ts"
import { WatchTools, WatchToolsLayer } from "./WatchTools.ts"

/**
 * A toolkit with just the tools whose services are there.
 *
 * **Details**
 *
 * Plex: `library_search`, `on_deck`, `library_item`, `similar_in_library`, `library_overview`, `library_collections`,
 * `playlists`, `now_playing`, `watch_history`, and to write `rate_title`. TMDb: `search_titles`, `title_details`,
 * `person_filmography`, `discover_titles`, `recommend_titles`, `trending_titles`, `person_details`, `collection_titles`,
 * `where_to_watch`. Radarr or Sonarr: `download_queue`, `download_history`, `blocklist`, `release_calendar`, `wanted_titles`,
 * `managed_titles`, `media_health`, `download_options`, and to write `remove_download`, `unblock_releases`,
 * `change_monitoring`, `search_downloads`, `edit_title`, `delete_title`. Radarr: `add_movie` (writes). Sonarr:
 * `series_episodes`, `add_series` (writes).
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
          Option.map(plex, (plex) => group(ItemTools, Layer.provide(ItemToolsLayer, plex))),
          Option.map(plex, (plex) => group(OverviewTools, Layer.provide(OverviewToolsLayer, plex))),
          Option.map(plex, (plex) => group(ShelfTools, Layer.provide(ShelfToolsLayer, plex))),
          Option.map(plex, (plex) => group(ActivityTools, Layer.provide(ActivityToolsLayer, plex))),
          Option.map(plex, (plex) => group(RateTools, Layer.provide(RateToolsLayer, plex))),
          Option.map(tmdb, (tmdb) => group(TitleTools, Layer.provide(TitleToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(PeopleTools, Layer.provide(PeopleToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(DiscoveryTools, Layer.provide(DiscoveryToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(ChartTools, Layer.provide(ChartToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(PersonTools, Layer.provide(PersonToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(CollectionTools, Layer.provide(CollectionToolsLayer, tmdb))),
          Option.map(tmdb, (tmdb) => group(WatchTools, Layer.provide(WatchToolsLayer, tmdb))),
          ...ofEither.map((group) =>
            Option.map(
              Option.orElse(radarr, (): Option.Option<unknown> => sonarr),
              () => group
            )
          ),
          Option.map(radarr, (radarr) => group(AddTools, Layer.provide(AddToolsLayer, radarr))),
          Option.map(sonarr, (sonarr) => group(SeriesTools, Layer.provide(SeriesToolsLayer, sonarr))),
          Option.map(sonarr, (sonarr) => group(AddSeriesTools, Layer.provide(AddSeriesToolsLayer, sonarr)))
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

/** Of Radarr and of Sonarr, whichever is there. */
const ofEither: ReadonlyArray<Group> = [
  group(DownloadTools, DownloadToolsLayer),
  group(HistoryTools, HistoryToolsLayer),
  group(ReleaseTools, ReleaseToolsLayer),
  group(ManagedTools, ManagedToolsLayer),
  group(ServiceTools, ServiceToolsLayer),
  group(ClearingTools, ClearingToolsLayer),
  group(MonitoringTools, MonitoringToolsLayer),
  group(EditTools, EditToolsLayer)
]

const blanksAbsent = (
  toolkit: Toolkit.WithHandler<Record<string, Tool.Any>>
): Toolkit.WithHandler<Record<string, Tool.Any>> => ({
  tools: toolkit.tools,
  handle: (name, parameters, toolCallId, options) =>
    toolkit.handle(name, Predicate.isObject(parameters) ? withoutBlanks(parameters) : parameters, toolCallId, options)
})
