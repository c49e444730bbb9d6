/**
 * WarmUp: what most questions need, read ahead, so that the first of them finds it remembered.
 *
 * | metric | counts | its attribute |
 * | --- | --- | --- |
 * | `callsheet.warmup.reads` | reads that were due in a round | `callsheet.warmup.outcome`: `read`, `fresh` (nothing to do), `failed` or `left` (the budget was spent) |
 * | `callsheet.warmup.requests` | requests made for them | |
 *
 * What it is worth, `Warmth` tells.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as ReadAhead from "@callsheet/cache/ReadAhead"
import * as ReadLog from "@callsheet/cache/ReadLog"
import * as Clock from "effect/Clock"
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"

import { Library } from "./Library.ts"
import type { MediaError } from "./MediaError.ts"
import * as MediaServices from "./MediaServices.ts"
import { Plex } from "./Plex.ts"
import { Tmdb } from "./Tmdb.ts"

/** One thing that was read ahead. */
export interface Warmed {
  /** In words, such as "films of the library". */
  readonly what: string
  /** Why it could not be read, in a sentence; `undefined` where it was. */
  readonly problem: string | undefined
}

type Outcome = "read" | "fresh" | "failed" | "left"

/** What a round came to. */
export type Round = Readonly<Record<Outcome | "requests", number>>

/** Reads of `all` at a time. */
const concurrency = 2

/** From the end of a round to the next, give or take a fifth. What the library holds is served for ten minutes. */
const period = Duration.minutes(5)

/** What is read ahead is to be served for longer than until the next round has come to it. */
const horizon = Duration.minutes(8)

/** After so many requests, or so much time, a round begins no further read; those that then are under way it gives as much time again. */
const maxRequests = 200
const maxTime = Duration.minutes(1)

const reads = Metric.counter("callsheet.warmup.reads", {
  description: "Reads that were due in a round of reading ahead",
  incremental: true
})
const requests = Metric.counter("callsheet.warmup.requests", {
  description: "Requests made to read ahead",
  incremental: true
})

export class WarmUp extends Context.Service<
  WarmUp,
  {
    /**
     * Reads what is owned, the libraries, the names by which they are searched, and all genres. Nothing that is true for seconds
     * only. What cannot be read is told, and hinders nothing else.
     */
    readonly all: Effect.Effect<ReadonlyArray<Warmed>>
    /**
     * One round in the background: the same, then what was asked for most, one after the other. What is still fresh is left as
     * it is, and whoever waits for an answer of the same server goes first (`Courtesy`).
     *
     * **Details**
     *
     * It begins no read after 200 requests or a minute, and is over after two. Its failures are counted, and logged for whoever
     * debugs.
     */
    readonly round: Effect.Effect<Round>
  }
>()("@callsheet/media/WarmUp") {
  /** For whichever of `Plex`, `Library` and `Tmdb` the context holds; so it is built anew for each. */
  static readonly layer: Layer.Layer<WarmUp, Config.ConfigError, Cache> = Layer.fresh(
    Layer.effect(
      WarmUp,
      Effect.suspend(() => make)
    )
  )

  /**
   * Reads ahead for as long as its scope is open: a round at once, and from then on about every five minutes. Needs the
   * services as `layer` does.
   */
  static readonly layerSchedule: Layer.Layer<never, Config.ConfigError, Cache> = Layer.effectDiscard(
    Effect.flatMap(WarmUp, ({ round }) =>
      Effect.forkScoped(Effect.repeat(round, Schedule.jittered(Schedule.spaced(period))))
    )
  ).pipe(Layer.provide(WarmUp.layer))
}

interface Due {
  /** In words. */
  readonly what: string
  readonly read: Effect.Effect<unknown, unknown>
}

/** What is read ahead whoever asked for what. */
const always = Effect.gen(function* () {
  const library = yield* Effect.serviceOption(Library)
  const plex = yield* Effect.serviceOption(Plex)
  const tmdb = yield* Effect.serviceOption(Tmdb)
  const due = (what: string, read: Effect.Effect<unknown, MediaError>) => ({ what, read })
  return [
    ...Option.match(library, {
      onNone: () => [],
      onSome: ({ index }) => [
        due("the films of the library", index("movie")),
        due("the series of the library", index("series"))
      ]
    }),
    ...Option.match(plex, {
      onNone: () => [],
      onSome: ({ sections, tags }) => [
        due("the libraries", sections),
        due("the library's genres", tags("genre")),
        due("the library's directors", tags("director")),
        due("the library's actors", tags("actor"))
      ]
    }),
    ...Option.match(tmdb, {
      onNone: () => [],
      onSome: ({ genres }) => [
        due("TMDb's genres of films", genres("movie")),
        due("TMDb's genres of series", genres("series"))
      ]
    })
  ]
})

const make = Effect.gen(function* () {
  const { mostAsked } = yield* Cache
  const identity = yield* MediaServices.identity
  const first = yield* always

  const oneRound = Effect.gen(function* () {
    const startMillis = yield* Clock.currentTimeMillis
    const untilMillis = startMillis + Duration.toMillis(horizon)
    const counts = { read: 0, fresh: 0, failed: 0, left: 0, requests: 0 }

    const readOne = Effect.fnUntraced(function* ({ read, what }: Due) {
      const elapsedMillis = (yield* Clock.currentTimeMillis) - startMillis
      if (counts.requests >= maxRequests || elapsedMillis >= Duration.toMillis(maxTime)) return "left"
      const ahead = ReadAhead.make(untilMillis)
      const log = ReadLog.make()
      const exit = yield* Effect.exit(read).pipe(
        Effect.provideService(ReadAhead.CurrentReadAhead, ahead),
        Effect.provideService(ReadLog.CurrentReadLog, log),
        Effect.onExit(() => {
          counts.requests += ahead.requests
          return Metric.update(requests, ahead.requests)
        })
      )
      if (Exit.isSuccess(exit)) return log.records.some(isFromUpstream) ? "read" : "fresh"
      yield* Effect.logDebug(`Could not read ahead: ${what}.`, exit.cause)
      return "failed"
    })

    const each = (all: ReadonlyArray<Due>) =>
      Effect.forEach(
        all,
        (due) =>
          Effect.flatMap(readOne(due), (outcome) => {
            counts[outcome]++
            return Metric.update(Metric.withAttributes(reads, { "callsheet.warmup.outcome": outcome }), 1)
          }),
        { concurrency: 1, discard: true }
      )

    yield* Effect.gen(function* () {
      yield* each(first)
      const asked = yield* mostAsked(identity)
      yield* each(
        asked.map(({ again, read }) => ({ what: `something that is often asked for (${read})`, read: again }))
      )
    }).pipe(Effect.timeoutOption(Duration.times(maxTime, 2)))
    yield* Effect.logDebug("Read ahead.", counts)
    return counts
  })

  /** As whoever waits for an answer, but for what is not fresh. */
  const readNow = Effect.fnUntraced(function* ({ read, what }: (typeof first)[number]) {
    const ahead = ReadAhead.make(yield* Clock.currentTimeMillis)
    ahead.wanted.openUnsafe()
    const result = yield* Effect.result(Effect.provideService(read, ReadAhead.CurrentReadAhead, ahead))
    return { what, problem: Result.isFailure(result) ? result.failure.message : undefined }
  })

  return WarmUp.of({ all: Effect.forEach(first, readNow, { concurrency }), round: oneRound })
})

const isFromUpstream = ({ source }: ReadLog.ReadRecord): boolean => source === "upstream" || source === "shared"
