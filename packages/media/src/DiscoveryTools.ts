/**
 * DiscoveryTools: finding titles by what they are, or by what they are like.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as Genres from "./Genres.ts"
import { Library, ownership } from "./Library.ts"
import * as List from "./List.ts"
import { MediaError } from "./MediaError.ts"
import * as Paging from "./Paging.ts"
import * as Parameters from "./Parameters.ts"
import { Title, yearOf } from "./Title.ts"
import { Tmdb } from "./Tmdb.ts"
import type { Entry } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

/** `total` is TMDb's count; with `owned`, see `Paging.collect`. */
export const DiscoverTitles = Tool.make("discover_titles", {
  description: "Find films or series by genre, years and rating among all that exist, owned or not.",
  parameters: Schema.Struct({
    kind: Parameters.kind,
    genres: Schema.optionalKey(
      Schema.Array(Schema.String).annotate({ description: 'All must match, e.g. ["Horror", "Comedy"]' })
    ),
    ...Parameters.years,
    minRating: Parameters.minRating,
    minVotes: Schema.optionalKey(Parameters.Integer),
    sort: Schema.optionalKey(
      Schema.Literals(["popularity", "rating", "newest"]).annotate({ description: "default popularity" })
    ),
    owned: Parameters.owned,
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: List.list(Title),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Popular comedies of the 90s",
    "The best rated series from 2019",
    "Find thrillers that I don't have",
    "The newest films on TMDb",
    "Something good for tonight"
  ])

/** `total` counts the titles that pass the filters among TMDb's two first pages of recommendations and of similar titles. */
export const RecommendTitles = Tool.make("recommend_titles", {
  description: "Titles like a given one, best first. Take its tmdbId from another tool's result.",
  parameters: Schema.Struct({
    tmdbId: Parameters.Integer,
    kind: Parameters.kind,
    ...Parameters.years,
    minRating: Parameters.minRating,
    owned: Parameters.owned,
    limit: Parameters.limit(40, 10),
    detail: Parameters.detail
  }),
  success: Schema.Struct({
    basedOn: Schema.Struct({ tmdbId: Schema.Int, title: Schema.String, year: Schema.NullOr(Schema.Int) }),
    ...List.list(Title).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Movies like Solaris",
    "Something similar to Dark",
    "Recommend a film",
    "What should we watch? We liked Solaris"
  ])

export const DiscoveryTools = Toolkit.make(DiscoverTitles, RecommendTitles)

/** All of these, however often and in whatever order they are named. */
const all = (ids: ReadonlyArray<number>): string => [...new Set(ids)].toSorted((a, b) => a - b).join(",")

/** So that a title rated ten by three people is not the best of all. */
const votesForRating = 200

export const DiscoveryToolsLayer = DiscoveryTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const discover = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof DiscoverTitles>) {
      const { detail, genres = [], kind = "movie", owned, sort = "popularity" } = parameters
      const from = yield* Cursor.decode("discover_titles", "tmdb", parameters.cursor)
      const known = yield* Effect.cached(tmdb.genres(kind))
      const holdings = yield* Effect.cached(ownership(library, kind, owned !== undefined))
      const today = DateTime.formatIsoDateUtc(yield* DateTime.now)

      const query = Effect.fnUntraced(function* () {
        const wanted = genres.length === 0 ? [] : yield* Genres.find("tmdb", genres, yield* known, ({ name }) => name)
        const date = kind === "movie" ? "primary_release_date" : "first_air_date"
        return {
          include_adult: false,
          sort_by: { popularity: "popularity.desc", rating: "vote_average.desc", newest: `${date}.desc` }[sort],
          with_genres: wanted.length === 0 ? undefined : all(wanted.flatMap(([genre]) => genre?.id ?? [])),
          [`${date}.gte`]: parameters.yearFrom && `${parameters.yearFrom}-01-01`,
          [`${date}.lte`]: parameters.yearTo ? `${parameters.yearTo}-12-31` : sort === "newest" ? today : undefined,
          "vote_average.gte": parameters.minRating,
          "vote_count.gte": parameters.minVotes ?? (sort === "rating" ? votesForRating : undefined)
        }
      })
      const upstream = yield* Effect.cached(query())

      const { found, names, titles } = yield* Effect.all(
        {
          titles: Paging.collect({
            read: (page) => Effect.flatMap(upstream, (query) => tmdb.discover(kind, { ...query, page })),
            keyOf: ({ id }) => id,
            from,
            limit: Parameters.within(parameters.limit, 100, 20),
            filter:
              owned === undefined
                ? undefined
                : Effect.map(
                    holdings,
                    ({ index }) =>
                      ({ id }: Entry) =>
                        (index?.has(id) ?? false) === owned
                  )
          }),
          names: known,
          found: holdings
        },
        { concurrency: 3 }
      )
      return {
        total: titles.total,
        items: titles.items.map((entry) => TmdbTitle.fromEntry(entry, names, { kind, detail, owned: found.index })),
        nextCursor: titles.next && Cursor.encode("discover_titles", titles.next),
        ...(found.problem && { problem: found.problem })
      }
    })

    const recommend = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof RecommendTitles>) {
      const { detail, kind = "movie", minRating = 0, owned, tmdbId, yearFrom = 0, yearTo = 9999 } = parameters
      const { base, found, lists, names } = yield* Effect.all(
        {
          base: tmdb.details(kind, tmdbId),
          lists: Effect.all(
            [
              tmdb.recommendations(kind, tmdbId, 1),
              tmdb.recommendations(kind, tmdbId, 2),
              tmdb.similar(kind, tmdbId, 1),
              tmdb.similar(kind, tmdbId, 2)
            ],
            { concurrency: 4 }
          ),
          names: tmdb.genres(kind),
          found: ownership(library, kind, owned !== undefined)
        },
        { concurrency: 4 }
      )
      const candidates = new Map(lists.flatMap(({ items }) => items).map((entry) => [entry.id, entry]))
      candidates.delete(tmdbId)
      const passing = [...candidates.values()].filter((entry) => {
        const year = yearOf(TmdbTitle.releasedOn(entry)) ?? 0
        return (
          year >= yearFrom &&
          year <= yearTo &&
          (entry.vote_average ?? 0) >= minRating &&
          (owned === undefined || (found.index?.has(entry.id) ?? false) === owned)
        )
      })
      return {
        basedOn: {
          tmdbId,
          title: base.title || base.name || "(untitled)",
          year: yearOf(TmdbTitle.releasedOn(base))
        },
        total: passing.length,
        items: passing
          .slice(0, Parameters.within(parameters.limit, 40, 10))
          .map((entry) => TmdbTitle.fromEntry(entry, names, { kind, detail, owned: found.index })),
        nextCursor: null,
        ...(found.problem && { problem: found.problem })
      }
    })

    return DiscoveryTools.of({ discover_titles: discover, recommend_titles: recommend })
  })
)
