/**
 * Planning: runs whose model first hands in a plan, and when it has written each step of it.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import type { View } from "@callsheet/testkit/scripted/Script"
import { timeline } from "@callsheet/testkit/scripted/Timing"

import type { step } from "./plans.ts"
import { destroying, pace, play, type Play, reading, told, writing } from "./stage.ts"

/** What these touch does not hang on their input, so it is known before that is resolved. */
const erase = destroying("erase").annotate(Annotations.TagsWritten, ["bin"])
const list = reading("list").annotate(Annotations.TagsRead, ["shelf"])
/** What the plans of these tests may name. */
export const tools = [reading("look"), writing("change"), erase, list]

type Steps = ReadonlyArray<ReturnType<typeof step>>

/** A message that hands in `steps`. */
export const planOf = (steps: Steps) => ({ text: "", calls: [{ name: "run_plan", input: { steps } }] })

/** A run whose model first hands in `steps`. */
export const plan = (steps: Steps, more: Partial<Play> = {}) =>
  play({ tools, policy: { plans: true }, replies: [planOf(steps)], ...more })

/** When the model has written each of `steps`. */
export const written = (steps: Steps): ReadonlyArray<number> => {
  let text = ""
  const arrivals = timeline(planOf(steps), pace).map(({ atMillis, delta }) => {
    text += delta
    return { atMillis, length: text.length }
  })
  return steps.map((_, index) => {
    const end = JSON.stringify({ steps: steps.slice(0, index + 1) }).length - "]}".length
    return arrivals.find(({ length }) => length >= end)?.atMillis ?? Infinity
  })
}

/** What the model read of the plan that it handed in first. */
export const outcome = ({ views }: { readonly views: ReadonlyArray<View> }) => told(views[1])[0]
