/**
 * Budget: what runs may take, as `budget.json` says it, and where runs differ from that.
 */
import { readFileSync, writeFileSync } from "node:fs"

import * as Schema from "effect/Schema"

import { Figures } from "./Figures.ts"

export const Budget = Schema.Struct({
  /** KB of 1,000 bytes a run, streaming; and what buffers take outside of the heap, of which b takes most. */
  allocationKilobytes: Schema.Struct({
    responses: Schema.Struct({ a: Schema.Finite, b: Schema.Finite }),
    chat: Schema.Struct({ a: Schema.Finite, b: Schema.Finite })
  }),
  outsideKilobytes: Schema.Finite,
  /** In virtual time: by the script of the arena's workload. */
  workloads: Schema.Record(Schema.String, Figures),
  /** In virtual time: by question and set-up (`Questions`). */
  questions: Schema.Record(Schema.String, Schema.Struct({ model: Figures, everything: Figures }))
})
export type Budget = typeof Budget.Type

/** What is exact, so that it is written as it is found. */
export type Found = Pick<Budget, "workloads" | "questions">

const file = new URL("../budget.json", import.meta.url)

export const read = (): Budget => Schema.decodeSync(Schema.fromJsonString(Budget))(readFileSync(file, "utf8"))

/** As the formatter leaves it. */
const beside = (value: unknown): string => JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ")

/** `members`, already text, below each other. */
const below = (members: Readonly<Record<string, string>>, indent: string): string => {
  const lines = Object.entries(members).map(([key, text]) => `${indent}  ${JSON.stringify(key)}: ${text}`)
  return `{\n${lines.join(",\n")}\n${indent}}`
}

const mapped = <A>(members: Readonly<Record<string, A>>, text: (member: A) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([key, member]) => [key, text(member)]))

/** Writes `found` into the file, and leaves what is measured as it is. */
export const write = ({ questions, workloads }: Found): void => {
  const { allocationKilobytes, outsideKilobytes } = read()
  const setUps = (bySetUp: Found["questions"][string]) => below(mapped({ ...bySetUp }, beside), "    ")
  const text = below(
    {
      allocationKilobytes: beside(allocationKilobytes),
      outsideKilobytes: beside(outsideKilobytes),
      workloads: below(mapped(workloads, beside), "  "),
      questions: below(mapped(questions, setUps), "  ")
    },
    ""
  )
  writeFileSync(file, `${text}\n`)
}

/** What each figure is, as a sentence goes on after its amount. */
const named: Readonly<Record<keyof Figures, string>> = {
  criticalPathMillis: "ms of critical path",
  modelCalls: "model calls",
  toolCalls: "tool calls",
  promptBytes: "bytes of prompts"
}

const keys = ["criticalPathMillis", "modelCalls", "toolCalls", "promptBytes"] as const

const differing = (name: string, found: Figures, budgeted: Figures): ReadonlyArray<string> =>
  keys.flatMap((key) =>
    found[key] === budgeted[key] ? [] : [`${name}: ${found[key]} ${named[key]}, not ${budgeted[key]}.`]
  )

/** All runs of `found`, by a name for people. */
export const runs = ({ questions, workloads }: Found): Readonly<Record<string, Figures>> => ({
  ...workloads,
  ...Object.fromEntries(
    Object.entries(questions).flatMap(([question, bySetUp]) =>
      Object.entries(bySetUp).map(([setUp, figures]) => [`${question} (${setUp})`, figures])
    )
  )
})

/**
 * Where `found` is not what `budgeted` says: in either direction, since a run that got better gets a new budget, so that it
 * stays so.
 */
export const differences = (found: Found, budgeted: Found): ReadonlyArray<string> => {
  const budgets = runs(budgeted)
  const all = runs(found)
  return [
    ...Object.entries(all).flatMap(([name, figures]) => {
      const budget = budgets[name]
      return budget === undefined ? [`${name}: has no budget.`] : differing(name, figures, budget)
    }),
    ...Object.keys(budgets).flatMap((name) =>
      Object.hasOwn(all, name) ? [] : [`${name}: is budgeted, but was not run.`]
    )
  ]
}
