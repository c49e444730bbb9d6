/**
 * Courtesy: who reads ahead lets those go first who wait for an answer. It counts what is under way to each server in this
 * process, and what may wait waits.
 */
import * as ReadAhead from "@callsheet/cache/ReadAhead"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"

/** The way to one server. */
export interface Lane {
  /**
   * `request`, answer and all, when it is its turn: at once; read ahead (`ReadAhead`), once nobody else waits for the server and
   * less than two others are read ahead. That ends when somebody waits for what is read.
   */
  readonly pass: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Requests to one server at a time that are read ahead. */
const most = 2

const makeLane = (): Lane => {
  const underWay = { asked: 0, ahead: 0 }
  const isFree = Latch.makeUnsafe(true)

  const counted = <A, E, R>(kind: keyof typeof underWay, request: Effect.Effect<A, E, R>) => {
    const count = (step: 1 | -1) =>
      Effect.sync(() => {
        underWay[kind] += step
        if (underWay.asked === 0 && underWay.ahead < most) isFree.openUnsafe()
        else isFree.closeUnsafe()
      })
    return Effect.acquireUseRelease(
      count(1),
      () => request,
      () => count(-1)
    )
  }

  /** Until it is the turn of `ahead`: of several that wait for the same moment, it may be another's. */
  const turn = (ahead: ReadAhead.ReadAhead): Effect.Effect<void> =>
    Effect.suspend(() =>
      isFree.isOpen() || ahead.wanted.isOpen()
        ? Effect.void
        : Effect.andThen(Effect.raceFirst(isFree.await, ahead.wanted.await), turn(ahead))
    )

  return {
    pass: (request) =>
      Effect.withFiber((fiber) => {
        const ahead = fiber.getRef(ReadAhead.CurrentReadAhead)
        if (ahead === undefined) return counted("asked", request)
        return Effect.flatMap(turn(ahead), () => {
          ahead.requests++
          return counted(ahead.wanted.isOpen() ? "asked" : "ahead", request)
        })
      })
  }
}

const makeLanes = () => {
  const lanes = new Map<string, Lane>()
  return (address: string): Lane => {
    const { origin } = new URL(address)
    const known = lanes.get(origin)
    if (known !== undefined) return known
    const made = makeLane()
    lanes.set(origin, made)
    return made
  }
}

/** The lane to the server of an address: one for all who ask it, whichever of its services they ask for. */
export const Lanes = Context.Reference<(address: string) => Lane>("@callsheet/media/Lanes", { defaultValue: makeLanes })
