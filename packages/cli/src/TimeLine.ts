/**
 * TimeLine: the line that ends an answer: how long it took and what that was made of. Pure.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import { timeParts } from "@callsheet/core/explain/RunSummary"

/** Milliseconds for a person: "45 ms", "1.32 s". */
export const duration = (millis: number): string =>
  Math.round(millis) < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(2)} s`

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`

export const timeLine = (summary: RunSummary): string => {
  const { modelMillis, restMillis, toolMillis } = timeParts(summary)
  const { modelCalls, toolCalls, wallMillis } = summary
  const firsts = modelCalls.flatMap(({ firstTokenMillis }) => (firstTokenMillis === null ? [] : [firstTokenMillis]))
  const waiting = firsts.reduce((total, millis) => total + millis, 0)
  const model = firsts.length === 0 ? "" : `, of which ${duration(waiting)} waiting for first words`
  return (
    `${duration(wallMillis)} = model ${duration(modelMillis)} (${count(modelCalls.length, "call")}${model})` +
    ` + tools ${duration(toolMillis)} (${count(toolCalls.length, "call")}) + rest ${duration(restMillis)}`
  )
}
