/**
 * Tables: what the set-ups came to, as the tables of `docs/performance.md`, which stand between markers and are never written by
 * hand.
 */
import { readFileSync, writeFileSync } from "node:fs"

import * as Effect from "effect/Effect"

import { rounded } from "../Report.ts"
import * as Figures from "./Figures.ts"
import type { Told } from "./SetUpRows.ts"
import * as SetUps from "./SetUps.ts"

const file = new URL("../../docs/performance.md", import.meta.url)

const line = (cells: ReadonlyArray<string | number>): string => `| ${cells.join(" | ")} |`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number>>): string =>
  [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")

const megabytes = (bytes: number): number => rounded(bytes / 1e6, 1)

const shareHeads = Figures.parts.map((part) => `${part} %`)

const summary = (figures: ReadonlyArray<Figures.Figures>): string => {
  const mean = (of: SetUps.SetUp, value: (figures: Figures.Figures) => number) =>
    Figures.mean(
      figures.filter(({ setUp }) => setUp === of),
      value
    )
  const millis = (setUp: SetUps.SetUp) => mean(setUp, (one) => one.millis)
  const rows = SetUps.all.map((setUp, index) => {
    const cell = (digits: number, value: (figures: Figures.Figures) => number) => rounded(mean(setUp, value), digits)
    return [
      `${index + 1} ${setUp.name}`,
      rounded(millis(setUp), 0),
      rounded(millis(SetUps.before) / millis(setUp), 2),
      cell(1, ({ modelCalls }) => modelCalls),
      cell(1, ({ toolCalls }) => toolCalls),
      ...Figures.parts.map((part) => cell(1, ({ shares }) => shares[part])),
      cell(0, ({ processorMillis }) => processorMillis),
      cell(1, ({ memoryBytes }) => memoryBytes / 1e6)
    ]
  })
  const head = ["mean of the ten", "ms", "x 1", "model calls", "tool calls", ...shareHeads, "processor ms", "memory MB"]
  return table(head, rows)
}

const each = (figures: ReadonlyArray<Figures.Figures>): string => {
  const questions = [...new Set(figures.map(({ question }) => question))]
  const rows = questions.flatMap((question) =>
    SetUps.all.flatMap((setUp, index) =>
      figures
        .filter((one) => one.question === question && one.setUp === setUp)
        .map((one) => [
          index === 0 ? question : "",
          index + 1,
          rounded(one.millis, 0),
          rounded(one.p95Millis, 0),
          one.modelCalls,
          one.chainLength,
          one.toolCalls,
          ...Figures.parts.map((part) => rounded(one.shares[part], 0)),
          rounded(one.processorMillis, 0),
          megabytes(one.memoryBytes)
        ])
    )
  )
  const counts = ["model calls", "chain", "tool calls"]
  return table(
    ["question", "set-up", "median ms", "p95 ms", ...counts, ...shareHeads, "processor ms", "memory MB"],
    rows
  )
}

/** All that stands between the markers. */
const text = ({ figures, model }: Told): string => {
  const runs = Math.min(...figures.map((one) => one.runs))
  const memory =
    "Memory: of (1) what its process holds at its end, of the others what the heap has grown by at the end of a run."
  const shares = `Shares: of what whoever asks waits. Ahead: start-up, routing, choice of tools; engine: definitions, prompts, its own
overhead; process: what lies around the run. (1) and (2) do not stream: what the model decodes counts as waiting for it.`
  const slowest = runs < 20 ? " p95 of so few runs is the slowest of them." : ""
  const said = `${runs} runs of each question in each set-up${model === undefined ? ", the model a script" : `, by ${model.name}`}.${slowest} ${shares} ${memory}`
  return [said, summary(figures), each(figures)].join("\n\n")
}

/** `document` with `tables` between the markers of `name`; a defect where they are not there once, in this order. */
const put = (document: string, name: string, tables: string): string => {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [before, rest, ...more] = document.split(begin)
  const [, after, ...others] = rest?.split(end) ?? []
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`docs/performance.md must hold ${begin} and ${end} once, in this order.`)
  }
  return `${before}${begin}\n\n${tables}\n\n${end}${after}`
}

/** Makes the tables of `name` anew: `baseline`, or `baseline-openai`. */
export const write = (name: string, told: Told): Effect.Effect<void> =>
  Effect.sync(() => writeFileSync(file, put(readFileSync(file, "utf8"), name, text(told))))
