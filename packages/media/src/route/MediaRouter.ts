/**
 * MediaRouter: questions about the household's films and series, as rules understand them.
 *
 * **Details**
 *
 * The question becomes words; the grammar gives all their readings; names are looked up where a reading leaves some open, those
 * readings first that leave the fewest words to names. It is sure where exactly one meaning is left, every word of which is
 * understood. So negations, comparisons, second wishes and other languages, of which the grammar knows nothing, go to the model.
 */
import type { Analysis, Entity, Router } from "@callsheet/core/foresee/Route"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"

import type { MediaError } from "../MediaError.ts"
import * as Answers from "./Answers.ts"
import * as Grammar from "./Grammar.ts"
import * as Hints from "./Hints.ts"
import * as Meaning from "./Meaning.ts"
import * as Names from "./Names.ts"
import type { Reading } from "./Reading.ts"
import * as Spotted from "./Spotted.ts"
import * as Words from "./Words.ts"

/**
 * How long a question waits for its names to be looked up: about as long as a model takes to its first word, since who is not
 * sure by then has lost as much as there was to win.
 *
 * **Details**
 *
 * A question of which no rule understands all words goes to the model whatever is looked up: it waits for half of it, and
 * never beyond the whole. What is foreseen of it without a name waits for nothing.
 */
export const LookupLimit = Context.Reference<Duration.Duration>("@callsheet/media/route/LookupLimit", {
  defaultValue: () => Duration.millis(300)
})

/** Readings that are looked up, of the many that a title in the midst of other words has. */
const mostLookups = 4

const confidences = { understood: 0.98, lookedUp: 0.95, mended: 0.92, unsure: 0.3, lost: 0.1 } as const

interface Asked {
  readonly question: string
  readonly words: ReadonlyArray<Words.Word>
}

const unsure = ({ words }: Asked, confidence: number, reason: string, known: Partial<Analysis> = {}): Analysis => {
  const texts = words.map(({ text }) => text)
  return {
    intent: undefined,
    entities: [],
    filters: {},
    writes: Hints.mayWrite(texts),
    complexity: "complex",
    tools: Hints.fitting(texts),
    confidence,
    reason,
    answerable: undefined,
    foreseen: [],
    wishes: [],
    ...known
  }
}

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
  const { bearers, isPart } = yield* names.title(text, { kind, year: reading.yearFrom })
  const [bearer] = bearers
  if (bearer !== undefined) {
    const title = bearers.every(({ name }) => name === bearer.name) ? bearer.name : text
    return { ...reading, intent, title, bearers, entities: entities("title", title) }
  }
  if (!isPart || isOfRules(asked, gap) || (yield* names.person(text)) !== undefined) return undefined
  return { ...reading, intent, title: text, bearers, entities: entities("title", text) }
})

const genresOf = ({ genres = [] }: Reading): ReadonlyArray<Entity> =>
  genres.map((name) => ({ kind: "genre", text: name, name }))

/**
 * What the first group of readings means of which names are known. That a title is part of some names comes after all that are
 * whole ones.
 */
