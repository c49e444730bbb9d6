/**
 * Workloads: what the contestants are asked, what the model says to it, and which calls and answer must come of it.
 *
 * A script stands in for the model's choices: it shows what an engine does with them, and nothing about whether a model
 * would make them. Where a call's arguments depend on earlier results in a real run, the script states the values that
 * `Backend` gives. The arguments of a call are 17 tokens or so, answers 150. Long, because it is a table of scripts.
 */
import type { Reply } from "@callsheet/testkit/scripted/Script"

import * as Backend from "./Backend.ts"

export type Call = Reply["calls"][number]

export interface Script {
  readonly key: string
  /** The question but for its run: see `questionOf`. */
  readonly text: string
  /** As run 0 hears them: in others another mark stands in place of `mark`. The last is the answer. */
  readonly replies: ReadonlyArray<Reply>
  /** The calls that the backend must get, in any order; those of run 0. */
  readonly calls: ReadonlyArray<Call>
  /** Whether the model hands in a plan. Its calls are still those of the loop. */
  readonly isPlan: boolean
  /** Whether equal calls may be made once. */
  readonly mayShare: boolean
}

/** One row of the tables: its scripts are asked one after the other. */
export interface Workload {
  readonly key: string
  readonly about: string
  readonly scripts: ReadonlyArray<Script>
}

/** The mark of run 0. */
export const mark = Backend.markOf(0)

/** The question of one run of `script`: ends in `#` and the run's six digits. */
export const questionOf = ({ text }: Script, run: number): string => `${text} #${Backend.markOf(run).slice(1)}`

const sentences = `These are the titles that fit what you asked for, best first. Each of them was looked up, so that its year and its \
rating are the ones that the catalogue holds today and not those that somebody remembers. Two came close and were left out: one is \
a series, and the other has been taken off the shelf since spring. If you liked the first, begin with the second, which was made by \
the same people a year later, for less money and with more patience. The third is the longest of all; take an evening for it. The \
last one is here for its music, which is better than its story by far, and so say all who saw it.`

/** 150 tokens. */
export const answer = sentences.slice(0, 600)

const said = (text: string): Reply => ({ text, calls: [] })
const asked = (...calls: ReadonlyArray<Call>): Reply => ({ text: "", calls })

const script = (key: string, text: string, steps: ReadonlyArray<ReadonlyArray<Call>>): Script => ({
  key,
  text,
  replies: [...steps.map((calls) => asked(...calls)), said(answer)],
  calls: steps.flat(),
  isPlan: false,
  mayShare: false
})

/** `loop`, but for the plan in which the model asks for the same calls. */
const planned = (loop: Script, steps: ReadonlyArray<object>): Script => ({
  ...loop,
  key: `${loop.key}-plan`,
  text: `${loop.text} Plan it.`,
  replies: [asked({ name: "run_plan", input: { steps } }), said(answer)],
  isPlan: true
})

const workload = (about: string, ...scripts: ReadonlyArray<Script>): Workload => ({
  key: scripts[0]?.key ?? "",
  about,
  scripts
})

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

const idLength = 58
const queryLength = 56

const id = (n: number): string => Backend.handle(n, mark, idLength)
const gets = (from: number, count: number): ReadonlyArray<Call> =>
  numbers(count).map((n) => ({ name: "get", input: { id: id(from + n) } }))

const search = (words: string): Call => ({
  name: "search",
  input: { query: `${words.padEnd(queryLength - mark.length, ".")}${mark}` }
})
const choose = (wish: string, ids: ReadonlyArray<string>): Call => ({
  name: "choose",
  input: { wish: `${wish} ${mark}`, ids }
})
const compute = (label: string, operation: string, values: ReadonlyArray<number>): Call => ({
  name: "compute",
  input: { label: `${label} ${mark}`, operation, values }
})
const list = (shelf: string, filter: string): Call => ({ name: "list", input: { shelf, filter: `${filter} ${mark}` } })

