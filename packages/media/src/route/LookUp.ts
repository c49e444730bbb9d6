/**
 * LookUp: readings with their names looked up, those first that leave the fewest words to names.
 */
import type { Entity } from "@callsheet/core/foresee/Route"
import * as Effect from "effect/Effect"

import type { MediaError } from "../MediaError.ts"
import * as Grammar from "./Grammar.ts"
import * as Meaning from "./Meaning.ts"
import type * as Names from "./Names.ts"
import type { Reading } from "./Reading.ts"
import type * as Words from "./Words.ts"

/** A question and its words. */
export interface Asked {
  readonly question: string
  readonly words: ReadonlyArray<Words.Word>
}

/** Readings that are looked up, of the many that a title in the midst of other words has. */
const mostLookups = 4

/** How the words of a gap stand in the question. */
const typed = ({ question, words }: Asked, { from, to }: Place): string =>
  question.slice(words[from]?.start ?? 0, words[to - 1]?.end ?? 0).trim()

/** Words that point to something said before; as titles they need quotation marks. */
const pronouns =
  /^(?:it|its|this|that|these|those|them|they|him|her|he|she|us|me|we|you|one|any|some|same|other|another)$/

type Place = Pick<NonNullable<Reading["gap"]>, "from" | "to">

/** Whether the rules know every word at the place, so that they may be meant as such and not as a title. */
const isOfRules = ({ words }: Asked, { from, to }: Place): boolean =>
  words.slice(from, to).every(({ text }) => Grammar.vocabulary.has(text))

/** Whether the words at a title's place may be one: not such as the rules know, unless written as titles are. */
const mayBeTitle = (asked: Asked, place: Place): boolean => {
  const { question, words } = asked
  if (words[place.from - 1]?.text === '"') return true
  const inside = words.slice(place.from, place.to)
  if (inside.every(({ text }) => pronouns.test(text))) return false
  return !isOfRules(asked, place) || inside.every(({ start }) => /[\p{Lu}\d]/u.test(question[start] ?? ""))
}

/** Whether what stands at the place may say of what kind titles are, and not only whose. */
const isAdjective = ({ words }: Asked, { from, to }: Place): boolean =>
  words[to]?.text !== "'s" && !prepositions.test(words[from - 1]?.text ?? "")

const prepositions =
  /^(?:by|from|of|with|starring|featuring|in|where|which|that|did|does|has|is|was|star|stars|feature)$/

/** A reading with its names looked up; `undefined` where nobody knows one. */
const known = Effect.fnUntraced(function* (
  names: Names.Names | undefined,
  asked: Asked,
  { gap, intent = "titles", ...reading }: Reading
): Effect.fn.Return<Meaning.Meaning | undefined, MediaError> {
  if (gap === undefined) return { ...reading, intent, entities: genresOf(reading) }
  if (names === undefined) return undefined
  const text = typed(asked, gap)
  const entities = (kind: string, name: string): ReadonlyArray<Entity> => [...genresOf(reading), { kind, text, name }]

  if (gap.of === "person") {
    const person = yield* names.person(text)
    if (person !== undefined) return { ...reading, intent, person, entities: entities("person", person.name) }
    const genre = isAdjective(asked, gap) ? yield* names.genre(text) : undefined
    return genre === undefined ? undefined : { ...reading, intent, genres: [genre], entities: entities("genre", genre) }
  }

  if (!mayBeTitle(asked, gap)) return undefined
  const kind = Meaning.isKind(reading.kind) ? reading.kind : undefined
  const { bearers, isPart } = yield* names.title(text, { kind, year: reading.yearFrom, readsAhead: true })
  const [bearer] = bearers
  if (bearer !== undefined) {
    const title = bearers.every(({ name }) => name === bearer.name) ? bearer.name : text
    return { ...reading, intent, title, bearers, entities: entities("title", title) }
  }
  if (!isPart || isOfRules(asked, gap) || (yield* names.person(text)) !== undefined) return undefined
  return { ...reading, intent, title: text, bearers, entities: entities("title", text) }
})

export const genresOf = ({ genres = [] }: Reading): ReadonlyArray<Entity> =>
  genres.map((name) => ({ kind: "genre", text: name, name }))

/**
 * What the first group of readings means of which names are known. That a title is part of some names comes after all that are
 * whole ones.
 */
export const meaningsOf = Effect.fnUntraced(function* (
  names: Names.Names | undefined,
  asked: Asked,
  groups: ReadonlyArray<ReadonlyArray<Reading>>
) {
  let lookups = 0
  let parts: ReadonlyArray<Meaning.Meaning> = []
  for (const group of groups) {
    lookups += group.filter(({ gap }) => gap !== undefined).length
    if (lookups > mostLookups) break
    const meanings = yield* Effect.forEach(group, (reading) => known(names, asked, reading), {
      concurrency: mostLookups
    })
    const found = meanings.filter((meaning) => meaning !== undefined)
    const whole = found.filter(({ bearers }) => bearers?.length !== 0)
    if (whole.length > 0) return whole
    if (parts.length === 0) parts = found
  }
  return parts
})
