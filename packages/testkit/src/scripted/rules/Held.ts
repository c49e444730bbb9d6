/**
 * Held: the calls that a conversation holds since the latest question, whoever made them, and whether one of them tells what
 * another would. Who reads what is there asks for nothing twice.
 */
import * as Predicate from "effect/Predicate"

import type { View } from "../Script.ts"

/** A call with its result. */
export interface Held {
  readonly name: string
  readonly input: unknown
  readonly result: unknown
  /** See `Conversation.failureMessage`. */
  readonly isFailure: boolean
}

export interface Wanted {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

/** In the order in which they were made. A call without its result is not held. */
export const heldIn = (view: View): ReadonlyArray<Held> => {
  const since = view.messages.slice(view.messages.findLastIndex((message) => message.role === "user") + 1)
  const results = new Map(
    since.flatMap((message) => (message.role === "tool" ? [[message.callId, message] as const] : []))
  )
  return since
    .flatMap((message) => (message.role === "assistant" ? message.calls : []))
    .flatMap(({ id, input, name }) => {
      const told = results.get(id)
      return told === undefined ? [] : [{ name, input, result: told.result, isFailure: told.isFailure }]
    })
}

/** The same for names that differ in case or outer white space, and for lists of names in whatever order. */
const normal = (value: unknown): unknown =>
  typeof value === "string" ? value.trim().toLowerCase() : Array.isArray(value) ? value.map(normal).sort() : value

/** What a call asks for, as one text; `shown` says how, and is left out. What is null or empty is not asked for. */
const askedFor = (input: object, shown: ReadonlyArray<string>): string =>
  JSON.stringify(
    Object.entries(input)
      .filter(([name, value]) => !shown.includes(name) && value !== undefined && value !== null && value !== "")
      .map(([name, value]) => [name, normal(value)] as const)
      .sort(([one], [two]) => (one < two ? -1 : 1))
  )

const field = (value: unknown, name: string): unknown => (Predicate.hasProperty(value, name) ? value[name] : undefined)

const itemsOf = (result: unknown): ReadonlyArray<unknown> | undefined => {
  const items = field(result, "items")
  return Array.isArray(items) ? items : undefined
}

/** Nothing of it is left out: it is no list, or a list of all that there is. */
const isWhole = ({ isFailure, result }: Held): boolean =>
  isFailure || field(result, "items") === undefined || itemsOf(result)?.length === field(result, "total")

/** As many titles as do where nothing says how many. */
const enough = 10

/**
 * Whether `held` tells what `wanted` would.
 *
 * **Details**
 *
 * It does if both are the same call but for `limit` and `detail`, and it shows what is wanted: as many titles, or all there
 * are, and their overviews. A list of all titles serves in any order, and a person's list of all works for any role, since its
 * items say theirs: who reads it sorts and picks. Another `cursor` is another page.
 */
export const serves = (held: Held, wanted: Wanted): boolean => {
  if (held.name !== wanted.name || !Predicate.isObject(held.input)) return false
  if (wanted.input.detail === "full" && field(held.input, "detail") !== "full") return false
  const asked = { ...held.input }
  const same = (...shown: ReadonlyArray<string>) => askedFor(asked, shown) === askedFor(wanted.input, shown)
  if (same("limit", "detail")) {
    const { limit = enough } = wanted.input
    return (
      field(held.input, "limit") === wanted.input.limit ||
      isWhole(held) ||
      (itemsOf(held.result)?.length ?? 0) >= Number(limit)
    )
  }
  const isReadOff =
    held.name === "library_search" || (held.name === "person_filmography" && field(held.input, "role") === undefined)
  return isReadOff && isWhole(held) && same("limit", "detail", "sort", "role")
}
