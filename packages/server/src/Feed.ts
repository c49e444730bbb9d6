/**
 * Feed: the latest events of a run under way, and who waits for more.
 *
 * ```
 *            first            next
 *   let go  ...|e41 e42 e43 e44|      a watcher is a place: after(42) gives e43, e44
 * ```
 *
 * Nothing is kept for a watcher, and to append never waits, so a slow one slows nobody. Who falls behind `first` finds what it
 * misses in the store.
 */
import * as Effect from "effect/Effect"

import { type Entry, isLast } from "./Entry.ts"

/** What wakes a watcher: that there is more, or only that it shall give a sign of life. */
export type Wake = "more" | "beat"

export interface Feed {
  /** Takes the next entry; none after the last. True where it was taken. */
  readonly append: (entry: Entry) => boolean
  /** What came after `seq`, in order; undefined where some of that is let go. */
  readonly after: (seq: number) => ReadonlyArray<Entry> | undefined
  readonly isOver: () => boolean
  /** The `seq` of the first entry that it holds, and of the next that it will be given. */
  readonly first: () => number
  readonly next: () => number
  /** Waits for the next wake. */
  readonly wait: Effect.Effect<Wake>
  readonly wake: (wake: Wake) => void
  readonly waiting: () => number
}

const none: ReadonlyArray<Entry> = []
const woken = { more: Effect.succeed<Wake>("more"), beat: Effect.succeed<Wake>("beat") }

/** A feed that holds about `limitBytes`, and at least the latest entry. */
export const make = (limitBytes: number): Feed => {
  let entries: Array<Entry> = []
  let first = 0
  /** How many at the beginning of `entries` are let go. */
  let gone = 0
  let bytes = 0
  let isOver = false
  const waiting = new Set<(wake: Effect.Effect<Wake>) => void>()

  const wake = (wake: Wake) => {
    if (waiting.size === 0) return
    const all = [...waiting]
    waiting.clear()
    for (const resume of all) resume(woken[wake])
  }
  const trim = () => {
    while (bytes > limitBytes && gone < entries.length - 1) {
      bytes -= entries[gone]?.data.length ?? 0
      gone++
      first++
    }
    // Not each time: what is let go is moved away when it is the greater part.
    if (gone > 64 && gone > entries.length / 2) {
      entries = entries.slice(gone)
      gone = 0
    }
  }

  return {
    append: (entry) => {
      if (isOver) return false
      entries.push(entry)
      bytes += entry.data.length
      trim()
      isOver = isLast(entry)
      wake("more")
      return true
    },
    after: (seq) => {
      if (seq + 1 < first) return undefined
      const from = gone + seq + 1 - first
      return from >= entries.length ? none : entries.slice(from)
    },
    isOver: () => isOver,
    first: () => first,
    next: () => first + entries.length - gone,
    wait: Effect.callback<Wake>((resume) => {
      waiting.add(resume)
      return Effect.sync(() => waiting.delete(resume))
    }),
    wake,
    waiting: () => waiting.size
  }
}
