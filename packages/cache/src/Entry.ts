/**
 * Entry: a remembered outcome as the text that stores hold: a line of facts, then the outcome in its encoded form.
 */
import type { Life } from "./Freshness.ts"
import * as Json from "./Json.ts"

export interface Entry {
  /** Of the read's name, version and schemas: a value that others wrote, or that was written by other code, is none. */
  readonly fingerprint: string
  readonly isSuccess: boolean
  readonly life: Life
  /** The names of the read's tags: other code may give it others, whose versions are no word on these. */
  readonly tags: ReadonlyArray<string>
  /** What it depends on beyond the names of its read. */
  readonly extra: ReadonlyArray<string>
  /** Of the read's names, then of `extra`. */
  readonly versions: ReadonlyArray<string>
  /** JSON. */
  readonly payload: string
}

export const encode = ({ extra, fingerprint, isSuccess, life, payload, tags, versions }: Entry): string => {
  const { askedMillis, costMillis, deadAtMillis, freshUntilMillis } = life
  const times = [askedMillis, freshUntilMillis, deadAtMillis, costMillis]
  const head = [fingerprint, isSuccess, ...times, tags, extra, versions]
  return `${JSON.stringify(head)}\n${payload}`
}

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((item) => typeof item === "string")

/** The entry in `text`; `undefined` where it is none. */
export const decode = (text: string): Entry | undefined => {
  const end = text.indexOf("\n")
  const head = Json.parse(text.slice(0, end))
  if (end < 0 || !Array.isArray(head)) return undefined
  const [
    fingerprint,
    isSuccess,
    askedMillis,
    freshUntilMillis,
    deadAtMillis,
    costMillis,
    tags,
    extra,
    versions
  ]: Array<unknown> = head
  if (
    typeof fingerprint !== "string" ||
    typeof isSuccess !== "boolean" ||
    typeof askedMillis !== "number" ||
    typeof freshUntilMillis !== "number" ||
    typeof deadAtMillis !== "number" ||
    typeof costMillis !== "number" ||
    !isTexts(tags) ||
    !isTexts(extra) ||
    !isTexts(versions)
  ) {
    return undefined
  }
  const life = { askedMillis, freshUntilMillis, deadAtMillis, costMillis }
  return { fingerprint, isSuccess, life, tags, extra, versions, payload: text.slice(end + 1) }
}