const meaningsOf = Effect.fnUntraced(function* (
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

const analysisOf = (asked: Asked, meanings: ReadonlyArray<Meaning.Meaning>): Analysis => {
  const [meaning] = meanings
  if (meaning === undefined) return unsure(asked, confidences.unsure, "Nobody knows a name in it.")
  const { entities, intent } = meaning
  const understood = { intent, entities, filters: Meaning.filtersOf(meaning), writes: false } as const
  const plans = meanings.map(Meaning.plan)
  const [plan] = plans
  const doubt = plans.find((plan) => "unclear" in plan)
  if (plan === undefined || doubt !== undefined || "unclear" in plan) {
    return unsure(asked, confidences.unsure, doubt?.unclear ?? "", understood)
  }
  // Readings may differ in what goes without saying: what was watched is owned.
  if (plans.some((other) => !("calls" in other) || !Equal.equals(other.calls, plan.calls))) {
    return unsure(asked, confidences.unsure, "It can be read in more than one way.", understood)
  }
  const slips = asked.words.flatMap(({ text, typed }) => (typed === undefined ? [] : [{ text, typed }]))
  const isLookedUp = meaning.person !== undefined || meaning.title !== undefined
  const confidence = slips.length > 0 ? "mended" : isLookedUp ? "lookedUp" : "understood"
  return {
    ...understood,
    complexity: "simple",
    tools: [...new Set(plan.calls.map(({ name }) => name))],
    confidence: confidences[confidence],
    reason: ["Every word is understood", ...slips.map(({ text, typed }) => `"${typed}" as "${text}"`)].join(", ") + ".",
    answerable: { calls: plan.calls, render: (outcomes) => Answers.render(plan, outcomes) },
    foreseen: [],
    wishes: []
  }
}

/** What the rules make of the question as a whole. */
const understood = (
  names: Names.Names | undefined,
  asked: Asked,
  limit: Duration.Duration
): Effect.Effect<Analysis> => {
  if (asked.words.filter(({ typed }) => typed !== undefined).length > 1) {
    return Effect.succeed(unsure(asked, confidences.lost, "Too many words are misspelt."))
  }
  const groups = Grammar.readings(asked.words.map(({ text }) => text))
  if (groups.length === 0)
    return Effect.succeed(unsure(asked, confidences.lost, "No rule understands all of its words."))
  return Effect.map(meaningsOf(names, asked, groups), (meanings) => analysisOf(asked, meanings)).pipe(
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () => Effect.succeed(unsure(asked, confidences.unsure, "Its names could not be looked up in time."))
    }),
    Effect.catchTag("MediaError", ({ message }) =>
      Effect.succeed(unsure(asked, confidences.unsure, `Its names could not be looked up: ${message}`))
    )
  )
}

/** The same with what single stretches of the question tell. */
const spotted = Effect.fnUntraced(function* (
  names: Names.Names | undefined,
  { question, words }: Asked,
  analysis: Analysis,
  limit: Duration.Duration
): Effect.fn.Return<Analysis> {
  const { entities, first, foreseen, wishes, writes } = yield* Spotted.of(names, question, words, limit)
  const tools = [...new Set([...analysis.tools, ...wishes.flat(), ...foreseen.map(({ name }) => name)])]
  const known = analysis.intent === undefined && first !== undefined
  return {
    ...analysis,
    ...(known && {
      intent: first.intent,
      filters: Meaning.filtersOf(first),
      entities: [...genresOf(first), ...entities]
    }),
    writes: analysis.writes && writes,
    tools,
    foreseen,
    wishes
  }
})

const analyse = Effect.fnUntraced(function* (
  names: Names.Names | undefined,
  question: string
): Effect.fn.Return<Analysis> {
  const all = Words.of(question)
  const words = all.length > Grammar.mostWords ? all : Words.mend(all, Grammar.vocabulary)
  const asked = { question, words }
  const limit = yield* LookupLimit
  const [elapsed, analysis] = yield* Effect.timed(understood(names, asked, limit))
  if (analysis.answerable !== undefined) return analysis
  const left = Duration.min(Duration.times(limit, 0.5), Duration.subtract(limit, elapsed))
  return yield* spotted(names, asked, analysis, left)
})

export class MediaRouter extends Context.Service<MediaRouter, Router>()("@callsheet/media/MediaRouter") {
  /** For whichever of `Plex`, `Library` and `Tmdb` the context holds; so it is built anew for each. */
  static readonly layer: Layer.Layer<MediaRouter> = Layer.fresh(
    Layer.effect(
      MediaRouter,
      Effect.map(Names.make, (names) =>
        MediaRouter.of({
          analyse: Effect.fn("MediaRouter.analyse")((question: string) => analyse(names, question))
        })
      )
    )
  )
}
