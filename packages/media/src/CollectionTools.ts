/**
 * CollectionTools: a series of films, as TMDb keeps them together, and what of it the household has.
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
import { MediaError, notFound, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { isNamed, Title } from "./Title.ts"
import { Tmdb } from "./Tmdb.ts"
import type { Collection } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

/** In order of release, what has no date last. `total` counts what passes `owned`. */
export const CollectionTitles = Tool.make("collection_titles", {
  description:
    "All films of a film series such as The Matrix in order, and which of them are in the library or missing.",
  parameters: Schema.Struct({
    name: Schema.optionalKey(Schema.String.annotate({ description: "of the film series" })),
    tmdbId: Schema.optionalKey(Parameters.Integer.annotate({ description: "of a film in it, instead of name" })),
    owned: Parameters.owned,
    limit: Parameters.limit(100, 50),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: Schema.Struct({
    collection: Schema.Struct({
      id: Schema.Int,
      name: Schema.String,
      films: Schema.Natural,
      /** Null where nobody can tell. */
      owned: Schema.NullOr(Schema.Natural)
    }),
    ...List.list(
      Schema.Struct({
        ...Title.fields,
        /** ISO date. */
        releasedOn: Schema.NullOr(Schema.String)
      })
    ).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Which Bond films are we missing?",
    "All parts of the saga in order",
    "How many films are there in the franchise?",
    "Is there a sequel or prequel?"
  ])

export const CollectionTools = Toolkit.make(CollectionTitles)

export const CollectionToolsLayer = CollectionTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const byFilm = Effect.fnUntraced(function* (tmdbId: number) {
      const { belongs_to_collection, title } = yield* tmdb.details("movie", tmdbId)
      return belongs_to_collection ?? (yield* notFound("tmdb", `${title ?? "This film"} is part of no film series.`))
    })
    const byName = Effect.fnUntraced(function* (name: string) {
      const found = bestMatch(name, yield* tmdb.searchCollection(name))
      return (
        found ?? (yield* notFound("tmdb", `TMDb knows no film series "${name}": try the tmdbId of one of its films.`))
      )
    })

    const titles = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof CollectionTitles>) {
      const { detail, name, owned, tmdbId } = parameters
      const { skip } = yield* Cursor.decode("collection_titles", "tmdb", parameters.cursor)
      const wanted =
        tmdbId !== undefined
          ? byFilm(tmdbId)
          : name !== undefined
            ? byName(name)
            : Effect.fail(rejected("tmdb", "Say which film series: pass its name, or the tmdbId of a film in it."))
      const [collection, names, found] = yield* Effect.all(
        [
          Effect.flatMap(wanted, ({ id }) => tmdb.collection(id)),
          tmdb.genres("movie"),
          ownership(library, "movie", owned !== undefined)
        ],
        { concurrency: 3 }
      )
      const { index } = found
      const all = collection.parts
        .toSorted((a, b) => (TmdbTitle.releasedOn(a) ?? "9999").localeCompare(TmdbTitle.releasedOn(b) ?? "9999"))
        .map((entry) => ({
          ...TmdbTitle.fromEntry(entry, names, { kind: "movie", detail, owned: index }),
          releasedOn: TmdbTitle.releasedOn(entry)
        }))
      const passing = all.filter(({ inLibrary }) => owned === undefined || inLibrary === owned)
      return {
        collection: {
          id: collection.id,
          name: collection.name,
          films: all.length,
          owned: index === null ? null : all.filter(({ inLibrary }) => inLibrary === true).length
        },
        ...List.page("collection_titles", passing, skip, Parameters.within(parameters.limit, 100, 50)),
        ...(found.problem && { problem: found.problem })
      }
    })

    return CollectionTools.of({ collection_titles: titles })
  })
)

/** TMDb names them "The Matrix Collection"; people say "The Matrix", or "Matrix films". */
const bestMatch = (name: string, found: ReadonlyArray<Collection>): Collection | undefined =>
  found.find((one) => isNamed(one.name, name) || isNamed(one.name, `${name.trim()} Collection`)) ?? found[0]
