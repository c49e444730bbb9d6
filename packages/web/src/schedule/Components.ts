/**
 * Components: what the time of a run is made of, in words, and how two runs differ in it. Pure.
 */
import type { Profile } from "../wire/Profile.ts"

/** In the order in which a run goes through them. */
const components: Readonly<Record<string, string>> = {
  "start-up": "getting ready, and looking whether the answer is known",
  routing: "understanding the question before the model",
  "tool-selection": "choosing the tools to offer",
  "tool-definitions": "describing the tools",
  prompt: "writing what the model reads",
  "model-wait": "waiting for the model's first word",
  decoding: "the model writing",
  tools: "tools that nothing else hid",
  queueing: "waiting for a place or a retry",
  approval: "waiting for a person",
  overhead: "the engine itself"
}

export const wordsOf = (component: string): string => components[component] ?? component

export interface Share {
  readonly component: string
  readonly millis: number
  /** From 0 to 1, of the run. */
  readonly share: number
}

/** What took any time, the greatest first. */
export const shares = ({ selfMillis, wallMillis }: Profile): ReadonlyArray<Share> =>
  Object.entries(selfMillis)
    .filter(([, millis]) => millis > 0)
    .map(([component, millis]) => ({ component, millis, share: wallMillis > 0 ? millis / wallMillis : 0 }))
    .sort((one, other) => other.millis - one.millis)

export interface Difference {
  /** Null: of the whole runs. */
  readonly component: string | null
  readonly beforeMillis: number
  readonly nowMillis: number
  /** Negative where the second run was faster. */
  readonly millis: number
}

/** By how much the second run differs, in all and by component, the greatest difference first. */
export const differences = (before: Profile, now: Profile): ReadonlyArray<Difference> => {
  const of = (component: string | null, beforeMillis: number, nowMillis: number): Difference => ({
    component,
    beforeMillis,
    nowMillis,
    millis: nowMillis - beforeMillis
  })
  const names = new Set([...Object.keys(before.selfMillis), ...Object.keys(now.selfMillis)])
  return [
    of(null, before.wallMillis, now.wallMillis),
    ...[...names]
      .map((name) => of(name, before.selfMillis[name] ?? 0, now.selfMillis[name] ?? 0))
      .filter(({ beforeMillis, nowMillis }) => beforeMillis > 0 || nowMillis > 0)
      .sort((one, other) => Math.abs(other.millis) - Math.abs(one.millis))
  ]
}
