/**
 * Paging: one page of a tool's list out of as many upstream pages as it takes.
 */
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"

import type { Position } from "./Cursor.ts"
import type { MediaError } from "./MediaError.ts"

/** A page of an upstream list, of about twenty items as TMDb gives them. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** Of the whole list. */
  readonly total: number
  readonly pages: number
}

export interface Listing<A> {
  readonly items: ReadonlyArray<A>
  readonly total: number
  readonly next: Position | null
}

const pageSize = 20
/** TMDb serves no page beyond this one. */
const lastPage = 500
/** The most upstream pages that one call of a filtered list examines: 200 candidates. */
export const filteredPages = 10

/**
 * Up to `limit` items from `from` on, each once, in upstream order.
 *
 * **Details**
 *
 * Without a filter the pages it takes are read at once and `total` is the upstream's count. With one, pages are read until
 * `limit` items pass or `filteredPages` are examined, and `total` counts those that pass among the candidates examined by
 * this call; while `next` is set there may be more. The filter is an effect so that what it needs is fetched beside the
 * first pages. At most five pages are read at a time.
 *
 * **Gotchas**
 *
 * Pages are of different moments, whether remembered or not: TMDb reckons its order anew once a day and shows it page by page.
 * Of an item that two pages of one call hold the first counts; one that moved onto a page read before is not seen, and a
 * cursor is a place in the list as it is then. So it is for lists of what might please, of which nobody asks for all. What is
 * to be told whole is read whole (`WholeList`).
 */
export const collect = Effect.fnUntraced(function* <A>(options: {
  readonly read: (page: number) => Effect.Effect<Page<A>, MediaError>
  /** What tells one item from all others. */
  readonly keyOf: (item: A) => string | number
  readonly from: Position
  readonly limit: number
  readonly filter?: Effect.Effect<(item: A) => boolean, MediaError> | undefined
}): Effect.fn.Return<Listing<A>, MediaError> {
  const { filter, from, keyOf, limit, read } = options
  const batch = Math.min(Math.ceil((from.skip + limit) / pageSize), lastPage - from.page + 1)
  const most = filter === undefined ? batch : filteredPages

  const readPages = (first: number, count: number) =>
    Effect.forEach(
      Array.makeBy(count, (index) => first + index),
      read,
      { concurrency: 5 }
    )

  const [pass, first] = yield* Effect.all(
    [filter ?? Effect.succeed(() => true), readPages(from.page, Math.min(batch, most))],
    { concurrency: 2 }
  )
  const pages = [...first]
  const total = first[0]?.total ?? 0
  const end = Math.min(first[0]?.pages ?? 0, lastPage)
  const passing = () =>
    Array.dedupeWith(
      pages.flatMap(({ items }, page) =>
        items.map((item, index) => ({ item, page: from.page + page, skip: index + 1 }))
      ),
      (a, b) => keyOf(a.item) === keyOf(b.item)
    ).filter(({ item, page, skip }) => (page > from.page || skip > from.skip) && pass(item))
  for (;;) {
    const reached = from.page + pages.length - 1
    const missing = limit - passing().length
    const count = Math.min(Math.ceil(missing / pageSize) + 1, most - pages.length, end - reached)
    if (missing <= 0 || count <= 0) break
    pages.push(...(yield* readPages(reached + 1, count)))
  }

  const found = passing()
  const given = found.slice(0, limit)
  const reached = from.page + pages.length - 1
  const last = given.at(-1)
  const next =
    found.length > limit && last !== undefined
      ? { page: last.page, skip: last.skip }
      : reached < end
        ? { page: reached + 1, skip: 0 }
        : null
  return {
    items: given.map(({ item }) => item),
    total: filter === undefined ? total : found.length,
    next
  }
})
