/**
 * WholeList: all of a list that its service gives in pages, as of one moment. Pages of different moments lie: what is added
 * at the front pushes an item over the edge of a page, and it stands in none.
 */
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"

export interface Page<A> {
  /** Of the whole list. */
  readonly total: number
  readonly items: ReadonlyArray<A>
}

export interface Options<A, E> {
  /** At most `size` items from `start` on, which counts from 0. Nothing that was remembered. */
  readonly page: (start: number, size: number) => Effect.Effect<Page<A>, E>
  /** What tells one item from all others. */
  readonly keyOf: (item: A) => string
}

const pageSize = 300

/** How often a list is read that changes while it is read. */
const mostReadings = 3

/**
 * Every item once, in the list's order.
 *
 * **Details**
 *
 * The pages after the first come four at a time. Each asks for one item more than it needs, which the next begins with: where
 * these differ, or the totals do, the list has changed meanwhile and is read again. Of one that changes each time, all that
 * was seen is given: an item that left it a moment ago rather than one that is missing though it is there.
 */
export const read = Effect.fnUntraced(function* <A, E>({
  keyOf,
  page
}: Options<A, E>): Effect.fn.Return<ReadonlyArray<A>, E> {
  const seen = new Map<string, A>()
  for (let reading = 1; ; reading++) {
    const first = yield* page(0, pageSize + 1)
    const pages = Math.ceil(first.total / pageSize)
    const rest = yield* Effect.forEach(
      pages > 1 ? Array.range(1, pages - 1) : [],
      (number) => page(number * pageSize, pageSize + 1),
      { concurrency: 4 }
    )
    const all = [first, ...rest]
    const isOfOneMoment = rest.every(({ items: [edge], total }, index) => {
      const before = all[index]?.items[pageSize]
      return total === first.total && edge && before && keyOf(edge) === keyOf(before)
    })
    if (isOfOneMoment) seen.clear()
    for (const { items } of all) for (const item of items) seen.set(keyOf(item), item)
    if (isOfOneMoment || reading === mostReadings) return [...seen.values()]
  }
})
