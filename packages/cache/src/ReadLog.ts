/**
 * ReadLog: what the reads made within an effect did. Whoever makes something from reads (a tool's result, an answer) sets a
 * log, and knows then where each value came from, how long the whole stays true, and what outdates it.
 *
 * ```ts
 * const log = ReadLog.make()
 * const result = yield* Effect.provideService(handler, ReadLog.CurrentReadLog, log)
 * ReadLog.freshUntilMillis(log.records) // how long `result` may be remembered
 * ```
 */
import * as Context from "effect/Context"

/** `shared`: an equal read was already under way. */
export type Source = "memory" | "store" | "shared" | "upstream"

export interface ReadRecord {
  /** The read's name. */
  readonly read: string
  readonly key: string
  readonly source: Source
  /** Since its upstream was asked. */
  readonly ageMillis: number
  /** How much longer it is fresh: 0 for what is stale, and for a failure that may heal. */
  readonly remainingMillis: number
  /** The same in milliseconds of Unix time; 0 also for a read that was interrupted, since what came instead is no value of it. */
  readonly freshUntilMillis: number
  readonly tags: ReadonlyArray<string>
  /** What it depends on, its own reads included, and the version each name had. An interrupted read has no versions. */
  readonly names: ReadonlyArray<string>
  readonly versions: ReadonlyArray<string>
}

export interface ReadLog {
  /** In the order in which the reads ended. */
  readonly records: ReadonlyArray<ReadRecord>
  add(record: ReadRecord): void
}

/** A log without records. What is added to it is told to `outer` too: what is made from what was made of reads is made of them. */
export const make = (outer?: ReadLog): ReadLog => {
  const records: Array<ReadRecord> = []
  return {
    records,
    add: (record) => {
      records.push(record)
      outer?.add(record)
    }
  }
}

/** The log that reads write to; nothing is noted without one. */
export const CurrentReadLog = Context.Reference<ReadLog | undefined>("@callsheet/cache/CurrentReadLog", {
  defaultValue: () => undefined
})

/** When the first of all that was read is no longer fresh, in milliseconds of Unix time; `Infinity` where nothing was read. */
export const freshUntilMillis = (records: ReadonlyArray<ReadRecord>): number =>
  records.reduce((least, record) => Math.min(least, record.freshUntilMillis), Infinity)

/** What all of `records` depend on, each name once, with the version it had when it was read first. */
export const dependencies = (records: ReadonlyArray<ReadRecord>): ReadonlyMap<string, string> => {
  const versions = new Map<string, string>()
  for (const record of records) {
    for (const [index, name] of record.names.entries()) {
      const version = record.versions[index]
      if (version !== undefined && !versions.has(name)) versions.set(name, version)
    }
  }
  return versions
}
