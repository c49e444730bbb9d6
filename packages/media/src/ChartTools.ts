/**
 * ChartTools: the lists that TMDb keeps by itself: what is talked about, what is best, what comes.
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
import { Kind, Title } from "./Title.ts"
import { Chart, kindOf, Tmdb } from "./Tmdb.ts"
import type { Entry } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

/** `total` is TMDb's count; with `owned`, see `Paging.collect`. */
export const TrendingTitles = Tool.make("trending_titles", {
  description: "What is trending, popular or top rated, films in cinemas or to come, series airing now, owned or not.",
  parameters: Schema.Struct({
    list: Chart.annotate({ description: "upcoming, now_playing: films; on_the_air, airing_today: series" }),
    kind: Schema.optionalKey(Kind.annotate({ description: "default as the list has it, else movie" })),
    owned: Parameters.owned,
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: List.list(
    Schema.Struct({
      ...Title.fields,
      /** ISO date; of a series, the first broadcast. */
      releasedOn: Schema.NullOr(Schema.String)
    })
  ),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "What is trending or popular this week?",
    "Which films are in cinemas right now?",
    "What is coming to theaters soon?",
    "Which series are airing today?",
    "The top rated films of all time"
  ])

export const ChartTools = Toolkit.make(TrendingTitles)

export const ChartToolsLayer = ChartTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const trending = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof TrendingTitles>) {
      const { detail, list, owned } = parameters
      const kind = parameters.kind ?? kindOf(list)
      const from = yield* Cursor.decode("trending_titles", "tmdb", parameters.cursor)
      const holdings = yield* Effect.cached(ownership(library, kind, owned !== undefined))
      const { found, names, titles } = yield* Effect.all(
        {
          titles: Paging.collect({
            read: (page) => tmdb.chart(kind, list, page),
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
          names: tmdb.genres(kind),
          found: holdings
        },
        { concurrency: 3 }
      )
      return {
        total: titles.total,
        items: titles.items.map((entry) => ({
          ...TmdbTitle.fromEntry(entry, names, { kind, detail, owned: found.index }),
          releasedOn: TmdbTitle.releasedOn(entry)
        })),
        nextCursor: titles.next && Cursor.encode("trending_titles", titles.next),
        ...(found.problem && { problem: found.problem })
      }
    })

    return ChartTools.of({ trending_titles: trending })
  })
)
