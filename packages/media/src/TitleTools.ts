/**
 * TitleTools: titles by name, and everything about one title.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import { Library, ownership } from "./Library.ts"
import * as List from "./List.ts"
import { MediaError } from "./MediaError.ts"
import * as Paging from "./Paging.ts"
import * as Parameters from "./Parameters.ts"
import { isNamed, Kind, Title } from "./Title.ts"
import { Tmdb } from "./Tmdb.ts"
import type { Entry } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

/** Without `kind`, films and series are counted together in `total`. */
export const SearchTitles = Tool.make("search_titles", {
  description: "Find films and series by title, in the library or not; best match first.",
  parameters: Schema.Struct({
    query: Schema.String.annotate({ description: "Title or part of it" }),
    kind: Schema.optionalKey(Kind.annotate({ description: "default both" })),
    year: Schema.optionalKey(Parameters.Integer),
    limit: Parameters.limit(50, 10),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: List.list(Title),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Search for Solaris",
    "Look up a film called Solaris",
    "Find the series Dark",
    "Is there a sequel to Solaris?"
  ])

export const TitleDetails = Tool.make("title_details", {
  description: "One title in full: overview, runtime, directors (a series: its creators), cast, release date.",
  parameters: Schema.Struct({
    tmdbId: Parameters.Integer,
    kind: Parameters.kind
  }),
  success: Schema.Struct({
    ...Title.fields,
    overview: Schema.String,
    runtimeMinutes: Schema.NullOr(Schema.Finite),
    directors: Schema.Array(Schema.String),
    /** The first ten. */
    cast: Schema.Array(Schema.String),
    /** ISO date; of a series, the first broadcast. */
    releasedOn: Schema.NullOr(Schema.String),
    /** Why inLibrary and watched are unknown, where Plex failed. */
    problem: Schema.optionalKey(Schema.String)
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Who directed Solaris?",
    "Who plays in it?",
    "How long is it?",
    "When was it released?",
    "What is it about?"
  ])

export const TitleTools = Toolkit.make(SearchTitles, TitleDetails)

export const TitleToolsLayer = TitleTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const search = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof SearchTitles>) {
      const { detail, query, year } = parameters
      const from = yield* Cursor.decode("search_titles", "tmdb", parameters.cursor)
      const kinds: ReadonlyArray<Kind> = parameters.kind ? [parameters.kind] : ["movie", "series"]

      const page = Effect.fnUntraced(function* (page: number) {
        const lists = yield* Effect.forEach(kinds, (kind) => tmdb.search(kind, { query, year, page }), {
          concurrency: 2
        })
        const found = lists.flatMap(({ items }, index) =>
          items.map((entry) => ({ entry, kind: kinds[index] ?? "movie" }))
        )
        return {
          items: kinds.length === 1 ? found : found.toSorted(byMatch(query)),
          total: lists.reduce((sum, { total }) => sum + total, 0),
          pages: Math.max(...lists.map(({ pages }) => pages))
        }
      })
      const { contexts, titles } = yield* Effect.all(
        {
          titles: Paging.collect({
            read: page,
            keyOf: ({ entry, kind }) => `${kind} ${entry.id}`,
            from,
            limit: Parameters.within(parameters.limit, 50, 10)
          }),
          contexts: Effect.forEach(
            kinds,
            (kind) =>
              Effect.all([tmdb.genres(kind), ownership(library, kind, false)], { concurrency: 2 }).pipe(
                Effect.map(([genres, owned]) => ({ kind, genres, owned }))
              ),
            { concurrency: 2 }
          )
        },
        { concurrency: 2 }
      )
      const problem = contexts.find(({ owned }) => owned.problem)?.owned.problem
      return {
        total: titles.total,
        items: titles.items.flatMap(({ entry, kind }) =>
          contexts
            .filter((context) => context.kind === kind)
            .map(({ genres, owned }) => TmdbTitle.fromEntry(entry, genres, { kind, detail, owned: owned.index }))
        ),
        nextCursor: titles.next && Cursor.encode("search_titles", titles.next),
        ...(problem && { problem })
      }
    })

    const details = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof TitleDetails>) {
      const { kind = "movie", tmdbId } = parameters
      const [record, { index: owned, problem }] = yield* Effect.all(
        [tmdb.details(kind, tmdbId), ownership(library, kind, false)],
        { concurrency: 2 }
      )
      const directors = record.credits?.crew?.filter(({ job }) => job === "Director") ?? []
      const makers = kind === "movie" ? directors : [...(record.created_by ?? []), ...directors]
      return {
        ...TmdbTitle.fromDetails(record, { kind, detail: "full", owned }),
        overview: record.overview ?? "",
        runtimeMinutes: record.runtime || record.episode_run_time?.[0] || null,
        directors: [...new Set(makers.map(({ name }) => name))],
        cast: (record.credits?.cast ?? []).slice(0, 10).map(({ name }) => name),
        releasedOn: TmdbTitle.releasedOn(record),
        ...(problem && { problem })
      }
    })

    return TitleTools.of({ search_titles: search, title_details: details })
  })
)

/** TMDb ranks each kind by itself: of both together, exact titles come first, then the better known. */
const byMatch =
  (query: string) =>
  ({ entry: a }: { readonly entry: Entry }, { entry: b }: { readonly entry: Entry }): number => {
    const exact = (entry: Entry) => Number(isNamed(entry.title ?? entry.name ?? "", query))
    return exact(b) - exact(a) || (b.popularity ?? 0) - (a.popularity ?? 0)
  }
