/**
 * Library: what the household owns, by TMDb id.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { type MediaError, rejected } from "./MediaError.ts"
import { type Item, type ItemPage, type ItemQuery, Plex, type Section } from "./Plex.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"
import { Kind } from "./Title.ts"

const Holding = Schema.Struct({ ratingKey: Schema.String, watched: Schema.Boolean })
type Holding = typeof Holding.Type

/** By TMDb id, of one kind: films and series share numbers. */
const OwnershipIndex = Schema.ReadonlyMap(Schema.Finite, Holding)
export type OwnershipIndex = typeof OwnershipIndex.Type

const pageSize = 300

export class Library extends Context.Service<
  Library,
  {
    /**
     * All films or all series of the library.
     *
     * **Details**
     *
     * Made of every library of the kind; pages after the first come four at a time. Remembered as long as the pages behind it
     * are fresh, and no longer. Of two copies of a film a watched one counts.
     */
    index(kind: Kind): Effect.Effect<OwnershipIndex, MediaError>
  }
>()("@callsheet/media/Library") {
  /** `access` is that of the `Plex` in the context: it says whose library it is. */
  static readonly layerNoDeps = (access: Access): Layer.Layer<Library, never, Plex | Cache> =>
    Layer.effect(
      Library,
      Effect.gen(function* () {
        const cache = yield* Cache
        const plex = yield* Plex
        const lookup = Effect.fn("Library.index")(function* (kind: Kind) {
          const sections = sectionsOf(yield* plex.sections, kind)
          const items = yield* Effect.forEach(sections, (section) => allItems(plex, section, slim), { concurrency: 4 })
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
        return Library.of({ index: (kind) => cache.read(index, { kind }) })
      })
    )
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

/** What the index does not look at is most of an item's weight. */
const slim = { excludeElements: "Media,Genre,Country,Director,Writer,Role", excludeFields: "summary,tagline" }

/** The libraries of a kind; music and photos are of none. */
export const sectionsOf = (sections: ReadonlyArray<Section>, kind: Kind): ReadonlyArray<Section> =>
  sections.filter(({ type }) => type === (kind === "movie" ? "movie" : "show"))

/** Every item of a library that `filter` lets through, in Plex's order. */
export const allItems = Effect.fnUntraced(function* (
  plex: Plex["Service"],
  section: Section,
  filter: NonNullable<ItemQuery["filter"]>
) {
  const page = (start: number): Effect.Effect<ItemPage, MediaError> =>
    plex.items(section.key, { start, size: pageSize, filter })
  const first = yield* page(0)
  const starts = Array.range(1, Math.ceil(first.total / pageSize) - 1).map((number) => number * pageSize)
  const rest = yield* Effect.forEach(first.total > pageSize ? starts : [], page, { concurrency: 4 })
  return [first, ...rest].flatMap(({ items }) => items)
})

/** From the item's `Guid` list; null for what Plex could not match, such as home videos. */
export const tmdbIdOf = (item: Item): number | null => {
  const guid = item.Guid?.find(({ id }) => id.startsWith("tmdb://"))
  return guid === undefined ? null : Number(guid.id.slice("tmdb://".length))
}

export const isWatched = (item: Item): boolean =>
  item.leafCount === undefined
    ? (item.viewCount ?? 0) > 0
    : item.leafCount > 0 && (item.viewedLeafCount ?? 0) >= item.leafCount
