/**
 * Samples: runs as they are compared: like with like. Pure.
 */
import * as Schema from "effect/Schema"

import { QueryRecord } from "../log/QueryRecord.ts"

const { at, isDemo, model, outcome, question, route, wallMillis } = QueryRecord.fields

/** What of a record is compared, and told apart by. */
export const Sample = Schema.Struct({ at, question, route, model, isDemo, outcome, wallMillis })
export type Sample = typeof Sample.Type

/** As it should be: not failed, cut short or given up. */
export const isAnswered = ({ outcome }: Pick<Sample, "outcome">): boolean => outcome === "answered"

/** Questions that differ only in case, space and the mark at their end are the same question. */
export const keyOf = (question: string): string =>
  question
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .replace(/[\s.?!]+$/, "")
    .trim()

/** `items` by what `key` says of them, in the order in which each first occurs. */
export const groupBy = <A>(items: ReadonlyArray<A>, key: (item: A) => string): ReadonlyArray<ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return [...groups.values()]
}

export const shareOf = <A>(items: ReadonlyArray<A>, is: (item: A) => boolean): number =>
  items.length === 0 ? 0 : items.filter(is).length / items.length
