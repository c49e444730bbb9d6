/**
 * Planner: plays a model that hands in a plan, at the two of the ten questions that its script answers in several rounds which
 * need one another; at the others there is nothing to plan. Only where plans are on offer.
 *
 * It shows what a plan does to the schedule. Nothing about whether a model would plan so well: this one knows, as people do,
 * that The Matrix is of 1999, takes the first title found for the one that is meant, and makes no mistake in a reference.
 */
import * as Prose from "@callsheet/testkit/scripted/rules/Prose"
import { Title } from "@callsheet/testkit/scripted/rules/Tools"
import type { Script, View } from "@callsheet/testkit/scripted/Script"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** The tool by which a plan comes. */
const planTool = "run_plan"

interface Planned {
  readonly steps: ReadonlyArray<object>
  /** The step whose result is shown. */
  readonly shown: string
  /** The answer from what that step gave. */
  readonly answer: (titles: ReadonlyArray<Title>) => string
}

const of = (from: string, ...path: ReadonlyArray<string | number>) => ({ $from: from, path })

/** As much as the written rules say of a title that was searched for. */
const told = (title: Title): string =>
  Prose.lines(
    `${Prose.describe(title)}.`,
    title.directors && title.directors.length > 0 ? `Directed by ${Prose.joined(title.directors)}.` : undefined,
    title.cast && title.cast.length > 0 ? `With ${Prose.joined(title.cast.slice(0, 5))}.` : undefined,
    title.overview ?? undefined,
    title.inLibrary === true ? "It is in your Plex library." : "It is not in your Plex library."
  )

/** Three with their overviews, the others by name, as the written rules have it; sequels last. */
const suggested = (titles: ReadonlyArray<Title>): string => {
  const isSequel = ({ title }: Title) => title.includes("Matrix")
  const ranked = [...titles.filter((title) => !isSequel(title)), ...titles.filter(isSequel)]
  const best = ranked.slice(0, 3).map((title) => Prose.lines(Prose.describe(title), `  ${title.overview ?? ""}`))
  return Prose.lines(
    `If you like The Matrix, these ${best.length} come closest:`,
    Prose.bullets(best, best.length),
    `Also similar: ${Prose.joined(ranked.slice(3).map(Prose.named))}.`
  )
}

const plans: Readonly<Record<string, Planned>> = {
  "Search for Inception": {
    steps: [
      { id: "found", tool: "search_titles", input: { query: "Inception" } },
      {
        id: "title",
        tool: "title_details",
        input: { tmdbId: of("found", "items", 0, "tmdbId"), kind: of("found", "items", 0, "kind") }
      }
    ],
    shown: "title",
    answer: (titles) => titles.map(told).join("\n")
  },
  "Recommend something similar to The Matrix but more recent": {
    steps: [
      { id: "found", tool: "search_titles", input: { query: "The Matrix" } },
      {
        id: "like",
        tool: "recommend_titles",
        input: { tmdbId: of("found", "items", 0, "tmdbId"), yearFrom: 2000, limit: 8 }
      },
      {
        id: "titles",
        tool: "title_details",
        forEach: of("like", "items"),
        input: { tmdbId: of("$item", "tmdbId") }
      }
    ],
    shown: "titles",
    answer: suggested
  }
}

const decode = Schema.decodeUnknownOption(Title)

/** What the plan gave, if it has run: the result of `step`, as titles. */
const gave = (view: View, step: string): ReadonlyArray<Title> | undefined => {
  const last = view.messages.findLast((message) => message.role === "tool" && message.name === planTool)
  if (last?.role !== "tool") return undefined
  const { result } = last
  const results = Predicate.hasProperty(result, "results") ? result.results : undefined
  const value = Predicate.hasProperty(results, step) ? results[step] : undefined
  return [value].flat().flatMap((one) => Option.toArray(decode(one)))
}

/** Plans where it can, and leaves all else, a plan that came to nothing too, to `rest`. */
export const script =
  (rest: Script): Script =>
  (view) => {
    const planned = Object.hasOwn(plans, view.question) ? plans[view.question] : undefined
    if (planned === undefined || !view.tools.includes(planTool) || view.toolChoice === "none") return rest(view)
    const titles = gave(view, planned.shown)
    if (titles === undefined) return { text: "", calls: [{ name: planTool, input: { steps: planned.steps } }] }
    return titles.length === 0 ? rest(view) : { text: planned.answer(titles), calls: [] }
  }
