/**
 * Reading: the way of one read: memory, then the store, then an equal read under way, then the upstream.
 *
 * Nothing is served whose versions are not all current (`store/Store`), and nothing after its time (`Freshness`). The file is
 * long because the order of these steps is the whole of its matter.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"

import * as Entry from "./Entry.ts"
import * as Flights from "./Flights.ts"
import * as Freshness from "./Freshness.ts"
import type { MemoryTable } from "./memory/MemoryTable.ts"
import * as Size from "./memory/Size.ts"
import * as Names from "./Names.ts"
import type { Outcome } from "./Outcome.ts"
import type { Ask } from "./Read.ts"
import * as ReadAhead from "./ReadAhead.ts"
import * as ReadLog from "./ReadLog.ts"
import * as Slot from "./Slot.ts"
import * as Stats from "./Stats.ts"
import type { Guard } from "./store/Guard.ts"
import type { Seen } from "./store/Store.ts"
import type { WriteBehind } from "./WriteBehind.ts"

export interface Reading {
  read<A, E, R>(ask: Ask<A, E, R>): Effect.Effect<A, E, R>
  /** What is remembered and fresh, without asking the upstream. */
  peek<A, E, R>(ask: Ask<A, E, R>): Effect.Effect<Exit.Exit<A, E> | undefined>
  /** What is remembered and fresh, and how to keep what is made where there is nothing. */
  recall<A, E, R>(ask: Ask<A, E, R>): Effect.Effect<Recall<A, E>>
  /** Keeps what came about elsewhere, made from `records`. */
  remember<A, E, R>(
    ask: Ask<A, E, R>,
    exit: Exit.Exit<A, E>,
    records: ReadonlyArray<ReadLog.ReadRecord>
  ): Effect.Effect<void>
  readonly counts: ReadonlyMap<string, Stats.ReadCounts>
}

export interface Recall<A, E> {
  /** `undefined` where nothing is remembered. */
  readonly exit: Exit.Exit<A, E> | undefined
  /** Of that, or of what would be made now. */
  readonly record: ReadLog.ReadRecord
  /** Whether the store gave its versions. */
  readonly isStored: boolean
  /** Keeps what was made since, from `records`, under the versions that stood when `recall` began. */
  remember(exit: Exit.Exit<A, E>, records: ReadonlyArray<ReadLog.ReadRecord>): Effect.Effect<void>
}

/** A refresh in the background has this long. */
const refreshLimit = Duration.seconds(30)
/** After a refresh began, the next of the same value waits so long, or for its success. */
const refreshPauseMillis = 5_000
/** Refreshes at a time; what finds no place waits for its next reader. */
const maxRefreshes = 16

/** What a slot takes besides its value and what it was made from: slot, outcome, life, versions. */
const slotBytes = 400

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** Something remembered that is true now, and how it stands with its time. */
interface Found {
  readonly slot: Slot.Slot
  readonly verdict: Exclude<Freshness.Verdict, "dead">
  readonly source: "memory" | "store"
}

