/**
 * MostAsked: which values of the reads that are watched were asked for most, in this process and, where the store lasts, in those
 * before it. They lie in the store like anything remembered, for 30 days: what is lost with them can be learned again.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

import * as Asked from "./Asked.ts"
import * as Freshness from "./Freshness.ts"
import * as Key from "./Key.ts"
import * as Names from "./Names.ts"
import * as Outcome from "./Outcome.ts"
import type { Ask, Read } from "./Read.ts"
import type { Reading } from "./Reading.ts"

/** A read of which nothing is known but that it can be asked again. */
export type Watched = Pick<Read<never, unknown, unknown>, "name" | "freshness" | "askAgain">

/** Something that was asked for, ready to be asked for again. */
export interface Again {
  /** The read's name. */
  readonly read: string
  readonly key: string
  /** The read itself. */
  readonly again: Effect.Effect<unknown, unknown>
}

export interface MostAsked {
  watch(reads: ReadonlyArray<Watched>): void
  note(ask: Ask<unknown, unknown, unknown>, clock: Clock.Clock): void
  /** The most asked first; those that `identity` was asked before are taken over, and all kept for those who come after. */
  all(reading: Pick<Reading, "peek" | "read" | "remember">, identity: string): Effect.Effect<ReadonlyArray<Again>>
}

/** What is dead sooner will be before anybody asks for it. */
const shortestLife = Duration.minutes(5)

/** Values that are kept for other processes. */
const kept = 64

/** The list under which they are kept. Made when it is wanted: few processes read ahead. */
const listOf = (identity: string): Ask<ReadonlyArray<Asked.Asked>, never, never> => {
  const name = "cache/asked"
  const kind = Outcome.kind<ReadonlyArray<Asked.Asked>, never>(name, {
    result: Schema.Array(
      Schema.Struct({ read: Schema.String, key: Schema.String, argument: Schema.Json, rank: Schema.Finite })
    ),
    freshness: { fresh: "30 days" }
  })
  const key = Key.make(Key.prefix(name, 1, identity), null, null)
  return { kind, key, argument: null, tags: [], names: Names.make(key, []), lookup: Effect.succeed([]) }
}

export const make = (): MostAsked => {
  const table = Asked.make()
  const watched = new Map<string, Watched>()
  const lists = new Map<string, ReturnType<typeof listOf>>()
  let isNew = false

  return {
    watch: (reads) => {
      for (const read of reads) {
        const { deadAtMillis } = Freshness.life(read.freshness, 0, 0)
        if (deadAtMillis >= Duration.toMillis(shortestLife)) watched.set(read.name, read)
      }
    },
    note: ({ argument, key, kind }, clock) => {
      if (!watched.has(kind.name)) return
      isNew = true
      table.note({ read: kind.name, key, argument }, clock.currentTimeMillisUnsafe())
    },
    all: Effect.fnUntraced(function* (reading, identity) {
      const list = lists.get(identity) ?? listOf(identity)
      lists.set(identity, list)
      const known = yield* reading.peek(list)
      if (known !== undefined && Exit.isSuccess(known)) table.merge(known.value)
      const top = table.top(yield* Clock.currentTimeMillis)
      if (isNew) yield* reading.remember(list, Exit.succeed(top.slice(0, kept)), [])
      isNew = false
      return top.flatMap(({ argument, key, read }) => {
        const ask = watched.get(read)?.askAgain(argument)
        // Of another household, where it has another key.
        return ask?.key === key ? [{ read, key, again: reading.read(ask) }] : []
      })
    })
  }
}
