/**
 * OverviewTools: the libraries of Plex, counted.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Footprint from "./Footprint.ts"
import { isWatched, sectionsOf } from "./Library.ts"
import { MediaError } from "./MediaError.ts"
import { Plex } from "./Plex.ts"
import type { ListItem, Section } from "./PlexRecords.ts"
import { Kind } from "./Title.ts"

const Group = Schema.Struct({ name: Schema.String, titles: Schema.Natural })

/** By genre a title counts once for each of its own. */
export const LibraryOverview = Tool.make("library_overview", {
  description: "How much the Plex library holds and how much of it was watched, by library.",
  parameters: Schema.Struct({
    kind: Schema.optionalKey(Kind.annotate({ description: "default both" })),
    by: Schema.optionalKey(Schema.Literals(["genre", "decade"]))
  }),
  success: Schema.Struct({
    titles: Schema.Natural,
    watched: Schema.Natural,
    libraries: Schema.Array(
      Schema.Struct({
        library: Schema.String,
        kind: Kind,
        titles: Schema.Natural,
        /** Series of which all episodes were. */
        watched: Schema.Natural,
        unwatched: Schema.Natural,
        /** Of series. */
        episodes: Schema.NullOr(Schema.Natural),
        watchedEpisodes: Schema.NullOr(Schema.Natural),
        /** Most titles first, or the latest decade. */
        groups: Schema.optionalKey(Schema.Array(Group))
      })
    )
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership"))
  .annotate(Annotations.Examples, [
    "How many films and series do we have?",
    "How much of our collection have we watched?",
    "How big is the Plex library?",
    "Count my films by genre or decade"
  ])

export const OverviewTools = Toolkit.make(LibraryOverview)

export const OverviewToolsLayer = OverviewTools.toLayer(
  Effect.gen(function* () {
    const plex = yield* Plex

    /** Plex counts: its lists name only an item's first genres, and its genres are those of all libraries together. */
    const byGenre = Effect.fnUntraced(function* ({ key }: Section, type: number) {
      const genres = yield* plex.tags("genre")
      const groups = yield* Effect.forEach(
        genres,
        ({ id, tag }) =>
          Effect.map(plex.items(key, { start: 0, size: 0, filter: { type, genre: id } }), ({ total }) => ({
            name: tag,
            titles: total
          })),
        { concurrency: 5 }
      )
      return groups.filter(({ titles }) => titles > 0).toSorted((a, b) => b.titles - a.titles)
    })

    const count = Effect.fnUntraced(function* (section: Section, kind: Kind, by: "genre" | "decade" | undefined) {
      const type = kind === "movie" ? 1 : 2
      const { genres, items } = yield* Effect.all(
        {
          // As `library_search` reads what it reads whole, so that it is remembered once.
          items: plex.allItems(section.key, { type, sort: "titleSort" }),
          genres: by === "genre" ? byGenre(section, type) : Effect.undefined
        },
        { concurrency: 2 }
      )
      const watched = items.filter(isWatched).length
      const isOfSeries = kind === "series"
      const groups = by === "decade" ? byDecade(items) : genres
      return {
        library: section.title ?? (isOfSeries ? "Series" : "Films"),
        kind,
        titles: items.length,
        watched,
        unwatched: items.length - watched,
        episodes: isOfSeries ? sum(items.map(({ leafCount = 0 }) => leafCount)) : null,
        watchedEpisodes: isOfSeries ? sum(items.map(({ viewedLeafCount = 0 }) => viewedLeafCount)) : null,
        ...(groups && { groups })
      }
    })

    const overview = Effect.fnUntraced(function* ({ by, kind }: Tool.Parameters<typeof LibraryOverview>) {
      const kinds: ReadonlyArray<Kind> = kind === undefined ? ["movie", "series"] : [kind]
      const sections = yield* plex.sections
      const libraries = yield* Effect.forEach(
        kinds.flatMap((kind) => sectionsOf(sections, kind).map((section) => ({ kind, section }))),
        ({ kind, section }) => count(section, kind, by),
        { concurrency: 2 }
      )
      return {
        titles: sum(libraries.map(({ titles }) => titles)),
        watched: sum(libraries.map(({ watched }) => watched)),
        libraries
      }
    })

    return OverviewTools.of({ library_overview: overview })
  })
)

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, number) => all + number, 0)

const byDecade = (items: ReadonlyArray<ListItem>) => {
  const counts = new Map<number, number>()
  for (const { year } of items) {
    if (year === undefined) continue
    const decade = Math.floor(year / 10) * 10
    counts.set(decade, (counts.get(decade) ?? 0) + 1)
  }
  return [...counts].toSorted(([a], [b]) => b - a).map(([decade, titles]) => ({ name: `${decade}s`, titles }))
}
