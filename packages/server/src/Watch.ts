/**
 * Watch: a run's events from any place, in order and each once: from its feed where this process has it under way, from the store
 * for what the feed has let go of, for a run that is over, and for one of another process.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { type Entry, isLast } from "./Entry.ts"
import type * as Feed from "./Feed.ts"
import type { RunError } from "./RunError.ts"

/** What a watcher gets at a time: all that is there, not one by one. */
export type Batch =
  | { readonly _tag: "Entries"; readonly entries: ReadonlyArray<Entry> }
  /** These are not kept any more, nor given; what comes after them follows. */
  | { readonly _tag: "Missed"; readonly fromSeq: number; readonly toSeq: number }
  /** Nothing happened for a while. */
  | { readonly _tag: "Quiet" }

/** Where a run's entries are found. */
export interface Source {
  /** Of a run that this process has under way. */
  readonly feed: Feed.Feed | undefined
  readonly read: (afterSeq: number) => Effect.Effect<ReadonlyArray<Entry>, RunError>
  /** Whether the run is over, and the `seq` of its latest entry; undefined where it is kept no longer. */
  readonly standing: Effect.Effect<{ readonly isOver: boolean; readonly lastSeq: number } | undefined, RunError>
  readonly changed: Effect.Effect<void>
  /** Of a run elsewhere; a feed is woken. */
  readonly keepAlive: Duration.Duration
}

const quiet = Effect.succeed([{ _tag: "Quiet" } as const] as const)

/**
 * The entries after `afterSeq`, until the last of the run. Fails where the store cannot be read.
 *
 * A reader that is slow takes more at a time, and nothing is kept for it meanwhile.
 */
export const after = (source: Source, afterSeq: number): Stream.Stream<Batch, RunError> =>
  Stream.fromPull(
    Effect.sync(() => {
      const { feed } = source
      let place = afterSeq
      let isOver = false
      type Step = Effect.Effect<readonly [Batch, ...Array<Batch>], RunError | Cause.Done>

      const missed = (toSeq: number): Batch => {
        const fromSeq = place + 1
        place = toSeq
        return { _tag: "Missed", fromSeq, toSeq }
      }
      const give = (entries: ReadonlyArray<Entry>): Step => {
        const first = entries[0]?.seq ?? place + 1
        const gap = first > place + 1 ? missed(first - 1) : undefined
        // A store that is full keeps only the last entry, so there may be a gap before it too.
        const cut = entries.findIndex(({ seq }, index) => seq !== first + index)
        const whole = cut < 0 ? entries : entries.slice(0, cut)
        const last = whole.at(-1)
        place = last?.seq ?? place
        isOver = last !== undefined && isLast(last)
        const batch: Batch = { _tag: "Entries", entries: whole }
        return Effect.succeed(gap === undefined ? [batch] : [gap, batch])
      }

      const fromFeed = (feed: Feed.Feed): Step => {
        const entries = feed.after(place)
        if (entries === undefined) return fromStore
        if (entries.length > 0) return give(entries)
        if (feed.isOver()) return Cause.done()
        return Effect.flatMap(feed.wait, (wake) => (wake === "beat" ? quiet : fromFeed(feed)))
      }
      const fromStore: Step = Effect.suspend(() =>
        Effect.flatMap(source.read(place), (entries) => {
          if (entries.length > 0) return give(entries)
          // What the feed has let go of, and the store could not keep.
          return feed === undefined ? atEnd : Effect.succeed([missed(feed.first() - 1)])
        })
      )
      /** Where the store gave nothing: looked at once more, since a run may have ended between. */
      const atEnd: Step = Effect.flatMap(source.standing, (standing): Step => {
        if (standing === undefined) return Cause.done()
        if (!standing.isOver) {
          return Effect.flatMap(Effect.timeoutOption(source.changed, source.keepAlive), (changed) =>
            changed._tag === "None" ? quiet : fromStore
          )
        }
        return Effect.flatMap(source.read(place), (entries) => {
          if (entries.length > 0) return give(entries)
          return standing.lastSeq > place ? Effect.succeed([missed(standing.lastSeq)]) : Cause.done()
        })
      })
      const pull: Step = Effect.suspend(() => {
        if (isOver) return Cause.done()
        return feed === undefined ? fromStore : fromFeed(feed)
      })
      return pull
    })
  )
