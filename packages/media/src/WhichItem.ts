/**
 * WhichItem: which item of the library a call means, by its rating key or by its title. A title that several bear is not
 * guessed at: the answer names them, so that the next call can say which.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { sectionsOf } from "./Library.ts"
import { type MediaError, notFound, rejected } from "./MediaError.ts"
import type { Plex } from "./Plex.ts"
import type { Details, Item } from "./PlexRecords.ts"
import { isNamed } from "./Title.ts"

/** One of both. */
export const parameters = {
  ratingKey: Schema.optionalKey(Schema.String),
  title: Schema.optionalKey(Schema.String.annotate({ description: "instead of ratingKey" }))
}

interface Wanted {
  readonly ratingKey?: string
  readonly title?: string
}

/** So many of one name are told apart. */
const mostNamed = 10

export const make = (plex: Plex["Service"]) => {
  const byKey = (ratingKey: string): Effect.Effect<Details, MediaError> =>
    Effect.flatMap(plex.metadata([ratingKey]), ([item]) =>
      item === undefined
        ? Effect.fail(
            notFound("plex", `Plex tells of no item with the key ${ratingKey}: look for its title by library_search.`)
          )
        : Effect.succeed(item)
    )

  const keyOf = Effect.fnUntraced(function* (title: string): Effect.fn.Return<string, MediaError> {
    // "Dune (2021)", as people and models tell namesakes apart.
    const [, name = title, year] = /^(.+?)(?: \((\d{4})\))?$/.exec(title.trim()) ?? []
    const sections = yield* plex.sections
    const lists = yield* Effect.forEach(
      (["movie", "series"] as const).flatMap((kind) => sectionsOf(sections, kind)),
      ({ key, type }) =>
        plex.items(key, {
          start: 0,
          size: 50,
          filter: { type: type === "movie" ? 1 : 2, title: name, year, sort: "titleSort" }
        }),
      { concurrency: 4 }
    )
    const found = lists.flatMap(({ items }) => items)
    const exact = found.filter((item) => isNamed(item.title, name))
    const [only, ...others] = exact.length > 0 ? exact : found
    if (only === undefined) {
      return yield* notFound("plex", `The library has no film or series named "${title}".`)
    }
    if (others.length > 0) {
      const all = [only, ...others].slice(0, mostNamed).map(told).join(", ")
      return yield* rejected("plex", `Several titles are named so: ${all}. Pass the ratingKey of one.`)
    }
    return only.ratingKey
  })

  return {
    /** The key alone: of an item that was named by it, nothing is asked. */
    key: ({ ratingKey, title }: Wanted): Effect.Effect<string, MediaError> =>
      ratingKey !== undefined
        ? Effect.succeed(ratingKey)
        : title === undefined
          ? Effect.fail(rejected("plex", "Say which title: pass its ratingKey or its title."))
          : keyOf(title),
    /** Fails where there is none. */
    byKey
  }
}

const told = ({ ratingKey, title, type, year }: Item): string =>
  `${title} (${year ?? "no year"}, ${type === "movie" ? "film" : "series"}, ratingKey ${ratingKey})`
