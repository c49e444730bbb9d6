/**
 * MediaRouter: questions about the household's films and series, as rules understand them.
 *
 * **Details**
 *
 * The question becomes words; the grammar gives all their readings; names are looked up where a reading leaves some open, those
 * readings first that leave the fewest words to names. It is sure where exactly one meaning is left, every word of which is
 * understood. So negations, comparisons, second wishes and other languages, of which the grammar knows nothing, go to the model.
 */
import type { Analysis, Router } from "@callsheet/core/foresee/Route"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"

import * as Answers from "./Answers.ts"
import * as Grammar from "./Grammar.ts"
import * as Hints from "./Hints.ts"
import { type Asked, genresOf, meaningsOf } from "./LookUp.ts"
import * as Meaning from "./Meaning.ts"
import * as Names from "./Names.ts"
import * as Spotted from "./Spotted.ts"
import * as StandsAlone from "./StandsAlone.ts"
import * as Words from "./Words.ts"

/**
 * How long a question waits for its names at most: about as long as a model takes to its first word, since who is not sure by
 * then has lost as much as there was to win.
 *
 * **Details**
 *
 * A question of which no rule understands every word goes to the model in any case, and what it foresees saves less: it waits
 * for half of that at most, and one that rules had looked up in vain for no more than is left. What is foreseen without a name
 * is foreseen even where names take too long.
 */
export const LookupLimit = Context.Reference<Duration.Duration>("@callsheet/media/route/LookupLimit", {
  defaultValue: () => Duration.millis(300)
})

const confidences = { understood: 0.98, lookedUp: 0.95, mended: 0.92, unsure: 0.3, lost: 0.1 } as const

const unsure = ({ words }: Asked, confidence: number, reason: string, known: Partial<Analysis> = {}): Analysis => {
  const texts = words.map(({ text }) => text)
  return {
    intent: undefined,
    entities: [],
    filters: {},
    // Of a longer text not all words are known.
    writes: texts.length > Words.mostWords || Hints.mayWrite(texts),
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
  const tools = [
    ...new Set([...analysis.tools, ...wishes.flatMap(({ tools }) => tools), ...foreseen.map(({ name }) => name)])
  ]
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
  const alone = (analysis: Analysis): Analysis => ({
    ...analysis,
    standsAlone: StandsAlone.of(words, analysis.entities)
  })
  if (analysis.answerable !== undefined) return alone(analysis)
  const left = Duration.min(Duration.times(limit, 0.5), Duration.subtract(limit, elapsed))
  return alone(yield* spotted(names, asked, analysis, left))
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
