/**
 * Json: reading JSON that others wrote, text and shape both untrusted. The package's boundary to `JSON.parse`.
 *
 * The readers answer `undefined` for whatever is not there or of another type: servers that speak OpenAI's protocol
 * differ in what they leave out.
 */
import * as Result from "effect/Result"

export interface JsonObject {
  readonly [key: string]: unknown
}

/** The value that `text` spells, or the parser's complaint, in one line though it may quote several. */
export const parse = (text: string): Result.Result<unknown, string> => {
  try {
    return Result.succeed(JSON.parse(text))
  } catch (cause) {
    return Result.fail((cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, " "))
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The member `key` of `value`; `undefined` where `value` is no object. */
export const get = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)

/** The text at `key`; `undefined` for the empty text too, which servers write for "none". */
export const text = (value: unknown, key: string): string | undefined => {
  const member = get(value, key)
  return typeof member === "string" && member !== "" ? member : undefined
}

/** The whole number at `key`. */
export const integer = (value: unknown, key: string): number | undefined => {
  const member = get(value, key)
  return typeof member === "number" && Number.isInteger(member) ? member : undefined
}

export const array = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const member = get(value, key)
  return Array.isArray(member) ? member : []
}
