/**
 * Foreseen: the reads of one run that were begun before the model asked for them, by which its own equal calls are served.
 *
 * Until something that it read is written or its time is over, a read serves as often as it is asked for; one of a tool that says
 * nothing of how long its results stay true serves once. What is remembered beyond the run (`Remembered`) is served from there,
 * where writes of other runs outdate it too.
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
  /** Whether an equal read was begun, and nothing that it read was written since. */
  has(key: string): boolean
  /** A call asks for an equal read: its node, where that is still true; `undefined` where there is none, or it has failed. */
  take(key: string, nowMillis: number): Node | undefined
  /** Whether a call asked for the read. */
  isAsked(key: string): boolean
  /** Drops what `footprint` touches: it serves nobody any more. */
  written(footprint: Footprint): void
}

/** The key of a call; `parameters` is that of its arguments (`Parameters`). */
export const keyOf = (name: string, parameters: string): string => `${name} ${parameters}`

export const make = (): Foreseen => {
  const reads = new Map<string, Read>()
  const asked = new Set<string>()
  /** Those that served once, and may not again. */
  const spent = new Set<string>()
  return {
    add: (read) => void reads.set(read.key, read),
    has: (key) => reads.has(key),
    take: (key, nowMillis) => {
      const read = reads.get(key)
      if (read === undefined) return undefined
      asked.add(key)
      const { freshnessMillis, node } = read
      if (node.outcome?.ok === false || spent.has(key)) return undefined
      // Of what has not ended nothing is old.
      const ageMillis = node.outcome === undefined ? 0 : nowMillis - (node.startMillis ?? nowMillis)
      if (ageMillis > (freshnessMillis ?? graceMillis)) return undefined
      if (freshnessMillis === undefined) spent.add(key)
      return node
    },
    isAsked: (key) => asked.has(key),
    written: (footprint) => {
      for (const [key, read] of reads) if (overlaps(footprint, read.footprint)) reads.delete(key)
    }
  }
}
