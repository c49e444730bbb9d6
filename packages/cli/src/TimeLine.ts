/**
 * TimeLine: the line that ends an answer: how long it took and what that was made of. Pure.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import { timeParts } from "@callsheet/core/explain/RunSummary"

/** Milliseconds for a person: "45 ms", "1.32 s". */
export const duration = (millis: number): string =>
  Math.round(millis) < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(2)} s`

/** "1 call", "2 calls". */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`

/** What a reader must know of an answer that does not say it itself; budgets and deadlines do. */
const caveats: Partial<Record<RunSummary["reason"], string>> = {
  length: "The answer was cut short: the model reached its length limit.\n",
  "content-filter": "The answer was cut short by the provider's content filter.\n",
  incomplete: "The provider did not say that the answer is complete.\n",
  "step-limit": "The model had to answer from what it had: the run reached its limit of steps.\n"
}

/** Where results came from memory or the store. */
const remembered = (toolCalls: RunSummary["toolCalls"]): string => {
  const found = toolCalls.filter(({ source }) => source === "memory" || source === "store").length
  return found === 0 ? "" : `, ${found} remembered`
}

export const timeLine = (summary: RunSummary): string => {
  if (summary.route === "memory") {
    return `${duration(summary.wallMillis)}, from memory: nothing that this answer rests on is known to have changed`
  }
  if (summary.route === "rules") {
    const calls = count(summary.toolCalls.length, "call")
    return `${duration(summary.wallMillis)}, by rules without the model: ${calls}${remembered(summary.toolCalls)}`
  }
  const { modelMillis, restMillis, toolMillis } = timeParts(summary)
  const { modelCalls, toolCalls, wallMillis } = summary
  const firsts = modelCalls.flatMap(({ firstTokenMillis }) => (firstTokenMillis === null ? [] : [firstTokenMillis]))
  const waiting = firsts.reduce((total, millis) => total + millis, 0)
  const model = firsts.length === 0 ? "" : `, of which ${duration(waiting)} waiting for first words`
  return (
    `${caveats[summary.reason] ?? ""}${duration(wallMillis)} = model ${duration(modelMillis)} (${count(modelCalls.length, "call")}${model})` +
    ` + tools ${duration(toolMillis)} (${count(toolCalls.length, "call")}${remembered(toolCalls)}) + rest ${duration(restMillis)}`
  )
}
