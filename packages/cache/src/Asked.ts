/**
 * Asked: how often each value was asked for lately, in fixed room: counts that are halved every week. Pure.
 *
 * A count is kept as one number that never has to be brought up to date, its *rank*: of two values, the one that was asked
 * for more, lately above all, has the higher one, whenever that is looked at (Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay", ICDE 2009).
 *
 * ```
 *   rank = log2(count now) + weeks since 1970
 * ```
 */
import type { Json } from "effect/Schema"

/** A value that was asked for, and all that is needed to ask for it again. */
export interface Asked {
  /** The read's name. */
  readonly read: string
  readonly key: string
  /** The read's argument in its encoded form. */
  readonly argument: Json
  readonly rank: number
}

export interface Table {
  /** Counts one reading of what `ask` names. */
  note(ask: Omit<Asked, "rank">, nowMillis: number): void
  /** Takes over counts of others: of each value the higher one stays. */
  merge(all: Iterable<Asked>): void
  /** Those counted more than once, as of now, the most asked first. */
  top(nowMillis: number): ReadonlyArray<Asked>
}

const weekMillis = 7 * 86_400_000

/** Values that are counted; one more takes the place of the one with the lowest rank. */
export const most = 256

/** The rank of a count of one. */
export const rankOfOne = (nowMillis: number): number => nowMillis / weekMillis

/** The rank of two counts together. */
const together = (a: number, b: number): number => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b))

/** Two, and what some days have left of it. */
const moreThanOnce = Math.log2(1.5)

export const make = (): Table => {
  const table = new Map<string, Asked>()

  const put = (asked: Asked) => {
    table.set(asked.key, asked)
    if (table.size <= most) return
    let lowest: Asked | undefined
    for (const other of table.values()) {
      if (other !== asked && (lowest === undefined || other.rank < lowest.rank)) lowest = other
    }
    if (lowest !== undefined) table.delete(lowest.key)
  }

  return {
    note: ({ argument, key, read }, nowMillis) => {
      const one = rankOfOne(nowMillis)
      const known = table.get(key)
      put({ read, key, argument, rank: known === undefined ? one : together(known.rank, one) })
    },
    merge: (all) => {
      for (const asked of all) if ((table.get(asked.key)?.rank ?? -Infinity) < asked.rank) put(asked)
    },
    top: (nowMillis) => {
      const least = rankOfOne(nowMillis) + moreThanOnce
      return [...table.values()].filter(({ rank }) => rank >= least).sort((a, b) => b.rank - a.rank)
    }
  }
}
