/**
 * WatchTools: where a title can be watched outside the library.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Footprint from "./Footprint.ts"
import { Library, ownership } from "./Library.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { Title } from "./Title.ts"
import { Tmdb } from "./Tmdb.ts"
import type { Offers } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

const Names = Schema.Array(Schema.String)

export const WhereToWatch = Tool.make("where_to_watch", {
  description: "Which services stream, rent or sell a title in a country (data by JustWatch).",
  parameters: Schema.Struct({
    tmdbId: Parameters.Integer,
    kind: Parameters.kind,
    country: Schema.optionalKey(Schema.String.annotate({ description: "two letters, default US" }))
  }),
  success: Schema.Struct({
    ...Title.fields,
    country: Schema.String,
    /** By subscription. */
    stream: Names,
    free: Names,
    withAds: Names,
    rent: Names,
    buy: Names,
    link: Schema.NullOr(Schema.String),
    /** Where else it can be watched. */
    otherCountries: Names,
    /** Why inLibrary and watched are unknown, where Plex failed. */
    problem: Schema.optionalKey(Schema.String)
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Where can I stream Solaris?",
    "Is it on Netflix, Prime or Disney+?",
    "Which streaming service has it in Germany?",
    "Can I rent or buy Solaris online?"
  ])

export const WatchTools = Toolkit.make(WhereToWatch)

export const WatchToolsLayer = WatchTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const where = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof WhereToWatch>) {
      const { kind = "movie", tmdbId } = parameters
      const country = (parameters.country ?? "US").trim().toUpperCase()
      if (!/^[A-Z]{2}$/.test(country)) {
        return yield* rejected("tmdb", `"${country}" is no country code: write two letters, such as GB or DE.`)
      }
      const [record, providers, { index: owned, problem }] = yield* Effect.all(
        [tmdb.details(kind, tmdbId), tmdb.providers(kind, tmdbId), ownership(library, kind, false)],
        { concurrency: 3 }
      )
      const offers = providers[country] ?? {}
      return {
        ...TmdbTitle.fromDetails(record, { kind, detail: "compact", owned }),
        country,
        stream: namesOf(offers.flatrate),
        free: namesOf(offers.free),
        withAds: namesOf(offers.ads),
        rent: namesOf(offers.rent),
        buy: namesOf(offers.buy),
        link: offers.link ?? null,
        otherCountries: Object.keys(providers)
          .filter((code) => code !== country)
          .toSorted(),
        ...(problem && { problem })
      }
    })

    return WatchTools.of({ where_to_watch: where })
  })
)

const namesOf = (services: Offers["buy"] = []): ReadonlyArray<string> =>
  services.map(({ provider_name }) => provider_name)
