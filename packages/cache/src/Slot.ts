/**
 * Slot: an outcome with its time and what it depends on, as memory holds it. Pure.
 */
import * as Entry from "./Entry.ts"
import type { Trip } from "./Flights.ts"
import * as Freshness from "./Freshness.ts"
import * as Names from "./Names.ts"
import type { Outcome } from "./Outcome.ts"
import type { Ask } from "./Read.ts"
import * as ReadLog from "./ReadLog.ts"

export interface Slot {
  readonly outcome: Outcome
  readonly life: Freshness.Life
  /** What it depends on beyond the names of its read: those of the reads that it was made from. */
  readonly extra: ReadonlyArray<string>
  /** Of the read's names, then of `extra`. */
  readonly versions: ReadonlyArray<string>
  /** No refresh before, in milliseconds of Unix time. */
  refreshAfterMillis: number
}

/** All that a slot of `extra` depends on. */
export const namesOf = <A, E, R>(ask: Ask<A, E, R>, extra: ReadonlyArray<string>): ReadonlyArray<string> =>
  extra.length === 0 ? ask.names : [...ask.names, ...extra]

/**
 * The slot of an outcome that was made from `records`, under the `versions` that its read's names had before.
 *
 * It lives no longer than the shortest life of what it was made from, and not at all where that may heal, or where something
 * that it depends on was replaced between two of its reads.
 */
export const make = <A, E, R>(
  ask: Ask<A, E, R>,
  versions: ReadonlyArray<string>,
  outcome: Outcome,
  { askedMillis, costMillis }: Trip,
  records: ReadonlyArray<ReadLog.ReadRecord>
): Slot => {
  const { freshness } = outcome
  const life = Freshness.life(freshness ?? { fresh: 0 }, askedMillis, costMillis)
  if (records.length === 0) return { outcome, life, extra: [], versions, refreshAfterMillis: 0 }
  let untilMillis = ReadLog.freshUntilMillis(records)
  const extra: Array<string> = []
  const extraVersions: Array<string> = []
  for (const [name, version] of ReadLog.dependencies(records)) {
    const own = ask.names.indexOf(name)
    if (own < 0) {
      extra.push(name)
      extraVersions.push(version)
    } else if (versions[own] !== version) {
      untilMillis = 0
    }
  }
  return {
    outcome,
    life: {
      ...life,
      freshUntilMillis: Math.min(life.freshUntilMillis, untilMillis),
      deadAtMillis: Math.min(life.deadAtMillis, untilMillis)
    },
    extra,
    versions: [...versions, ...extraVersions],
    refreshAfterMillis: 0
  }
}

type Written<A, E> = Pick<Ask<A, E, unknown>, "kind" | "names">

/** The slot as text; `undefined` where its outcome cannot be written down. */
export const encode = <A, E>({ kind, names }: Written<A, E>, slot: Slot): string | undefined => {
  const { extra, life, outcome, versions } = slot
  const payload = kind.encode(outcome)
  const fingerprint = kind.fingerprint()
  if (fingerprint === undefined) return undefined
  const { isSuccess } = outcome
  const tags = Names.ofTags(names)
  return payload && Entry.encode({ fingerprint, isSuccess, life, tags, extra, versions, payload })
}

/** The slot that `entry` spells; `undefined` where this kind of read, with these names, did not write it. */
export const decode = <A, E>({ kind, names }: Written<A, E>, entry: Entry.Entry): Slot | undefined => {
  const isMine = entry.fingerprint === kind.fingerprint() && Names.equal(entry.tags, Names.ofTags(names))
  const outcome = isMine ? kind.decode(entry.isSuccess, entry.payload) : undefined
  return outcome && { outcome, life: entry.life, extra: entry.extra, versions: entry.versions, refreshAfterMillis: 0 }
}

export const record = <A, E, R>(
  ask: Ask<A, E, R>,
  { extra, life, versions }: Pick<Slot, "extra" | "life" | "versions">,
  source: ReadLog.Source,
  nowMillis: number
): ReadLog.ReadRecord => ({
  read: ask.kind.name,
  key: ask.key,
  source,
  ageMillis: nowMillis - life.askedMillis,
  remainingMillis: Math.max(0, life.freshUntilMillis - nowMillis),
  freshUntilMillis: life.freshUntilMillis,
  tags: namesOf(ask, extra).flatMap((name) => Names.tagOf(name) ?? []),
  names: namesOf(ask, extra),
  versions
})
