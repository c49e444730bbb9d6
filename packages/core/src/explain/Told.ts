/**
 * Told: what a span says of itself, read as what it should be. Attributes come from anywhere: what is not of its kind counts as
 * not told.
 */
import * as Predicate from "effect/Predicate"

type Attributes = Readonly<Record<string, unknown>>

/** Text that is not empty. */
export const text = (attributes: Attributes, key: string): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A finite number. */
export const number = (attributes: Attributes, key: string): number | undefined => {
  const value = attributes[key]
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}

/** A number from 0. */
export const amount = (attributes: Attributes, key: string): number | undefined => {
  const value = number(attributes, key)
  return value !== undefined && value >= 0 ? value : undefined
}

/** A whole number from 0. */
export const count = (attributes: Attributes, key: string): number | undefined => {
  const value = amount(attributes, key)
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined
}

export const truth = (attributes: Attributes, key: string): boolean | undefined => {
  const value = attributes[key]
  return typeof value === "boolean" ? value : undefined
}

/** The texts of a list; none where there is no list. */
export const texts = (attributes: Attributes, key: string): ReadonlyArray<string> => {
  const value = attributes[key]
  return Array.isArray(value) ? value.filter(Predicate.isString) : []
}

/** A list of numbers; `undefined` where anything in it is none, since its places count. */
export const numbers = (attributes: Attributes, key: string): ReadonlyArray<number> | undefined => {
  const value = attributes[key]
  return Array.isArray(value) && value.every((item) => Number.isFinite(item)) ? value : undefined
}