/** What `call` gives back. */
const itemsOf = ({ input }: Call, count = 1) => Backend.found(String(input["query"]), count)
const listed = (call: Call, count: number): ReadonlyArray<Call> =>
  Backend.results
    .list(call.input)
    .items.slice(0, count)
    .map(({ id }) => ({ name: "get", input: { id: `${id}${mark}` } }))
const valueOf = (call: Call): number => Backend.results.compute(call.input).value

const of = (from: string, ...path: ReadonlyArray<string | number>) => ({ $from: from, path })

// a to e

const a = script("a", "What makes a film worth a second look?", [])

const b = script("b", "Find four kinds of films about the sea and compare two of each.", [
  ["calm", "stormy", "cold", "deep"].map((word) => search(`a film about a ${word} sea and its people`)),
  gets(1, 4),
  gets(5, 4)
])

const c = script("c", "Tell me about all fifty of these.", [gets(1, 50)])

/** Each `next` is long, as pages' cursors are: a plan names it in fewer tokens than it has. */
const d = script("d", "Follow the thread of this title to its end.", [
  [{ name: "get", input: { id: `t${mark}` } }],
  ...numbers(3).map((n) => [{ name: "get", input: { id: Backend.handle(n + 1, mark, 79) } }])
])

const dPlan = planned(d, [
  { id: "a", tool: "get", input: { id: `t${mark}` } },
  { id: "b", tool: "get", input: { id: of("a", "next") } },
  { id: "c", tool: "get", input: { id: of("b", "next") } },
  { id: "d", tool: "get", input: { id: of("c", "next") } }
])

const e = script("e", "Ask the slow archive for this title, and look up three others.", [
  [{ name: "crawl", input: { id: id(0) } }, ...gets(1, 3)]
])

// f: the baseline questions

const questions: ReadonlyArray<readonly [question: string, steps: ReadonlyArray<ReadonlyArray<Call>>]> = (() => {
  const unwatched = list("library", "films that have not been watched")
  const action = list("library", "action films, not watched yet")
  const own = list("library", "films by Christopher Nolan")
  const inception = search("Inception, the film of 2010 about dreams")
  const similar = numbers(3).map((n) => search(`films like The Matrix, made after ${2005 + 5 * n}`))
  const popular = search("the most popular films of the year 2023")
  const all = search("every film that Christopher Nolan has made")
  const scares = [2020, 2021, 2022, 2023].map((year) => search(`horror films of ${year} rated above 7`))
  return [
    ["Show me recent movies", [[list("library", "added in the last month")]]],
    ["What's on deck in Plex?", [[list("library", "on deck")]]],
    ["List my unwatched movies", [[unwatched]]],
    ["Search for Inception", [[inception], [{ name: "get", input: { id: `${itemsOf(inception)[0]?.id}${mark}` } }]]],
    ["What's downloading right now?", [[list("downloads", "everything that has not ended")]]],
    ["Find me horror movies from 2020-2023 with rating above 7.0", [scares]],
    ["Show me all the action movies in my Plex library that I haven't watched yet", [[action], listed(action, 4)]],
    [
      "Recommend something similar to The Matrix but more recent",
      [
        similar,
        [
          choose(
            "like The Matrix, but newer",
            similar.flatMap((call) => itemsOf(call, 2).map(({ id }) => id))
          )
        ]
      ]
    ],
    [
      "What are the most popular movies from 2023 that I don't have?",
      [[popular, list("library", "films of 2023")], itemsOf(popular, 3).map(({ title }) => list("library", title))]
    ],
    [
      "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?",
      [[own, all], listed(own, 3), [list("watchlist", "films by Christopher Nolan")]]
    ]
  ]
})()

// g: LLMCompiler's movie recommendation and ParallelQA

const liked = [
  "Mission Impossible",
  "The Silence of the Lambs",
  "American Beauty",
  "Star Wars Episode IV",
  "Austin Powers",
  "Alesha Popovich",
  "In Cold Blood",
  "Rosetta"
].map((title) => search(`what is ${title} like?`))

