/**
 * Spotted: what single stretches of a question tell, whether or not the rest of it is understood: the calls that its answer is
 * likely made of, and its wishes where it asks for nothing but lists.
 */
import type { Call, Entity, Wish } from "@callsheet/core/foresee/Route"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Clues from "./Clues.ts"
import * as Hints from "./Hints.ts"
import * as Likely from "./Likely.ts"
import * as Mentions from "./Mentions.ts"
import type { Names } from "./Names.ts"
import * as Relative from "./Relative.ts"
import * as Wishes from "./Wishes.ts"
import { mostWords, plain, type Word } from "./Words.ts"

export interface Spotted {
  readonly foreseen: ReadonlyArray<Call>
  readonly wishes: ReadonlyArray<Wish>
  readonly entities: ReadonlyArray<Entity>
  /** What is asked for first. */
  readonly first: Wishes.Wish | undefined
  readonly writes: boolean
}

interface Place {
  readonly from: number
  readonly to: number
}

interface Known extends Place {
  readonly name: Clues.Name
}

/** What the words of a mention name, asked of `names`, each kind of name at once. */
const lookUp = Effect.fnUntraced(function* (
  names: Names,
  text: string,
  { isWritten, of, year }: Mentions.Mention
): Effect.fn.Return<Clues.Name | undefined> {
  const person = Effect.map(names.person(text), (person): Clues.Name | undefined => {
    // Words in small letters are names only of whom the household knows by it.
    const isWord = !isWritten && !text.includes(" ") && plain(person?.name ?? "") === plain(text)
    return person === undefined || isWord ? undefined : { _tag: "Person", person }
  })
  const title = Effect.map(
    names.title(text, { kind: undefined, year, readsAhead: false }),
    ({ bearers }): Clues.Name | undefined => {
      const known = bearers.toSorted((one, other) => other.popularity - one.popularity)
      const [first] = known
      return (
        first && {
          _tag: "Title",
          title: known.every(({ name }) => name === first.name) ? first.name : text,
          bearers: known,
          year
        }
      )
    }
  )
  const genre = Effect.map(names.genre(text), (genre): Clues.Name | undefined =>
    genre === undefined ? undefined : { _tag: "Genre", genre }
  )
  const found = yield* Effect.forEach(
    of,
    (kind) => Effect.catchTag({ person, title, genre }[kind], "MediaError", () => Effect.undefined),
    { concurrency: 2 }
  )
  return found.find((name) => name !== undefined)
})

/** Those that do not stand in longer ones; of those that overlap the first. */
const apart = (known: ReadonlyArray<Known>): ReadonlyArray<Known> => {
  const all: Array<Known> = []
  for (const one of known.toSorted((one, other) => other.to - other.from - (one.to - one.from))) {
    if (all.every((other) => one.to <= other.from || other.to <= one.from)) all.push(one)
  }
  return all
}

const tokensOf = (words: ReadonlyArray<Word>, known: ReadonlyArray<Known>): ReadonlyArray<Clues.Token> =>
  words.flatMap(({ text }, at): ReadonlyArray<Clues.Token> => {
    const name = known.find(({ from, to }) => from <= at && at < to)
    if (name !== undefined) return name.from === at ? [name.name] : []
    const isQuote = text === '"' && known.some(({ from, to }) => from === at + 1 || to === at)
    return isQuote ? [] : [text]
  })

const entityOf = (text: string, name: Clues.Name): Entity => {
  switch (name._tag) {
    case "Person":
      return { kind: "person", text, name: name.person.name }
    case "Title":
      return { kind: "title", text, name: name.title }
    case "Genre":
      return { kind: "genre", text, name: name.genre }
  }
}

const none: Spotted = { foreseen: [], wishes: [], entities: [], first: undefined, writes: true }

/** Names are looked up for `limit` at most; of what is not known by then, only what is written as a title is one. */
export const of = Effect.fnUntraced(function* (
  names: Names | undefined,
  question: string,
  asked: ReadonlyArray<Word>,
  limit: Duration.Duration
) {
  if (asked.length > mostWords) return none
  const words = Relative.dated(asked, DateTime.getPartUtc(yield* DateTime.now, "year"))
  const textOf = ({ from, to }: Place) => question.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0).trim()
  const found = yield* Effect.forEach(
    Mentions.of(question, words),
    (mention) => {
      const text = textOf(mention)
      const told: Clues.Name | undefined =
        mention.isWritten && mention.of[0] === "title"
          ? { _tag: "Title", title: text, bearers: [], year: mention.year }
          : undefined
      const looked = names === undefined ? Effect.succeed(told) : lookUp(names, text, mention)
      return Effect.map(
        Effect.timeoutOption(looked, limit),
        Option.getOrElse(() => told)
      ).pipe(Effect.map((name): ReadonlyArray<Known> => (name === undefined ? [] : [{ ...mention, name }])))
    },
    // As many as there may be.
    { concurrency: "unbounded" }
  )
  const known = apart(found.flat())
  const tokens = tokensOf(words, known)
  const clues = Clues.of(tokens)
  const wishes = Wishes.of(tokens, clues)
  // What rules know is nothing to be changed.
  const others = clues.flatMap(({ from, role, to }) =>
    tokens.slice(from, to).map((token) => (typeof token === "string" && !Clues.telling.has(role) ? token : ""))
  )
  const writes = !wishes.isWhole && Hints.mayWrite(others)
  return {
    foreseen: Likely.foreseen(wishes, writes),
    wishes: Likely.granted(wishes),
    entities: known.map(({ name, ...place }) => entityOf(textOf(place), name)),
    first: wishes.all[0],
    writes
  } satisfies Spotted
})
