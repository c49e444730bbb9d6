/**
 * Arguments: the command line of `npm run bench`, read. Pure.
 */
import type { Options } from "./Report.ts"

export interface Arguments {
  /** Of the suite; empty where none is named. */
  readonly name: string
  readonly isJson: boolean
  /** `undefined` where they cannot be read. */
  readonly options: Options | undefined
}

const names = (value: string): ReadonlyArray<string> | undefined => {
  const list = value.split(",").filter((name) => name !== "")
  return list.length === 0 ? undefined : list
}

/** The option that `words` begin with, and how many of them it takes; `undefined` where they begin with none. */
const first = ([name, value = ""]: ReadonlyArray<string>): readonly [Options, number] | undefined => {
  const only = names(value)
  if (name === "--write") return [{ write: true }, 1]
  if (name === "--only" && only !== undefined) return [{ only }, 2]
  if (name === "--runs" && /^[1-9]\d{0,3}$/.test(value)) return [{ runs: Number(value) }, 2]
  return name === "--model" && value !== "" ? [{ model: value }, 2] : undefined
}

const optionsOf = (words: ReadonlyArray<string>): Options | undefined => {
  if (words.length === 0) return {}
  const [option, count = 0] = first(words) ?? []
  const others = option && optionsOf(words.slice(count))
  return others && { ...option, ...others }
}

/** Of the words after `npm run bench --`. */
export const read = (words: ReadonlyArray<string>): Arguments => {
  const [name = "", ...others] = words.filter((word) => word !== "--json")
  return { name, isJson: words.includes("--json"), options: optionsOf(others) }
}

/** Whether all of `options` are among those that a suite takes. */
export const fits = (options: Options, takes: ReadonlyArray<keyof Options>): boolean =>
  Object.keys(options).every((name) => takes.some((taken) => taken === name))
