/**
 * Limit: how long a run takes if nothing but dependence makes anything wait, on paper, and the pace of the realistic mode.
 *
 * Each tool call begins when its own arguments, and what they need, are there; the next model call when the last tool call
 * has ended. No run that streams can be faster.
 */
import { type Chunk, replyMillis, timeline, type Timing } from "@callsheet/testkit/scripted/Timing"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"

import type { Call, Script, Workload } from "./Workloads.ts"

/** Of a hosted model of the small kind. */
export const timing: Timing = { firstToken: Duration.millis(350), tokensPerSecond: 120 }

const usualMillis = 40

/** How long `tool` takes in realistic mode. */
export const toolMillis = (tool: string): number => (tool === "crawl" ? 600 : usualMillis)

interface PlanStep {
  readonly id: string
  readonly tool: string
}

const isStep = (value: unknown): value is PlanStep =>
  Predicate.hasProperty(value, "id") && Predicate.hasProperty(value, "tool")

const stepsOf = ({ input, name }: Call): ReadonlyArray<PlanStep> | undefined => {
  const steps = name === "run_plan" ? input["steps"] : undefined
  return Array.isArray(steps) ? steps.filter(isStep) : undefined
}

/** When the steps of the one plan in `chunks` end: each begins when it is written whole and what it refers to has ended. */
const stepEnds = (steps: ReadonlyArray<PlanStep>, chunks: ReadonlyArray<Chunk>): ReadonlyArray<number> => {
  const ends = new Map<string, number>()
  let written = `{"steps":`.length
  for (const step of steps) {
    const text = JSON.stringify(step)
    // The bracket or comma before it.
    written += 1 + text.length
    let arrived = 0
    const last = chunks.find(({ delta }) => (arrived += delta.length) >= written)
    const needs = Array.from(text.matchAll(/"\$from":"(\w+)"/g), ([, id = ""]) => ends.get(id) ?? 0)
    ends.set(step.id, Math.max(last?.atMillis ?? 0, ...needs) + toolMillis(step.tool))
  }
  return [...ends.values()]
}

const callEnds = (calls: ReadonlyArray<Call>, chunks: ReadonlyArray<Chunk>): ReadonlyArray<number> =>
  calls.flatMap((call, index) => {
    const steps = stepsOf(call)
    if (steps !== undefined) return stepEnds(steps, chunks)
    const last = chunks.findLast((chunk) => chunk._tag === "Arguments" && chunk.call === index)
    return [(last?.atMillis ?? 0) + toolMillis(call.name)]
  })

const scriptMillis = ({ replies }: Script): number => {
  let millis = 0
  for (const reply of replies) {
    millis += Math.max(replyMillis(reply, timing), ...callEnds(reply.calls, timeline(reply, timing)))
  }
  return millis
}

/** Milliseconds that one run of `workload` takes at least. */
export const millisOf = ({ scripts }: Workload): number =>
  scripts.reduce((millis, script) => millis + scriptMillis(script), 0)