export const make = Effect.fnUntraced(function* (
  guard: Guard,
  memory: MemoryTable<Slot.Slot>,
  writer: WriteBehind,
  /** Is told of every `read` but those made ahead. */
  asked: (ask: Ask<unknown, unknown, unknown>, clock: Clock.Clock) => void
): Effect.fn.Return<Reading, never, Scope.Scope> {
  const flights = yield* Flights.make<Slot.Slot>()
  const counts = new Map<string, Stats.Counts>()
  let refreshing = 0

  const countsOf = (name: string): Stats.Counts => {
    const known = counts.get(name)
    if (known !== undefined) return known
    const made = Stats.zero()
    counts.set(name, made)
    return made
  }

  const hold = <A, E, R>({ key, names }: Ask<A, E, R>, slot: Slot.Slot, nowMillis: number) => {
    const otherMillis = memory.peek(key)?.life.askedMillis
    // What was asked before never overwrites what was asked after, unless that was before the clock was set back.
    if (otherMillis !== undefined && otherMillis > slot.life.askedMillis && otherMillis <= nowMillis) return
    const { extra, outcome, versions } = slot
    const extraBytes = extra.length === 0 ? 0 : Size.estimate(extra) + Size.estimate(versions.slice(names.length))
    memory.set(key, slot, slotBytes + extraBytes + Size.estimate(outcome.content))
  }

  const write = <A, E, R>(ask: Ask<A, E, R>, slot: Slot.Slot) => {
    const text = Slot.encode(ask, slot)
    if (text === undefined) return
    const { extra, life, versions } = slot
    writer.offer({ key: ask.key, text, names: Slot.namesOf(ask, extra), versions, deadAtMillis: life.deadAtMillis })
  }

  /** Who reads ahead is served by nothing that will not last. */
  const judge = ({ life }: Slot.Slot, fiber: AnyFiber, nowMillis: number) => {
    const verdict = Freshness.judge(life, nowMillis, () => fiber.getRef(Random.Random).nextDoubleUnsafe())
    const ahead = fiber.getRef(ReadAhead.CurrentReadAhead)
    if (ahead === undefined) return verdict
    return verdict === "fresh" && life.deadAtMillis > ahead.untilMillis ? verdict : "dead"
  }

  /** What `text` spells, if this read wrote it under `versions`. */
  const fromText = Effect.fnUntraced(function* <A, E, R>(
    ask: Ask<A, E, R>,
    text: string,
    versions: ReadonlyArray<string>
  ): Effect.fn.Return<Slot.Slot | undefined> {
    const entry = Entry.decode(text)
    if (entry === undefined) return undefined
    const { extra } = entry
    const current = extra.length === 0 ? versions : [...versions, ...(yield* guard.look(extra, undefined)).versions]
    return Names.equal(entry.versions, current) ? Slot.decode(ask, entry) : undefined
  })

  /** What memory has, if it is true. */
  const fromMemory = <A, E, R>({ key, kind }: Ask<A, E, R>, versions: ReadonlyArray<string>) => {
    const slot = memory.peek(key)
    const isMine = slot !== undefined && Names.equal(slot.versions, versions) && kind.open(slot.outcome) !== undefined
    return isMine ? slot : undefined
  }

  /** What is remembered and true, and otherwise the versions under which to ask the upstream. */
  const nearest = Effect.fnUntraced(function* <A, E, R>(
    ask: Ask<A, E, R>,
    known: Slot.Slot | undefined
  ): Effect.fn.Return<{ readonly found: Found | undefined; readonly seen: Seen }> {
    const names = Slot.namesOf(ask, known?.extra ?? [])
    const first = yield* guard.look(names, known === undefined && guard.keepsValues ? ask.key : undefined)
    // Someone may have put it there meanwhile.
    const held = fromMemory(ask, first.versions)
    const fiber = yield* Effect.fiber
    const nowMillis = yield* Clock.currentTimeMillis
    if (held !== undefined) {
      const verdict = judge(held, fiber, nowMillis)
      if (verdict !== "dead") return { found: { slot: held, verdict, source: "memory" }, seen: first }
    }
    const seen = known !== undefined && guard.keepsValues ? yield* guard.look(ask.names, ask.key) : first
    const stored = seen.text === undefined ? undefined : yield* fromText(ask, seen.text, seen.versions)
    if (stored !== undefined) {
      const verdict = judge(stored, fiber, nowMillis)
      if (verdict !== "dead") {
        hold(ask, stored, nowMillis)
        return { found: { slot: stored, verdict, source: "store" }, seen }
      }
    }
    return { found: undefined, seen }
  })

  /** Asks the upstream, for all who want the same. */
  const depart = <A, E, R>(
    ask: Ask<A, E, R>,
    seen: Pick<Seen, "versions" | "isStored">,
    refresh?: Pick<Flights.Refresh<Slot.Slot>, "ended">
  ) => {
    const versions = seen.versions.slice(0, ask.names.length)
    const isKept = ({ life }: Slot.Slot) => life.deadAtMillis > life.askedMillis + life.costMillis
    return flights.depart({
      key: ask.key,
      versions,
      lookup: Effect.map(Effect.exit(ask.lookup), (exit) => ask.kind.hold(exit)),
      land: (outcome: Outcome, trip, { records }) => {
        const slot = Slot.make(ask, versions, outcome, trip, records)
        if (isKept(slot)) hold(ask, slot, trip.askedMillis + trip.costMillis)
        return slot
      },
      after: (slot) => {
        if (isKept(slot) && seen.isStored && guard.keepsValues) write(ask, slot)
      },
      ...(refresh && { refresh: { ...refresh, limit: refreshLimit } })
    })
  }

  const refresh = <A, E, R>(ask: Ask<A, E, R>, slot: Slot.Slot, versions: ReadonlyArray<string>, nowMillis: number) =>
    Effect.suspend(() => {
      const isUnderWay = flights.find(ask.key, versions.slice(0, ask.names.length)) !== undefined
      const isTooSoon = refreshing >= maxRefreshes || nowMillis < slot.refreshAfterMillis
      if (isTooSoon || isUnderWay || flights.isOver()) return Effect.void
      slot.refreshAfterMillis = nowMillis + refreshPauseMillis
      refreshing++
      const own = countsOf(ask.kind.name)
      own.refreshes++
      const ended = (refreshed: Slot.Slot | undefined) => {
        refreshing--
        if (refreshed?.outcome.freshness === undefined) own.failedRefreshes++
      }
      return depart(ask, { versions, isStored: true }, { ended })
    })

  /** Notes that `slot` answered a read. */
  const note = <A, E, R>(
    ask: Ask<A, E, R>,
    slot: Slot.Slot,
    source: ReadLog.Source,
    fiber: AnyFiber,
    nowMillis: number
  ) => {
    const own = countsOf(ask.kind.name)
    own.sources[source]++
    if (source !== "upstream") own.savedMillis += slot.life.costMillis
    fiber.getRef(ReadLog.CurrentReadLog)?.add(Slot.record(ask, slot, source, nowMillis))
    return own
  }

  /** Tells the log that there is more to what is made now than it knows. */
  const noteInterrupted = <A, E, R>(ask: Ask<A, E, R>, log: ReadLog.ReadLog | undefined) =>
    Effect.map(Clock.currentTimeMillis, (nowMillis) => {
      const life = { askedMillis: nowMillis, freshUntilMillis: 0, deadAtMillis: 0, costMillis: 0 }
      log?.add(Slot.record(ask, { life, extra: [], versions: [] }, "upstream", nowMillis))
    })

  /** Gives what was found, and has it refreshed where it is time. */
  const serve = <A, E, R>(
    ask: Ask<A, E, R>,
    { slot, source, verdict }: Found,
    versions: ReadonlyArray<string>,
    fiber: AnyFiber,
    nowMillis: number
  ): Effect.Effect<A, E, R> | undefined => {
    const exit = ask.kind.open(slot.outcome)
    if (exit === undefined) return undefined
    const own = note(ask, slot, source, fiber, nowMillis)
    const ageMillis = nowMillis - slot.life.askedMillis
    own.ageMillis += ageMillis
    own.maxAgeMillis = Math.max(own.maxAgeMillis, ageMillis)
    if (verdict === "fresh") return exit
    if (verdict === "stale") own.stale++
    return Effect.andThen(refresh(ask, slot, versions, nowMillis), exit)
  }

  /** What needs no waiting: of memory, or of a store that answers at once. */
  const atHand = <A, E, R>(
    ask: Ask<A, E, R>,
    known: Slot.Slot | undefined,
    fiber: AnyFiber
  ): Effect.Effect<A, E, R> | undefined => {
    const clock = fiber.getRef(Clock.Clock)
    const names = known === undefined ? ask.names : Slot.namesOf(ask, known.extra)
    const wantsText = known === undefined && guard.keepsValues
    const seen = guard.lookNow(names, wantsText ? ask.key : undefined, clock)
    if (seen === undefined) return undefined
    const entry = seen.text === undefined ? undefined : Entry.decode(seen.text)
    const isTrue = Names.equal(known?.versions ?? entry?.versions ?? [], seen.versions)
    const slot = isTrue ? (known ?? (entry && Slot.decode(ask, entry))) : undefined
    if (slot === undefined) return undefined
    const nowMillis = clock.currentTimeMillisUnsafe()
    const verdict = judge(slot, fiber, nowMillis)
    if (verdict === "dead") return undefined
    const source = slot === known ? "memory" : "store"
    if (source === "store") hold(ask, slot, nowMillis)
    return serve(ask, { slot, verdict, source }, seen.versions, fiber, nowMillis)
  }

  /** Whether all that a flight has read so far is still true. */
  const isTrue = (records: ReadonlyArray<ReadLog.ReadRecord>) =>
    Effect.suspend(() => {
      if (records.length === 0) return Effect.succeed(true)
      const versions = ReadLog.dependencies(records)
      return Effect.map(guard.look([...versions.keys()], undefined), (seen) =>
        Names.equal(seen.versions, [...versions.values()])
      )
    })

  /** Whether all that `slot` was made from is still true, when it has landed. */
  const isStillTrue = ({ extra, versions }: Slot.Slot) =>
    extra.length === 0
      ? Effect.succeed(true)
      : Effect.map(guard.look(extra, undefined), (seen) => Names.equal(seen.versions, versions.slice(-extra.length)))

  /** A read whose answer is not at hand. */
  const readOn = Effect.fnUntraced(function* <A, E, R>(
    ask: Ask<A, E, R>,
    known: Slot.Slot | undefined
  ): Effect.fn.Return<A, E, R> {
    const fiber = yield* Effect.fiber
    const departed = flights.departed()
    while (true) {
      const { found, seen } = yield* nearest(ask, known)
      const served = found && serve(ask, found, seen.versions, fiber, yield* Clock.currentTimeMillis)
      if (served !== undefined) return yield* served
      const running = flights.find(ask.key, seen.versions.slice(0, ask.names.length))
      const shared = running !== undefined && (yield* isTrue(running.log.records)) ? running : undefined
      const slot = yield* flights.join(shared ?? (yield* depart(ask, seen)))
      // One that was given up, or that another read of the same name made, is nobody's answer.
      const exit = slot && ask.kind.open(slot.outcome)
      if (slot === undefined || exit === undefined) continue
      // One that departed before this read began may have read what was outdated before then, after it was looked at.
      if (shared !== undefined && shared.number <= departed && !(yield* isStillTrue(slot))) continue
      note(ask, slot, shared === undefined ? "upstream" : "shared", fiber, yield* Clock.currentTimeMillis)
      return yield* exit
    }
  })

  return {
    // What is at hand is served without a step in between.
    read: <A, E, R>(ask: Ask<A, E, R>) =>
      Effect.withFiber((fiber): Effect.Effect<A, E, R> => {
        if (fiber.getRef(ReadAhead.CurrentReadAhead) === undefined) asked(ask, fiber.getRef(Clock.Clock))
        const known = memory.get(ask.key)
        const served = atHand(ask, known, fiber)
        if (served !== undefined) return served
        const log = fiber.getRef(ReadLog.CurrentReadLog)
        return Effect.onInterrupt(readOn(ask, known), () => noteInterrupted(ask, log))
      }),
    peek: Effect.fnUntraced(function* <A, E, R>(ask: Ask<A, E, R>) {
      const { found } = yield* nearest(ask, memory.get(ask.key))
      if (found === undefined || found.verdict === "stale") return undefined
      note(ask, found.slot, found.source, yield* Effect.fiber, yield* Clock.currentTimeMillis)
      return ask.kind.open(found.slot.outcome)
    }),
    recall: Effect.fnUntraced(function* <A, E, R>(ask: Ask<A, E, R>): Effect.fn.Return<Recall<A, E>> {
      const askedMillis = yield* Clock.currentTimeMillis
      const { found, seen } = yield* nearest(ask, memory.get(ask.key))
      const fiber = yield* Effect.fiber
      const { isStored } = seen
      const versions = seen.versions.slice(0, ask.names.length)
      const remember = (exit: Exit.Exit<A, E>, records: ReadonlyArray<ReadLog.ReadRecord>) =>
        Effect.clockWith((clock) => {
          const nowMillis = clock.currentTimeMillisUnsafe()
          const trip = { askedMillis, costMillis: nowMillis - askedMillis }
          const slot = Slot.make(ask, versions, ask.kind.hold(exit), trip, records)
          note(ask, slot, "upstream", fiber, nowMillis)
          if (slot.life.deadAtMillis > nowMillis) {
            hold(ask, slot, nowMillis)
            if (isStored && guard.keepsValues) write(ask, slot)
          }
          return Effect.void
        })
      const exit = found === undefined || found.verdict === "stale" ? undefined : ask.kind.open(found.slot.outcome)
      if (found !== undefined && exit !== undefined) {
        const nowMillis = yield* Clock.currentTimeMillis
        note(ask, found.slot, found.source, fiber, nowMillis)
        return { exit, record: Slot.record(ask, found.slot, found.source, nowMillis), isStored, remember }
      }
      const life = Freshness.life(ask.kind.freshness, askedMillis, 0)
      return {
        exit: undefined,
        record: Slot.record(ask, { life, extra: [], versions }, "upstream", askedMillis),
        isStored,
        remember
      }
    }),
    remember: Effect.fnUntraced(function* (ask, exit, records) {
      const askedMillis = yield* Clock.currentTimeMillis
      const { isStored, versions } = yield* guard.look(ask.names, undefined)
      const slot = Slot.make(ask, versions, ask.kind.hold(exit), { askedMillis, costMillis: 0 }, records)
      if (slot.life.deadAtMillis <= askedMillis) return
      hold(ask, slot, askedMillis)
      if (isStored && guard.keepsValues) write(ask, slot)
    }),
    counts
  }
})