const movie = script("g-movie", "Find a film similar to the first four among the last four.", [
  liked,
  [
    choose(
      "similar to the first four",
      liked.flatMap((call) => itemsOf(call).map(({ id }) => id))
    )
  ]
])

const moviePlan = planned(movie, [
  {
    id: "s",
    tool: "search",
    forEach: liked.map(({ input }) => input["query"]),
    input: { query: of("$item") }
  },
  { id: "c", tool: "choose", input: { wish: `similar to the first four ${mark}`, ids: of("s", "*", "items", 0, "id") } }
])

const makers = ["Kurosawa", "Varda", "Tarkovsky", "Kubrick"].map((name) => search(`the best rated film of ${name}`))
const ratings = makers.map((call) => itemsOf(call)[0]?.rating ?? 0)
const firstTwo = compute("the first two together", "add", ratings.slice(0, 2))
const lastTwo = compute("the last two together", "add", ratings.slice(2))
const ratio = compute("the first against the last", "divide", [valueOf(firstTwo), valueOf(lastTwo)])

const parallel = script("g-parallel", "How do the best of the first two makers rate against those of the last two?", [
  makers,
  [firstTwo, lastTwo],
  [ratio]
])

const rating = (n: number) => of("s", n, "items", 0, "rating")

const parallelPlan = planned(parallel, [
  { id: "s", tool: "search", forEach: makers.map(({ input }) => input["query"]), input: { query: of("$item") } },
  { id: "f", tool: "compute", input: { ...firstTwo.input, values: [rating(0), rating(1)] } },
  { id: "l", tool: "compute", input: { ...lastTwo.input, values: [rating(2), rating(3)] } },
  { id: "r", tool: "compute", input: { ...ratio.input, values: [of("f", "value"), of("l", "value")] } }
])

export const workloads = {
  a: workload("no tools", a),
  b: workload("three steps of four independent calls", b),
  c: workload("one step of 50 calls", c),
  d: workload("a chain of four calls", d),
  e: workload("four calls, the first of which takes 600 ms", e),
  f: {
    key: "f",
    about: "the ten baseline questions, one after the other",
    scripts: questions.map(([question, steps], n) => script(`f${n}`, question, steps))
  },
  "g-movie": workload("the shape of LLMCompiler's movie recommendation: eight searches, then a choice", movie),
  "g-parallel": workload("the shape of ParallelQA: searches, then computations on them", parallel),
  "d-plan": workload("d as a plan", dPlan),
  "g-movie-plan": workload("g-movie as a plan", moviePlan),
  "g-parallel-plan": workload("g-parallel as a plan", parallelPlan),
  equal: workload("one step of 50 equal calls", {
    ...script("equal", "Ask for the same title fifty times.", [
      numbers(50).flatMap(() => gets(1, 1).map((call) => ({ ...call, name: "crawl" })))
    ]),
    mayShare: true
  })
} satisfies Record<string, Workload>

/** `rounds` steps of `calls` calls each, then the answer: for a line through what rounds and calls cost. */
export const grid = (rounds: number, calls: number): Workload =>
  workload(
    `${rounds} steps of ${calls} calls`,
    script(
      `grid-${rounds}-${calls}`,
      `Take ${rounds} steps of ${calls}.`,
      numbers(rounds).map((round) => gets(1 + round * calls, calls))
    )
  )

export const gridRounds = [1, 2, 4, 8] as const
export const gridCalls = [1, 25, 50, 100, 200] as const

/** All that the server knows, by the text of its question. */
export const scripts: ReadonlyMap<string, Script> = new Map(
  [
    ...Object.values(workloads),
    ...gridRounds.map((rounds) => grid(rounds, 1)),
    ...gridCalls.map((calls) => grid(1, calls))
  ].flatMap(({ scripts }) => scripts.map((script) => [script.text, script] as const))
)
