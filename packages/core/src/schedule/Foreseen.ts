/**
 * Foreseen: the reads of one run that were begun before the model asked for them, by which its own equal calls are served.
 *
 * Each serves as often as it is asked for, until something that it read is written or its time is over.
 */
import type { Node } from "./Graph.ts"
import { type Footprint, overlaps } from "./Policy.ts"

export interface Read {
  /** Of its tool and arguments: see `keyOf`. */
  readonly key: string
  readonly footprint: Footprint
  /** How long it stays true by itself, by its tool's `Freshness`. */
  readonly freshnessMillis: number | undefined
  readonly node: Node
}

/** What says nothing of how long it stays true serves whoever would have asked just now: about as long as a model takes. */
const graceMillis = 5_000

export interface Foreseen {
  add(read: Read): void
  has(key: string): boolean
  /** The node of an equal read that is still true; `undefined` where there is none, or it has failed. */
  take(key: string, nowMillis: number): Node | undefined
  /** Whether the read was taken. */
  isTaken(key: string): boolean
  /** Drops what `footprint` touches: it serves nobody any more. */
  written(footprint: Footprint): void
}

/** The key of a call; `parameters` is that of its arguments (`Parameters`). */
export const keyOf = (name: string, parameters: string): string => `${name} ${parameters}`

export const make = (): Foreseen => {
  const reads = new Map<string, Read>()
  const taken = new Set<string>()
  return {
    add: (read) => void reads.set(read.key, read),
    has: (key) => reads.has(key),
    take: (key, nowMillis) => {
      const read = reads.get(key)
      if (read === undefined || read.node.outcome?.ok === false) return undefined
      const { freshnessMillis = graceMillis, node } = read
      // Of what has not begun nothing is old.
      if (nowMillis - (node.startMillis ?? nowMillis) > freshnessMillis) return undefined
      taken.add(key)
      return node
    },
    isTaken: (key) => taken.has(key),
    written: (footprint) => {
      for (const [key, read] of reads) if (overlaps(footprint, read.footprint)) reads.delete(key)
    }
  }
}
