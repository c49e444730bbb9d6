/**
 * TenRows: what the ten questions took, as rows.
 */
import * as Questions from "@callsheet/testkit/Questions"

import { quantile } from "../arena/Match.ts"
import { median, rounded, type Row } from "../Report.ts"
import * as Answers from "./Answers.ts"
import type * as Runs from "./Runs.ts"
import type { Measured, Timed } from "./Ten.ts"

const simple: ReadonlyArray<string> = Questions.simple
const all: ReadonlyArray<string> = [...Questions.simple, ...Questions.complex]

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const sum = (values: ReadonlyArray<number | null>): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

const told = (values: ReadonlyArray<number>): string => `p50 ${rounded(median(values), 1)}, ${values.length} runs`

/** Of each question the mean, and of these the mean: a question counts once, however often it was asked. */
const meanOverTen = (runs: ReadonlyArray<Timed>, of: (run: Timed) => number): number =>
  mean(all.map((question) => mean(runs.filter((run) => run.question === question).map(of))))

/** In milliseconds: of a question that was not asked before, and of one whose reads are all remembered. */
const bounds = { new: { simple: 1000, complex: 2000 }, again: { simple: 30, complex: undefined } } as const

const times = (name: string, memory: Runs.Memory, { runs }: Measured, bound?: keyof typeof bounds) =>
  all.map((question): Row => {
    const own = runs.filter((run) => run.question === question && run.memory === memory)
    const millis = own.map((run) => run.millis)
    const modelCalls = mean(own.map((run) => run.modelCalls.length))
    const toolCalls = mean(own.map((run) => run.toolCalls.length))
    const atMost = bound && bounds[bound][simple.includes(question) ? "simple" : "complex"]
    return {
      name: `${name}, ${memory}: ${question}`,
      value: quantile(millis, 0.95),
      unit: "ms p95",
      ...(atMost !== undefined && { atMost }),
      note: `${told(millis)}; model calls ${rounded(modelCalls, 2)}, tool calls ${rounded(toolCalls, 2)}`
    }
  })

const beyondDelays = (memory: Runs.Memory, { runs }: Measured) =>
  simple.map((question): Row => {
    const own = runs.filter((run) => run.question === question && run.memory === memory)
    const millis = own.flatMap((run) => run.beyondMillis ?? [])
    return {
      name: `on, ${memory}, beyond the delays: ${question}`,
      value: quantile(millis, 0.95),
      unit: "ms p95",
      atMost: 30,
      note: told(millis)
    }
  })

/** A p95 of fewer runs is none. */
const runCount = ({ runs }: Measured): Row => ({
  name: "on: runs of each question",
  value: Math.min(
    ...all.flatMap((question) =>
      (["cold", "warm", "again"] as const).map(
        (memory) => runs.filter((run) => run.question === question && run.memory === memory).length
      )
    )
  ),
  unit: "runs",
  atLeast: 20
})

const callRows = (name: string, memory: Runs.Memory, { runs }: Measured, isBound: boolean): ReadonlyArray<Row> => {
  const own = runs.filter((run) => run.memory === memory)
  return [
    {
      name: `${name}, ${memory}: model calls a question`,
      value: meanOverTen(own, (run) => run.modelCalls.length),
      unit: "calls",
      ...(isBound && { atMost: 0.7 }),
      note: "mean over the ten; depends on the model choosing well"
    },
    {
      name: `${name}, ${memory}: tool calls a question`,
      value: meanOverTen(own, (run) => run.toolCalls.length),
      unit: "calls",
      note: "mean over the ten"
    }
  ]
}

const answers = (name: string, { runs }: Measured): Row => {
  const failed = runs.filter(({ answer, question }) => !Answers.isTrue(question, answer))
  return {
    name: `${name}: answers that name what they must`,
    value: (100 * (runs.length - failed.length)) / runs.length,
    unit: "%",
    atLeast: 100,
    note: [`${runs.length} runs`, ...new Set(failed.map(({ question }) => question))].join("; ")
  }
}

/** Nothing, where the model was not asked at all. */
const requests = (name: string, { runs, toolBytes }: Measured): ReadonlyArray<Row> => {
  const calls = runs.flatMap((run) => run.modelCalls)
  if (calls.length === 0) return []
  const input = sum(calls.map(({ inputTokens }) => inputTokens))
  const bytes = sum(calls.map(({ requestBytes }) => requestBytes))
  return [
    {
      name: `${name}: tool definitions a model request`,
      value: mean(toolBytes),
      unit: "bytes",
      note: `${toolBytes.length} requests; a request has ${rounded(bytes / calls.length, 0)} bytes in all`
    },
    {
      name: `${name}: cached input tokens`,
      value: (100 * sum(calls.map(({ cachedInputTokens }) => cachedInputTokens))) / input,
      unit: "%",
      note: `of ${rounded(input / calls.length, 0)} a request, as the stand-in counts them`
    }
  ]
}

export const rows = ({ off, on }: { readonly off: Measured; readonly on: Measured }): ReadonlyArray<Row> => [
  runCount(on),
  ...times("on", "cold", on, "new"),
  ...times("on", "warm", on, "new"),
  ...times("on", "again", on, "again"),
  ...times("off", "cold", off),
  ...beyondDelays("cold", on),
  ...beyondDelays("warm", on),
  ...callRows("on", "cold", on, true),
  ...callRows("on", "warm", on, true),
  ...callRows("off", "cold", off, false),
  answers("on", on),
  answers("off", off),
  ...requests("on", on),
  ...requests("off", off)
]
