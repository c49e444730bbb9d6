/**
 * TmdbReads: TMDb, remembered. Every read of `Tmdb` but `version`, of which one wants to know how it is now.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"

import type { MediaError } from "./MediaError.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"
import { Kind } from "./Title.ts"
import { Chart, Tmdb } from "./Tmdb.ts"
import {
  Collection,
  CollectionDetails,
  Credits,
  Details,
  Entries,
  Genre,
  Person,
  PersonDetails,
  Providers
} from "./TmdbRecords.ts"
import * as TmdbTogether from "./TmdbTogether.ts"

/** Casts, runtimes and overviews are mended by hand, now and then; votes move by a tenth in a month. A week old at most. */
const details = { fresh: "3 days", stale: "4 days" } as const

/** A new film of theirs is announced months ahead. */
const credits = details

/** TMDb reckons popularity and what goes with what once a day. A day old at most, and mostly of the same day. */
const lists = { fresh: "6 hours", stale: "18 hours" } as const

/** Each day has another, and begins where TMDb says: an hour later at the latest nothing tells of the day before. */
const daily = { fresh: "1 hour" } as const
const dailyCharts: ReadonlySet<Chart> = new Set(["trending_today", "now_playing", "airing_today"])

/** Genres have changed a few times in twenty years; a new one that is not known yet is left out of a title's. */
const genres = { fresh: "7 days", stale: "21 days" } as const

const Listed = { kind: Kind, page: Schema.Finite }
const Numbered = { kind: Kind, tmdbId: Schema.Finite }

const reads = Effect.fnUntraced(function* (access: Access) {
  const tmdb = yield* Tmdb
  const together = yield* TmdbTogether.make(access, tmdb)
  const common = { version: 1, identity: ReadRules.catalogue(access), tags: ReadRules.tags("tmdb") } as const
  const ofTitle = { ...common, final: ReadRules.noSuchThing } as const
  const chartArgument = Schema.Struct({ ...Listed, chart: Chart })
  const ofChart = {
    ...common,
    argument: chartArgument,
    result: Entries,
    lookup: ({ chart, kind, page }: typeof chartArgument.Type) => tmdb.chart(kind, chart, page)
  } as const

  return {
    search: Read.make("tmdb/search", {
      ...common,
      argument: Schema.Struct({ ...Listed, query: ReadRules.Words, year: Schema.optionalKey(Schema.Finite) }),
      result: Entries,
      freshness: lists,
      lookup: ({ kind, page, query, year }) => tmdb.search(kind, { query, year, page })
    }),
    searchPerson: Read.make("tmdb/searchPerson", {
      ...common,
      argument: Schema.Struct({ name: ReadRules.Words }),
      result: Schema.Array(Person),
      freshness: lists,
      lookup: ({ name }) => tmdb.searchPerson(name)
    }),
    discover: Read.make("tmdb/discover", {
      ...common,
      argument: Schema.Struct({
        kind: Kind,
        parameters: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]))
      }),
      result: Entries,
      freshness: lists,
      lookup: ({ kind, parameters }) => tmdb.discover(kind, parameters)
    }),
    genres: Read.make("tmdb/genres", {
      ...common,
      argument: Schema.Struct({ kind: Kind }),
      result: Schema.Array(Genre),
      freshness: genres,
      lookup: ({ kind }) => tmdb.genres(kind)
    }),
    details: Read.make("tmdb/details", {
      ...ofTitle,
      argument: Schema.Struct(Numbered),
      result: Details,
      freshness: details,
      lookup: ({ kind, tmdbId }) => together.details(kind, tmdbId)
    }),
    recommendations: Read.make("tmdb/recommendations", {
      ...ofTitle,
      argument: Schema.Struct({ ...Listed, ...Numbered }),
      result: Entries,
      freshness: lists,
      lookup: ({ kind, page, tmdbId }) =>
        page === 1 ? together.recommendations(kind, tmdbId) : tmdb.recommendations(kind, tmdbId, page)
    }),
    similar: Read.make("tmdb/similar", {
      ...ofTitle,
      argument: Schema.Struct({ ...Listed, ...Numbered }),
      result: Entries,
      freshness: lists,
      lookup: ({ kind, page, tmdbId }) =>
        page === 1 ? together.similar(kind, tmdbId) : tmdb.similar(kind, tmdbId, page)
    }),
    credits: Read.make("tmdb/credits", {
      ...ofTitle,
      argument: Schema.Struct(Numbered),
      result: Credits,
      freshness: credits,
      lookup: ({ kind, tmdbId }) => together.credits(kind, tmdbId)
    }),
    person: Read.make("tmdb/person", {
      ...ofTitle,
      argument: Schema.Struct({ personId: Schema.Finite }),
      result: PersonDetails,
      freshness: details,
      lookup: ({ personId }) => together.person(personId)
    }),
    chart: Read.make("tmdb/chart", { ...ofChart, freshness: lists }),
    dailyChart: Read.make("tmdb/dailyChart", { ...ofChart, freshness: daily }),
    searchCollection: Read.make("tmdb/searchCollection", {
      ...common,
      argument: Schema.Struct({ name: ReadRules.Words }),
      result: Schema.Array(Collection),
      freshness: lists,
      lookup: ({ name }) => tmdb.searchCollection(name)
    }),
    collection: Read.make("tmdb/collection", {
      ...ofTitle,
      argument: Schema.Struct({ collectionId: Schema.Finite }),
      result: CollectionDetails,
      freshness: details,
      lookup: ({ collectionId }) => tmdb.collection(collectionId)
    }),
    // What a service shows changes with the month, and TMDb hears of it within a day.
    providers: Read.make("tmdb/providers", {
      ...ofTitle,
      argument: Schema.Struct(Numbered),
      result: Providers,
      freshness: lists,
      lookup: ({ kind, tmdbId }) => tmdb.providers(kind, tmdbId)
    })
  }
})

