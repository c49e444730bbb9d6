/**
 * Names: the persons, genres and titles that the library and TMDb know, by the words of a question.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { Library } from "../Library.ts"
import type { MediaError } from "../MediaError.ts"
import { Plex } from "../Plex.ts"
import { type Kind, yearOf } from "../Title.ts"
import { Tmdb } from "../Tmdb.ts"
import { releasedOn } from "../TmdbTitle.ts"
import { plain } from "./Words.ts"

export interface KnownPerson {
  /** As TMDb writes it. */
  readonly name: string
  /** By which trades the library finds the very name. */
  readonly trades: ReadonlyArray<"director" | "actor">
  /** Whether the library knows others too whose names hold this one, and would find theirs instead. */
  readonly isPartOfOthers: boolean
}

export interface Bearer {
  readonly name: string
  readonly kind: Kind
  readonly tmdbId: number
  /** Of release, or of the first broadcast. */
  readonly year: number | null
  /** As TMDb reckons it. */
  readonly popularity: number
}

/** What TMDb finds by a name. */
export interface KnownTitle {
  /** Those whose name is the one looked for, but for case, accents, marks and a leading article. */
  readonly bearers: ReadonlyArray<Bearer>
  /** Whether any title found holds the words looked for, one after another. */
  readonly isPart: boolean
}

export interface Names {
  /** `undefined` for whom TMDb does not know, or cannot tell from another. A surname is enough where the library has one only. */
  person(text: string): Effect.Effect<KnownPerson | undefined, MediaError>
  /** The name of a genre that the library or TMDb has. */
  genre(text: string): Effect.Effect<string | undefined, MediaError>
  title(text: string, options: TitleOptions): Effect.Effect<KnownTitle, MediaError>
}

export interface TitleOptions {
  /** Both kinds without it. */
  readonly kind: Kind | undefined
  readonly year: number | undefined
  /** Whether what `search_titles` will want besides is read too. */
  readonly readsAhead: boolean
}

/** Shorter than a question waits for its names, which it must not lose by what it only reads ahead. */
const readAheadLimit = Duration.millis(150)

/** A title's name without its article. */
const bare = (name: string): string => plain(name).replace(/^(?:the|an?) (?=.)/, "")

export const isSameTitle = (one: string, other: string): boolean => bare(one) === bare(other)

const holds = (name: string, words: string): boolean => ` ${plain(name)} `.includes(` ${plain(words)} `)

/** From whichever of `Plex`, `Library` and `Tmdb` the context holds; `undefined` without TMDb, which knows the names. */
export const make: Effect.Effect<Names | undefined> = Effect.gen(function* () {
  const plex = yield* Effect.serviceOption(Plex)
  const library = yield* Effect.serviceOption(Library)
  const tmdb = Option.getOrUndefined(yield* Effect.serviceOption(Tmdb))
  if (tmdb === undefined) return undefined

  const tags = (type: "genre" | "director" | "actor"): Effect.Effect<ReadonlyArray<string>, MediaError> =>
    Option.match(plex, {
      onNone: () => Effect.succeed([]),
      onSome: (plex) => Effect.map(plex.tags(type), (tags) => tags.map(({ tag }) => tag))
    })

  const person: Names["person"] = Effect.fnUntraced(function* (text) {
    const { actors, directors, people } = yield* Effect.all(
      { people: tmdb.searchPerson(text), directors: tags("director"), actors: tags("actor") },
      { concurrency: 3 }
    )
    const exact = people.find(({ name }) => plain(name) === plain(text))?.name
    const bearers = new Set([...directors, ...actors].filter((name) => plain(name).endsWith(` ${plain(text)}`)))
    const [bearer] = bearers
    const [first] = people
    const bySurname = bearers.size === 1 && bearer !== undefined && bearer === first?.name ? bearer : undefined
    const name = exact ?? bySurname
    if (name === undefined) return undefined
    const is = (known: string) => known.toLowerCase() === name.toLowerCase()
    const trades = [
      ...(directors.some(is) ? (["director"] as const) : []),
      ...(actors.some(is) ? (["actor"] as const) : [])
    ]
    const isPartOfOthers = [...directors, ...actors].some(
      (known) => !is(known) && known.toLowerCase().includes(name.toLowerCase())
    )
    return { name, trades, isPartOfOthers }
  })

  const genre: Names["genre"] = (text) =>
    Effect.map(
      Effect.all(
        [
          tags("genre"),
          Effect.map(tmdb.genres("movie"), (genres) => genres.map(({ name }) => name)),
          Effect.map(tmdb.genres("series"), (genres) => genres.map(({ name }) => name))
        ],
        { concurrency: 3 }
      ),
      (known) => known.flat().find((name) => plain(name) === plain(text))
    )

  /** What `search_titles` will want besides, so that it need not wait for it once the title is known. */
  const readAhead = (kinds: ReadonlyArray<Kind>) =>
    Effect.forEach(
      kinds,
      (kind) =>
        Effect.all(
          [
            Effect.ignore(tmdb.genres(kind)),
            Option.match(library, { onNone: () => Effect.void, onSome: ({ index }) => Effect.ignore(index(kind)) })
          ],
          { concurrency: 2 }
        ),
      { concurrency: 2, discard: true }
    ).pipe(Effect.timeoutOption(readAheadLimit))

  const title: Names["title"] = Effect.fnUntraced(function* (text, { kind, readsAhead, year }) {
    const kinds: ReadonlyArray<Kind> = kind === undefined ? ["movie", "series"] : [kind]
    const search = Effect.forEach(kinds, (kind) => tmdb.search(kind, { query: text, year, page: 1 }), {
      concurrency: 2
    })
    const [lists] = yield* Effect.all([search, readsAhead ? readAhead(kinds) : Effect.void], { concurrency: 2 })
    const found = lists.flatMap(({ items }, index) =>
      items.map((entry): Bearer => ({
        name: entry.title ?? entry.name ?? "",
        kind: kinds[index] ?? "movie",
        tmdbId: entry.id,
        year: yearOf(releasedOn(entry)),
        popularity: entry.popularity ?? 0
      }))
    )
    return {
      bearers: found.filter(({ name }) => isSameTitle(name, text)),
      isPart: found.some(({ name }) => holds(name, text))
    }
  })

  return { person, genre, title }
})
