/**
 * Library: what the household owns, by TMDb id.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { type MediaError, rejected } from "./MediaError.ts"
import { Plex } from "./Plex.ts"
import { isOfTmdb, type ListItem, type Section } from "./PlexRecords.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"
import { Kind } from "./Title.ts"

const Holding = Schema.Struct({ ratingKey: Schema.String, watched: Schema.Boolean })
type Holding = typeof Holding.Type

/** By TMDb id, of one kind: films and series share numbers. */
const OwnershipIndex = Schema.ReadonlyMap(Schema.Finite, Holding)
export type OwnershipIndex = typeof OwnershipIndex.Type

export class Library extends Context.Service<
  Library,
  {
    /**
     * All films or all series of the library.
     *
     * **Details**
     *
     * Made of every library of the kind, each as of one moment, and remembered as a whole. Of two copies of a film a watched
     * one counts.
     */
    index(kind: Kind): Effect.Effect<OwnershipIndex, MediaError>
    /** The same, where it is remembered and fresh. Never asks Plex. */
    known(kind: Kind): Effect.Effect<Option.Option<OwnershipIndex>>
  }
>()("@callsheet/media/Library") {
  /** The library of `access`, asked of Plex itself: of what is remembered of Plex, each part is of another moment. */
  static readonly layerNoDeps = (access: Access): Layer.Layer<Library, never, HttpClient.HttpClient | Cache> =>
    Layer.effect(
      Library,
      Effect.gen(function* () {
        const cache = yield* Cache
        const plex = yield* Plex
        const lookup = Effect.fn("Library.index")(function* (kind: Kind) {
          const sections = sectionsOf(yield* plex.sections, kind)
          const items = yield* Effect.forEach(sections, ({ key }) => plex.allItems(key, slim), { concurrency: 4 })
          const index = new Map<number, Holding>()
          for (const item of items.flat()) {
            const tmdbId = tmdbIdOf(item)
            if (tmdbId === null) continue
            const watched = isWatched(item) || index.get(tmdbId)?.watched === true
            index.set(tmdbId, { ratingKey: item.ratingKey, watched })
          }
          return index
        })
        const index = Read.make("plex/ownership", {
          version: 1,
          identity: ReadRules.household(access),
          argument: Schema.Struct({ kind: Kind }),
          result: OwnershipIndex,
          freshness: ReadRules.libraryFreshness,
          tags: ReadRules.tags("plex", "ownership"),
          lookup: ({ kind }) => lookup(kind)
        })
        return Library.of({
          index: (kind) => cache.read(index, { kind }),
          known: (kind) => Effect.orElseSucceed(cache.peek(index, { kind }), Option.none)
        })
      })
    ).pipe(Layer.provide(Plex.layerNoDeps(access)))
}

/**
 * What is owned, as far as it can be told: null without Plex, and with a named `problem` where Plex failed and the answer
 * is of use without it. Where it is `required`, both are failures.
 */
export const ownership = (
  library: Option.Option<Library["Service"]>,
  kind: Kind,
  required: boolean
): Effect.Effect<{ readonly index: OwnershipIndex | null; readonly problem?: string }, MediaError> => {
  if (Option.isNone(library)) {
    return required
      ? Effect.fail(
          rejected("plex", "`owned` needs Plex, which is not set up: leave `owned` out, or set PLEX_BASE_URL.")
        )
      : Effect.succeed({ index: null })
  }
  const read = Effect.map(library.value.index(kind), (index) => ({ index }))
  return required
    ? read
    : Effect.catchTag(read, "MediaError", (error) =>
        Effect.succeed({ index: null, problem: `${error.message} Until then inLibrary and watched are unknown.` })
      )
}

/** The index looks at no genres. */
const slim = { excludeElements: "Media,Genre,Country,Director,Writer,Role" }

/** The libraries of a kind; music and photos are of none. */
export const sectionsOf = (sections: ReadonlyArray<Section>, kind: Kind): ReadonlyArray<Section> =>
  sections.filter(({ type }) => type === (kind === "movie" ? "movie" : "show"))

/** From the item's `Guid` list; null for what Plex could not match, such as home videos. */
export const tmdbIdOf = (item: ListItem): number | null => {
  const guid = item.Guid?.find(isOfTmdb)
  return guid === undefined ? null : Number(guid.id.slice("tmdb://".length))
}

export const isWatched = (item: ListItem): boolean =>
  item.leafCount === undefined
    ? (item.viewCount ?? 0) > 0
    : item.leafCount > 0 && (item.viewedLeafCount ?? 0) >= item.leafCount