type Reads = Effect.Success<ReturnType<typeof reads>>
type Needs = Effect.Services<ReturnType<typeof reads>>

/** The same `Tmdb`, remembered in `Cache`. */
export const layer = (access: Access): Layer.Layer<Tmdb, never, HttpClient.HttpClient | Cache> =>
  Layer.effect(
    Tmdb,
    Effect.gen(function* () {
      const { read, watch } = yield* Cache
      const { version } = yield* Tmdb
      // Made when the first is wanted: a run's first request to its model need not wait for them.
      const made = yield* reads(access).pipe(
        Effect.tap((made) => watch(Object.values(made))),
        Effect.provideContext(yield* Effect.context<Needs>()),
        Effect.cached
      )
      const by = <A>(ask: (reads: Reads) => Effect.Effect<A, MediaError>) => Effect.flatMap(made, ask)

      return Tmdb.of({
        search: (kind, { page, query, year }) =>
          by(({ search }) => read(search, { kind, query, page, ...(year && { year }) })),
        searchPerson: (name) => by(({ searchPerson }) => read(searchPerson, { name })),
        discover: (kind, parameters) =>
          by(({ discover }) =>
            read(discover, { kind, parameters: Record.filter(parameters, Predicate.isNotUndefined) })
          ),
        genres: (kind) => by(({ genres }) => read(genres, { kind })),
        details: (kind, tmdbId) => by(({ details }) => read(details, { kind, tmdbId })),
        recommendations: (kind, tmdbId, page) =>
          by(({ recommendations }) => read(recommendations, { kind, tmdbId, page })),
        similar: (kind, tmdbId, page) => by(({ similar }) => read(similar, { kind, tmdbId, page })),
        credits: (kind, personId) => by(({ credits }) => read(credits, { kind, tmdbId: personId })),
        person: (personId) => by(({ person }) => read(person, { personId })),
        chart: (kind, chart, page) =>
          by((reads) => read(dailyCharts.has(chart) ? reads.dailyChart : reads.chart, { kind, chart, page })),
        searchCollection: (name) => by(({ searchCollection }) => read(searchCollection, { name })),
        collection: (collectionId) => by(({ collection }) => read(collection, { collectionId })),
        providers: (kind, tmdbId) => by(({ providers }) => read(providers, { kind, tmdbId })),
        version
      })
    })
  ).pipe(Layer.provide(Tmdb.layerNoDeps(access)))
