/**
 * useLoaded: what an effect gives, in a component. What was there before stays while it is asked anew, so that nothing jumps.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { useEffect, useState } from "preact/hooks"

import type { RequestFailed } from "../wire/Http.ts"

export interface Loaded<A> {
  /** The latest that came; undefined until the first. */
  readonly value: A | undefined
  /** Why the latest did not come, in a sentence; undefined where it did. */
  readonly problem: RequestFailed | undefined
  readonly isLoading: boolean
}

interface Options {
  /** Asks again so long after each answer. A page that is not looked at does not ask. */
  readonly everyMillis?: number | undefined
}

const looked = Effect.suspend(() =>
  document.visibilityState === "visible"
    ? Effect.void
    : Effect.callback<void>((resume) => {
        const look = () => {
          if (document.visibilityState === "visible") resume(Effect.void)
        }
        document.addEventListener("visibilitychange", look)
        return Effect.sync(() => document.removeEventListener("visibilitychange", look))
      })
)

/** Runs `load` now, and anew where `key` changes; undefined loads nothing. */
export const useLoaded = <A>(
  load: Effect.Effect<A, RequestFailed> | undefined,
  key: string,
  { everyMillis }: Options = {}
): Loaded<A> => {
  const [state, setState] = useState<Loaded<A> & { readonly key: string }>({
    key,
    value: undefined,
    problem: undefined,
    isLoading: true
  })
  useEffect(() => {
    if (load === undefined) return
    setState((before) => ({ ...before, isLoading: true }))
    const once = Effect.flatMap(Effect.exit(load), (exit) =>
      Effect.sync(() =>
        setState((before) => ({
          key,
          value: Exit.isSuccess(exit) ? exit.value : before.key === key ? before.value : undefined,
          problem: Exit.isSuccess(exit) ? undefined : Option.getOrUndefined(Cause.findErrorOption(exit.cause)),
          isLoading: false
        }))
      )
    )
    const fiber = Effect.runFork(
      everyMillis === undefined ? once : Effect.repeat(Effect.andThen(looked, once), Schedule.spaced(everyMillis))
    )
    return () => Effect.runFork(Fiber.interrupt(fiber))
    // The effect is made anew with each drawing; the key says whether it is another.
  }, [key, everyMillis, load === undefined])
  return load === undefined ? { value: undefined, problem: undefined, isLoading: false } : state
}
