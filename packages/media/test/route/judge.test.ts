/**
 * The router before its judge: the phrasings that were written before it. A failure tells counts only, and never a text: what
 * the rules lack is to be found by thinking of other questions, not by reading these.
 */
import type { Call } from "@callsheet/core/foresee/Route"
import { assert, layer } from "@effect/vitest"
import { Effect, Equal, Predicate } from "effect"

import { plain } from "../../src/route/Words.ts"
import * as Phrasings from "../phrasings.ts"
import * as Household from "./household.ts"

type Phrasing = ReturnType<typeof Phrasings.read>[number]

const comparable = (value: unknown): unknown =>
  typeof value === "string" ? plain(value) : Array.isArray(value) ? value.map(comparable).toSorted() : value

const sameParameters = (one: Call["parameters"], other: Call["parameters"]): boolean => {
  const entries = (parameters: Call["parameters"]) =>
    Object.fromEntries(Object.entries(parameters).map(([field, value]) => [field, comparable(value)]))
  return Equal.equals(entries(one), entries(other))
}

/** Whether the household has a title, asked of the library by its name, or of all titles, each of which says it. */
const asksForTheSameTitle = (mine: Call, { name, parameters }: Call): boolean => {
  if (mine.name !== "search_titles" || name !== "library_search") return false
  const { kind, title, watched: _, yearFrom, yearTo, ...others } = parameters
  return (
    Predicate.isString(title) &&
    Object.keys(others).length === 0 &&
    yearFrom === yearTo &&
    sameParameters(
      { query: mine.parameters["query"], ...(yearFrom !== undefined && { year: mine.parameters["year"] }) },
      { query: title, ...(yearFrom !== undefined && { year: yearFrom }) }
    ) &&
    (mine.parameters["kind"] === undefined || mine.parameters["kind"] === (kind ?? "movie"))
  )
}

/** Whether the calls are the judge's; a question that says neither films nor series may be asked of series as well. */
const areRight = ([first, second, ...others]: ReadonlyArray<Call>, judged: Call): boolean =>
  first !== undefined &&
  others.length === 0 &&
  ((first.name === judged.name && sameParameters(first.parameters, judged.parameters)) ||
    asksForTheSameTitle(first, judged)) &&
  (second === undefined ||
    (second.name === first.name && sameParameters(second.parameters, { ...first.parameters, kind: "series" })))

/** A question for all may be answered with the longest page there is, of which the sets say nothing. */
const ofFirstPage = ({ name, parameters: { limit, ...others } }: Call): Call => ({
  name,
  parameters: limit === undefined || limit === 100 ? others : { ...others, limit }
})

/**
 * Questions that a set leaves to the model, since no parameter of the tool narrows a queue, but that rules answer right: they word
 * only what was asked for.
 */
const wordedRight = new Set([
  "show the radarr queue",
  "which movies are downloading",
  "how long until my downloads are finished"
])

layer(Household.layer())("The phrasings", (it) => {
  /** Simple ones that rules answer, at least: a set that was written before the rules, and one that was kept from them. */
  it.effect.each([
    ["phrasings.json", 0.8],
    ["heldout.json", 0.8]
  ] as const)(
    "of %s are answered by rules where they are simple, each by its call, and by the model where they are not",
    ([file, leastCaught]) =>
      Effect.gen(function* () {
        const verdicts = yield* Effect.forEach(
          Phrasings.read(file),
          Effect.fnUntraced(function* ({ call, class: kind, text }: Phrasing) {
            const { calls } = yield* Household.route(text)
            if (calls.length === 0) return { kind, verdict: "left to the model" }
            const isRight = call === null ? wordedRight.has(text) : areRight(calls.map(ofFirstPage), call)
            if (!isRight) return { kind, verdict: "wrong" }
            return { kind, verdict: (yield* Household.answer(text)) === undefined ? "not rendered" : "right" }
          })
        )
        const counts: Record<string, Record<string, number>> = {}
        for (const { kind, verdict } of verdicts) {
          const ofKind = (counts[kind] ??= {})
          ofKind[verdict] = (ofKind[verdict] ?? 0) + 1
        }
        const told = JSON.stringify(counts)
        console.info(told)

        assert.strictEqual(verdicts.filter(({ verdict }) => verdict === "wrong").length, 0, told)
        const simple = verdicts.filter(({ kind }) => kind === "simple")
        const caught = simple.filter(({ verdict }) => verdict === "right").length
        assert.isAtLeast(caught / simple.length, leastCaught, told)
      }),
    60_000
  )
})
