/**
 * ReadCall: a call of a graph, when it ran, and what stands in its arguments and its result.
 */
import * as Evidence from "./Evidence.ts"
import type { GraphCall } from "./RunGraph.ts"

/** When a call ran, and whether it succeeded: a row of a profile. */
export interface Timed {
  readonly id: string
  readonly startMillis: number
  readonly millis: number
  readonly ok: boolean
}

/** A call, and what is read of it at most once. */
export interface ReadCall {
  readonly call: GraphCall
  readonly round: number
  readonly timed: Timed
  readonly telling: () => ReadonlyArray<string> | undefined
  readonly held: () => Evidence.Held | undefined
}

const once = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

export const of = (call: GraphCall, round: number, timed: Timed): ReadCall => ({
  call,
  round,
  timed,
  telling: once(() => (call.arguments === undefined ? undefined : Evidence.tellingOf(call.arguments))),
  held: once(() => (call.result === undefined ? undefined : Evidence.heldIn(call.result)))
})
