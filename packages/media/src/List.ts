/**
 * List: the form of every list that a tool gives.
 */
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"

/**
 * A page of a list.
 *
 * **Details**
 *
 * `total` counts all pages, `nextCursor` asks for the next one. `problem` is there only when a service that had a share in
 * the answer did not give it: the rest still stands.
 */
export const list = <A extends Schema.Constraint>(item: A) =>
  Schema.Struct({
    total: Schema.Natural,
    items: Schema.Array(item),
    nextCursor: Schema.NullOr(Schema.String),
    problem: Schema.optionalKey(Schema.String)
  })

/** The page of `all` that begins after `skip` items, as `tool` gives it. */
export const page = <A>(tool: string, all: ReadonlyArray<A>, skip: number, limit: number) => {
  const end = skip + limit
  return {
    total: all.length,
    items: all.slice(skip, end),
    nextCursor: end < all.length ? Cursor.encode(tool, { page: 1, skip: end }) : null
  }
}
