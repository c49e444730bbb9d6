/**
 * MemoryRunStore: runs in the memory of this process, until it ends.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { Entry, isLast } from "../Entry.ts"
import { type Begun, type Bounds, type RunRecord, RunStore, standardBounds } from "../RunStore.ts"

/** Beside its text, what an entry takes. */
const entryBytes = 100

interface Kept {
  record: RunRecord
  readonly entries: Array<Entry>
  trace: string | undefined
  bytes: number
}

/** In bytes of JSON, about. */
const standard: Bounds = { ...standardBounds, bytes: 64 * 1024 * 1024 }

const pageEntries = 512

/** The first entry after `seq`, by halving: `seq`s may have gaps. */
const placeAfter = (entries: ReadonlyArray<Entry>, seq: number): number => {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle]?.seq ?? Infinity) <= seq) low = middle + 1
    else high = middle
  }
  return low
}

const make = (bounds: Bounds) =>
  Effect.clockWith((clock: Clock.Clock) => {
    const keepMillis = Duration.toMillis(bounds.keep)
    const all = new Map<string, Kept>()
    let bytes = 0

    const forget = (runId: string, kept: Kept) => {
      bytes -= kept.bytes
      all.delete(runId)
    }
    /** Forgets what is past its time, and the oldest of what is too much. */
    const tidy = () => {
      const deadMillis = clock.currentTimeMillisUnsafe() - keepMillis
      for (const [runId, kept] of all) {
        const { endedAtMillis, startedAtMillis } = kept.record
        // Runs stand in the order of their beginning, so none that began later ended before.
        if (startedAtMillis > deadMillis && all.size <= bounds.runs && bytes <= bounds.bytes) break
        if (endedAtMillis === null) continue
        if (endedAtMillis <= deadMillis || all.size > bounds.runs || bytes > bounds.bytes) forget(runId, kept)
      }
    }
    const look = (runId: string): Kept | undefined => {
      tidy()
      return all.get(runId)
    }

    return Effect.succeed(
      RunStore.of({
        begin: (run: Begun) => {
          all.set(run.runId, {
            record: { ...run, state: "running", endedAtMillis: null, lastSeq: -1 },
            entries: [],
            trace: undefined,
            bytes: 0
          })
          tidy()
        },
        append: (runId, entries) => {
          const kept = all.get(runId)
          if (kept === undefined) return
          for (const entry of entries) {
            const size = entry.data.length + entryBytes
            const isEnd = isLast(entry)
            if (isEnd || kept.bytes + size <= bounds.runBytes) {
              // Without the event and the frame, which only watchers of a run under way need.
              kept.entries.push(new Entry(entry.seq, entry.tag, entry.data))
              kept.bytes += size
              bytes += size
            }
            kept.record = { ...kept.record, lastSeq: entry.seq }
            if (isEnd) {
              const state = entry.tag === "RunFinished" ? "finished" : "failed"
              kept.record = { ...kept.record, state, endedAtMillis: clock.currentTimeMillisUnsafe() }
            }
          }
          if (bytes > bounds.bytes) tidy()
        },
        keepTrace: (runId, trace) => {
          const kept = all.get(runId)
          if (kept === undefined || kept.trace !== undefined || kept.bytes + trace.length > bounds.runBytes) return
          kept.trace = trace
          kept.bytes += trace.length
          bytes += trace.length
          if (bytes > bounds.bytes) tidy()
        },
        flush: Effect.void,
        find: (runId) => Effect.sync(() => look(runId)?.record),
        read: (runId, afterSeq) =>
          Effect.sync(() => {
            const entries = look(runId)?.entries ?? []
            const place = placeAfter(entries, afterSeq)
            return entries.slice(place, place + pageEntries)
          }),
        trace: (runId) => Effect.sync(() => look(runId)?.trace),
        changed: Effect.never
      })
    )
  })

export const layer = (bounds: Partial<Bounds> = {}): Layer.Layer<RunStore> =>
  Layer.effect(RunStore, make({ ...standard, ...bounds }))
