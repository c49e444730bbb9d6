/**
 * The router before its judge: the phrasings that were written before it. A failure tells counts only, and never a text: what
 * the rules lack is to be found by thinking of other questions, not by reading these.
 */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"

import type { Call } from "@callsheet/core/foresee/Route"
import { assert, layer } from "@effect/vitest"
import { Effect, Equal, Predicate, Schema } from "effect"

import { plain } from "../../src/route/Words.ts"
import * as Household from "./household.ts"

const Phrasing = Schema.Struct({
  text: Schema.String,
  class: Schema.String,
  call: Schema.NullOr(Schema.Struct({ name: Schema.String, parameters: Schema.Record(Schema.String, Schema.Unknown) }))
})
type Phrasing = typeof Phrasing.Type

const phrasings = Schema.decodeSync(Schema.fromJsonString(Schema.Array(Phrasing)))(
  readFileSync(resolve(import.meta.dirname, "../phrasings.json"), "utf8")
)

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

layer(Household.layer())("The judge's phrasings", (it) => {
  it.effect(
    "are answered by rules where they are simple, each by its call, and by the model where they are not",
    () =>
      Effect.gen(function* () {
        const verdicts = yield* Effect.forEach(
          phrasings,
          Effect.fnUntraced(function* ({ call, class: kind, text }: Phrasing) {
            const { calls } = yield* Household.route(text)
            if (calls.length === 0) return { kind, verdict: "left to the model" }
            if (call === null || !areRight(calls, call)) return { kind, verdict: "wrong" }
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
        assert.isAtLeast(caught / simple.length, 0.8, told)
      }),
    60_000
  )
})
