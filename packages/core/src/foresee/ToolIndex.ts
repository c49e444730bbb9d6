/**
 * ToolIndex: which tools a question speaks for: BM25 over their names, descriptions and examples.
 *
 * It loads the search engine, so it is itself loaded late, by `ToolOffer`.
 */
import * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import MiniSearch from "minisearch"

import * as Annotations from "../schedule/Annotations.ts"
import * as Bundle from "./Bundle.ts"
import * as Terms from "./Terms.ts"

export type Tools = Readonly<Record<string, Tool.Any>>

/** The tools that a run begins with. */
export interface Selection {
  /** The bundle's name; `undefined` where it is all tools. */
  readonly bundle: string | undefined
  /** In the bundle's order. One object for each bundle, and the toolkit's own for all tools. */
  readonly tools: Tools
}

export interface Match {
  readonly name: string
  /** Comparable within one search only. */
  readonly score: number
}

export interface ToolIndex {
  /**
   * The bundle for a question. `fitting` names the tools that the application takes to fit, best first; there may be none.
   *
   * **Details**
   *
   * The question speaks for the tools that match it at least three tenths as well as the best does. The application speaks
   * for its first tool as loud as the question for that best one, for its second half as loud, and so on.
   *
   * The application's first bundle is left for another only where that has all of these tools that the first has, and one
   * more that matches about as well as any. Where the first has none, nor has another, all tools are sent; where nothing is spoken for, the first bundle.
   * Derived bundles have no such first: one is chosen where it has all of these tools, and else all tools are sent.
   */
  readonly select: (question: string, fitting: ReadonlyArray<string>) => Selection
  /** The tools that match, best first. */
  readonly search: (query: string) => ReadonlyArray<Match>
}

/** Words of a text that are looked at: of a long one its beginning and its end, where its wish is. */
const mostTerms = 64

/** How well a tool matches that is spoken for, of how well the best does. */
const leastMatch = 0.3

/** How well a tool matches for whose sake the first bundle is left, of how well the best does. */
const leastLead = 0.6

/** A word that more of so many tools have tells none from another. */
const mostHaving = (tools: number): number => Math.max(2, tools / 5)

/**
 * Whether a word is forgiven a slip of the keyboard: where it is long enough to be known by the rest, and no longer than words
 * are, since the search for what is like it takes memory by the square of its length.
 */
const isForgiven = ({ length }: string): boolean => length >= 5 && length <= 24

const termsOf = (text: string): ReadonlyArray<string> => {
  const terms = Terms.of(text)
  return terms.length > mostTerms ? [...terms.slice(0, mostTerms / 2), ...terms.slice(-mostTerms / 2)] : terms
}

const entryOf = (name: string, tool: Tool.Any, id: number) => ({
  id,
  name,
  text: [Tool.getDescription(tool) ?? "", ...Context.get(tool.annotations, Annotations.Examples)].join("\n")
})

/**
 * The index of `tools`. `bundles` are the application's; the first is for questions that speak for nothing, or for tools of
 * several. Without them they are derived.
 */
export const make = (tools: Tools, bundles: ReadonlyArray<Bundle.Bundle> | undefined): ToolIndex => {
  const names = Object.keys(tools)
  const engine = new MiniSearch<ReturnType<typeof entryOf>>({
    fields: ["name", "text"],
    tokenize: (text) => [...Terms.of(text)],
    processTerm: (term) => term
  })
  engine.addAll(Object.entries(tools).map(([name, tool], id) => entryOf(name, tool, id)))
  const find = (terms: ReadonlyArray<string>): ReadonlyArray<Match> =>
    engine
      .search(
        { combineWith: "OR", queries: [...terms] },
        { tokenize: (term) => [term], fuzzy: (term) => (isForgiven(term) ? 1 : false) }
      )
      .map(({ id, score }) => ({ name: names[id] ?? "", score }))

  const all: Selection = { bundle: undefined, tools }
  const selectionOf = (bundle: Bundle.Bundle): Selection => {
    const own = bundle.tools.flatMap((name) => {
      const tool = Object.hasOwn(tools, name) ? tools[name] : undefined
      return tool === undefined ? [] : [[name, tool] as const]
    })
    return own.length === 0 || own.length === names.length
      ? all
      : { bundle: bundle.name, tools: Object.fromEntries(own) }
  }
  const selections = (bundles ?? Bundle.derive(tools)).map(selectionOf)
  const first = bundles === undefined ? undefined : selections[0]

  /** The tools that the question and the application speak for. */
  const wantedBy = (question: string, fitting: ReadonlyArray<string>): ReadonlyArray<Match> => {
    const telling = termsOf(question).filter((term) => find([term]).length <= mostHaving(names.length))
    const scores = new Map(find(telling).map(({ name, score }) => [name, score]))
    const loudest = scores.size === 0 ? 1 : Math.max(...scores.values())
    for (const [rank, name] of fitting.filter((name) => Object.hasOwn(tools, name)).entries()) {
      scores.set(name, (scores.get(name) ?? 0) + loudest / (rank + 1))
    }
    const least = leastMatch * Math.max(...scores.values())
    return [...scores].flatMap(([name, score]) => (score < least ? [] : [{ name, score }]))
  }

  return {
    search: (query) => find(termsOf(query)),
    select: (question, fitting) => {
      const wanted = wantedBy(question, fitting)
      if (wanted.length === 0) return first ?? all
      const heldBy = (selection: Selection) => wanted.filter(({ name }) => Object.hasOwn(selection.tools, name))
      const inFirst = first === undefined ? undefined : heldBy(first)
      const lead = leastLead * Math.max(...wanted.map(({ score }) => score))
      const isBetter = (held: ReadonlyArray<Match>) =>
        inFirst === undefined
          ? held.length === wanted.length
          : inFirst.every((match) => held.includes(match)) &&
            held.some((match) => match.score >= lead && !inFirst.includes(match))
      let chosen = (inFirst?.length === 0 ? undefined : first) ?? all
      let most = 0
      for (const selection of selections) {
        const held = heldBy(selection)
        const score = held.reduce((sum, match) => sum + match.score, 0)
        if (selection === all || score <= most || !isBetter(held)) continue
        chosen = selection
        most = score
      }
      return chosen
    }
  }
}
