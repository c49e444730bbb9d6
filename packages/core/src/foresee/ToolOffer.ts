/**
 * ToolOffer: what the model of one run is offered: a selection at its start, and after it what was found since. It only grows,
 * at its end, so that the beginning of the prompt stays the same byte for byte.
 */
import * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"

import * as Characters from "../model/Characters.ts"
import * as Bundle from "./Bundle.ts"
import * as FindTool from "./FindTool.ts"
import * as OfferSize from "./OfferSize.ts"
import type { Selection, ToolIndex, Tools } from "./ToolIndex.ts"

export interface ToolOffer {
  /** What the run begins with: of the same bundle the same object in each run. */
  readonly selection: Selection
  /** `start` and what was found since, in the order of finding: the same array until more is found, at first `start` itself. */
  readonly after: (start: ReadonlyArray<Tool.Any>) => ReadonlyArray<Tool.Any>
  /** Finds tools that are not on offer, and adds them; the same query, no more than once. `undefined` where all are. */
  readonly find: ((query: string) => typeof FindTool.Found.Type) | undefined
}

/** Opens the offer of a run. `fitting`: names of the tools that the application takes to fit, best first. */
export type Open = (tools: Tools, question: string, fitting: ReadonlyArray<string>) => Effect.Effect<ToolOffer>

/** Tools that one query adds, at most. */
const mostFound = 5

/** How well they match, of how well the best does. */
const leastMatch = 0.5

/** UTF-16 units of a description that the answer repeats: all of it stands in the definition that follows. */
const shownUnits = 160

/** Names that are told where nothing matches. */
const mostNames = 50

/** The offer of all `tools`. */
export const whole = (tools: Tools): ToolOffer => ({
  selection: { bundle: undefined, tools },
  after: (start) => start,
  find: undefined
})

const shown = (tool: Tool.Any): { readonly name: string; readonly description: string } => {
  const description = Tool.getDescription(tool) ?? ""
  const { to } = Characters.take(description, 0, shownUnits, Infinity)
  return { name: tool.name, description: to < description.length ? `${description.slice(0, to)}...` : description }
}

const growing = (tools: Tools, index: ToolIndex, selection: Selection): ToolOffer => {
  const found: Array<Tool.Any> = []
  const answers = new Map<string, typeof FindTool.Found.Type>()
  let extended: { readonly start: ReadonlyArray<Tool.Any>; readonly tools: ReadonlyArray<Tool.Any> } | undefined

  const lookFor = (query: string): typeof FindTool.Found.Type => {
    const others = new Map(
      Object.entries(tools).filter(([name, tool]) => !Object.hasOwn(selection.tools, name) && !found.includes(tool))
    )
    const matches = index.search(query).filter(({ name }) => others.has(name))
    const least = leastMatch * (matches[0]?.score ?? 0)
    const added = matches
      .filter(({ score }) => score >= least)
      .slice(0, mostFound)
      .flatMap(({ name }) => others.get(name) ?? [])
    found.push(...added)
    if (added.length > 0) return { tools: added.map(shown) }
    const names = [...others.keys()]
    const told = names.length > mostNames ? `${names.slice(0, mostNames).join(", ")}, ...` : names.join(", ")
    const problem =
      names.length === 0
        ? "There are no other tools."
        : `No other tool matches. Ask for one of these by its name: ${told}.`
    return { tools: [], problem }
  }

  return {
    selection,
    after: (start) => {
      if (found.length === 0) return start
      if (extended?.start !== start || extended.tools.length !== start.length + found.length) {
        extended = { start, tools: [...start, ...found] }
      }
      return extended.tools
    },
    find: (query) => {
      const known = answers.get(query)
      if (known !== undefined) return known
      const answer = lookFor(query)
      answers.set(query, answer)
      return answer
    }
  }
}

/**
 * Opens the offers of one agent, over `bundles` of the application's (`ToolIndex.make`).
 *
 * **Details**
 *
 * A toolkit, known by its `tools` object, is looked at once. Of a small one (`OfferSize.isSmall`) all is offered, and the
 * search engine not even loaded. Bundles that cannot be used, and a tool that is named as `FindTool` is, are faults of the
 * program.
 */
export const make = (bundles?: ReadonlyArray<Bundle.Bundle>): Open => {
  const problem = bundles && Bundle.problem(bundles)
  /** `undefined` for a small toolkit. */
  const indexes = new WeakMap<Tools, ToolIndex | undefined>()
  const indexOf = Effect.fnUntraced(function* (tools: Tools) {
    if (indexes.has(tools)) return indexes.get(tools)
    if (problem !== undefined) return yield* Effect.die(new Error(problem))
    if (Object.hasOwn(tools, FindTool.name)) return yield* Effect.die(new Error(FindTool.taken))
    if (OfferSize.isSmall(Object.values(tools))) {
      indexes.set(tools, undefined)
      return undefined
    }
    const { make } = yield* Effect.promise(() => import("./ToolIndex.ts"))
    // Runs that began together share one, since its selections are known by what they are.
    const index = indexes.get(tools) ?? make(tools, bundles)
    indexes.set(tools, index)
    return index
  })
  return (tools, question, fitting) =>
    Effect.map(indexOf(tools), (index) => {
      const selection = index?.select(question, fitting)
      return index === undefined || selection === undefined || selection.tools === tools
        ? whole(tools)
        : growing(tools, index, selection)
    })
}
