/**
 * WhichItem: which item of the library a call means, by its rating key or by its title. A title that several bear is not
 * guessed at, nor, by a call that writes, one that is named otherwise: the answer names them, so that the next call can say which.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { sectionsOf } from "./Library.ts"
import { type MediaError, notFound, rejected } from "./MediaError.ts"
import type { ItemFilter, Plex } from "./Plex.ts"
import type { Details, ListItem } from "./PlexRecords.ts"
import { isSameTitle } from "./route/Names.ts"
import { plain } from "./route/Words.ts"
import { isNamed, type Kind } from "./Title.ts"

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

  const titles = Effect.fnUntraced(function* (filter: ItemFilter) {
    const sections = yield* plex.sections
    const lists = yield* Effect.forEach(
      (["movie", "series"] as const).flatMap((kind) => sectionsOf(sections, kind).map(({ key }) => ({ key, kind }))),
      ({ key, kind }) =>
        Effect.map(
          plex.allItems(key, { ...filter, type: kind === "movie" ? 1 : 2, sort: "titleSort" }),
          (items): ReadonlyArray<Known> => items.map((item) => ({ ...item, kind }))
        ),
      { concurrency: 4 }
    )
    return lists.flat()
  })

  const keyOf = Effect.fnUntraced(function* (title: string, mayBePart: boolean): Effect.fn.Return<string, MediaError> {
    const wanted = nameFrom(title)
    const found = bearers(yield* titles({ title: wanted.name, year: wanted.year }), wanted)
    // Plex looks for the words as they are written, accents and articles included.
    const all = found.length > 0 ? found : yield* titles({})
    const exact = bearers(all, wanted)
    const words = plain(wanted.name)
    const near = words === "" ? [] : all.filter(({ title }) => plain(title).includes(words))
    const [only, ...others] = exact.length === 0 && mayBePart ? near.filter((item) => isOfYear(item, wanted)) : exact
    const listed = (all: ReadonlyArray<Known>) => all.slice(0, mostNamed).map(told).join(", ")
    if (only === undefined) {
      const none = `The library has no film or series named "${title}"`
      return yield* near.length === 0
        ? notFound("plex", `${none}.`)
        : rejected("plex", `${none}. If one of these is meant, pass its ratingKey: ${listed(near)}.`)
    }
    if (others.length > 0) {
      return yield* rejected(
        "plex",
        `Several titles are named so: ${listed([only, ...others])}. Pass the ratingKey of one.`
      )
    }
    return only.ratingKey
  })

  const keyBy =
    (mayBePart: boolean) =>
    ({ ratingKey, title }: Wanted): Effect.Effect<string, MediaError> =>
      ratingKey !== undefined
        ? Effect.succeed(ratingKey)
        : title === undefined
          ? Effect.fail(rejected("plex", "Say which title: pass its ratingKey or its title."))
          : keyOf(title, mayBePart)

  return {
    /**
     * For what is read: the key alone, of which nothing is asked. Where no title is named so, the only one whose name holds the
     * words is taken: whoever answers says its name.
     */
    key: keyBy(true),
    /** For what is written: by its whole name, but for case, accents and a leading article. */
    keyOfNamed: keyBy(false),
    /** Fails where there is none. */
    byKey
  }
}

interface Known extends ListItem {
  readonly kind: Kind
}

interface Name {
  /** As it was given. */
  readonly text: string
  readonly name: string
  readonly year: string | undefined
}

/** "Dune (2021)", as people and models tell namesakes apart, and Plex some series. */
const nameFrom = (title: string): Name => {
  const text = title.trim()
  const [, name = text, year] = /^(.+?)(?: \((\d{4})\))?$/.exec(text) ?? []
  return { text, name, year }
}

const isOfYear = (item: Known, { year }: Name): boolean => year === undefined || String(item.year) === year

/** Those that bear the name, of the year that was given: as it is written, else but for accents, marks and an article. */
const bearers = (all: ReadonlyArray<Known>, wanted: Name): ReadonlyArray<Known> => {
  const { name, text } = wanted
  const bear = (is: (one: string, other: string) => boolean) =>
    all.filter((item) => is(item.title, text) || (is(nameFrom(item.title).name, name) && isOfYear(item, wanted)))
  const exact = bear(isNamed)
  // Of names that are all marks no letters are left to compare.
  return exact.length > 0 || plain(name) === "" ? exact : bear(isSameTitle)
}

const told = ({ kind, ratingKey, title, year }: Known): string =>
  `${title} (${year ?? "no year"}, ${kind === "movie" ? "film" : "series"}, ratingKey ${ratingKey})`
