/**
 * Flights: lookups under way, each shared by all who ask for the same while the same is true. A flight is nobody's child: it
 * goes on when the one that began it leaves, and ends when the last leaves.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"

import * as Names from "./Names.ts"
import * as ReadAhead from "./ReadAhead.ts"
import * as ReadLog from "./ReadLog.ts"

export interface Flight<L> {
  readonly key: string
  /** Flights are numbered as they depart. */
  readonly number: number
  /** Of the read's names, before the upstream was asked. */
  readonly versions: ReadonlyArray<string>
  /** What the lookup has read so far. */
  readonly log: ReadLog.ReadLog
  /** `undefined` where it was given up. */
  readonly landed: Deferred.Deferred<L | undefined>
  /** Goes on though nobody waits. */
  readonly isRefresh: boolean
  /** What it was begun for, where nobody waited for it. */
  readonly ahead: ReadAhead.ReadAhead | undefined
  fiber: Fiber.Fiber<void> | undefined
  waiting: number
}

/** When the upstream was asked, in milliseconds of Unix time, and how long it took. */
export interface Trip {
  readonly askedMillis: number
  readonly costMillis: number
}

export interface Departure<O, L, R> {
  readonly key: string
  readonly versions: ReadonlyArray<string>
  readonly lookup: Effect.Effect<O, never, R>
  /** Makes of what the lookup came to what all who wait are answered with. */
  readonly land: (outcome: O, trip: Trip, log: ReadLog.ReadLog) => L
  /** Called when they have been. */
  readonly after: (landing: L) => void
  /** Makes it one that nobody need wait for. */
  readonly refresh?: Refresh<L>
}

export interface Refresh<L> {
  readonly limit: Duration.Duration
  /** Called at its end; with `undefined` where it was given up. */
  readonly ended: (landing: L | undefined) => void
}

export interface Flights<L> {
  /** The number of the last that departed. */
  readonly departed: () => number
  /** Whether the scope is closed: nothing departs any more. */
  readonly isOver: () => boolean
  /** The flight of `key` that is under way for these versions. */
  find(key: string, versions: ReadonlyArray<string>): Flight<L> | undefined
  /** Interrupts who departs after the end of the scope. */
  depart<O, R>(departure: Departure<O, L, R>): Effect.Effect<Flight<L>, never, R>
  /** Waits for the landing; `undefined` where the flight was given up. Interrupted by the end of the scope. */
  join(flight: Flight<L>): Effect.Effect<L | undefined>
}

export const make = Effect.fnUntraced(function* <L>(): Effect.fn.Return<Flights<L>, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const flights = new Map<string, Flight<L>>()
  let departed = 0

  const isOver = () => scope.state._tag === "Closed"

  const end = (flight: Flight<L>, landing: Effect.Effect<L | undefined>) => {
    if (flights.get(flight.key) === flight) flights.delete(flight.key)
    Deferred.doneUnsafe(flight.landed, landing)
  }

  const fly = Effect.fnUntraced(
    function* <O, R>(flight: Flight<L>, { after, land, lookup, refresh }: Departure<O, L, R>) {
      const clock = yield* Clock.Clock
      const askedMillis = clock.currentTimeMillisUnsafe()
      const startNanos = clock.monotonicTimeNanosUnsafe()
      const logged = Effect.provideService(lookup, ReadLog.CurrentReadLog, flight.log)
      const outcome = yield* refresh === undefined
        ? logged
        : Effect.timeoutOrElse(logged, { duration: refresh.limit, orElse: () => Effect.interrupt })
      const costMillis = Number(clock.monotonicTimeNanosUnsafe() - startNanos) / 1e6
      const landing = land(outcome, { askedMillis, costMillis }, flight.log)
      end(flight, Effect.succeed(landing))
      refresh?.ended(landing)
      after(landing)
    },
    (effect, flight, { refresh }) =>
      Effect.onExit(effect, (exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit) || Deferred.isDoneUnsafe(flight.landed)) return
          const isGivenUp = Exit.hasInterrupts(exit) && !isOver()
          end(flight, isGivenUp ? Effect.undefined : Effect.failCause(exit.cause))
          refresh?.ended(undefined)
        })
      )
  )

  const leave = (flight: Flight<L>) =>
    Effect.suspend(() => {
      flight.waiting--
      const isOver = Deferred.isDoneUnsafe(flight.landed)
      if (flight.waiting > 0 || flight.isRefresh || flight.fiber === undefined || isOver) return Effect.void
      if (flights.get(flight.key) === flight) flights.delete(flight.key)
      return Fiber.interrupt(flight.fiber)
    })

  return {
    departed: () => departed,
    isOver,
    find: (key, versions) => {
      const flight = flights.get(key)
      return flight !== undefined && Names.equal(flight.versions, versions) ? flight : undefined
    },
    depart: (departure) =>
      Effect.uninterruptible(
        Effect.withFiber((fiber) => {
          if (isOver()) return Effect.interrupt
          const { key, refresh, versions } = departure
          const landed = Deferred.makeUnsafe<L | undefined>()
          const isRefresh = refresh !== undefined
          const flight: Flight<L> = {
            key,
            number: ++departed,
            versions,
            log: ReadLog.make(),
            landed,
            isRefresh,
            ahead: fiber.getRef(ReadAhead.CurrentReadAhead),
            fiber: undefined,
            waiting: 0
          }
          flights.set(key, flight)
          return Effect.map(
            Effect.forkIn(Effect.interruptible(fly(flight, departure)), scope, { startImmediately: true }),
            (fiber) => {
              flight.fiber = fiber
              return flight
            }
          )
        })
      ),
    join: (flight) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.withFiber((fiber) => {
          flight.waiting++
          if (fiber.getRef(ReadAhead.CurrentReadAhead) === undefined) flight.ahead?.wanted.openUnsafe()
          return Effect.onExit(restore(Deferred.await(flight.landed)), () => leave(flight))
        })
      )
  }
})
