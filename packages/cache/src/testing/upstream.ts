/**
 * What the cases have in common: an upstream that counts, and a clock that runs while real stores answer.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"

import { Cache } from "../Cache.ts"
import type { Freshness } from "../Freshness.ts"
import * as Read from "../Read.ts"
import { token } from "../store/Versions.ts"

/** The upstream has no such thing. */
export class Missing extends Schema.TaggedError<Missing>()("Missing", { id: Schema.Int }) {}

/** The upstream is down for a moment. */
export class Down extends Schema.TaggedError<Down>()("Down", {}) {}

const Failure = Schema.Union([Missing, Down])

export const Value = Schema.Struct({ id: Schema.Int, turn: Schema.Int })

export interface Upstream {
  /** `turn` counts the upstream's answers from 1. */
  readonly read: Read.Read<{ readonly id: number; readonly language?: string }, typeof Value.Type, Missing | Down>
  /** How often it was asked. */
  readonly calls: () => number
  /** What it does before it answers. */
  before: Effect.Effect<void, Missing | Down>
}

export interface UpstreamOptions {
  readonly freshness?: Freshness
  readonly name?: string
}

/** An upstream of its own: no other's values are found under its read's name. */
export const upstream = (options: UpstreamOptions = {}): Upstream => {
  let turn = 0
  const name = options.name ?? `test/${token()}`
  const self: Upstream = {
    before: Effect.void,
    calls: () => turn,
    read: Read.make(name, {
      version: 1,
      identity: Read.everyone,
      argument: Schema.Struct({
        id: Schema.Int,
        language: Schema.String.pipe(Schema.withConstructorDefault(Effect.succeed("en")))
      }),
      result: Value,
      freshness: options.freshness ?? { fresh: "1 hour" },
      final: { schema: Failure, is: (error) => error._tag === "Missing", keep: "1 minute" },
      tags: ({ id }) => [`${name}/${id}`, name],
      lookup: Effect.fnUntraced(function* ({ id }) {
        const mine = ++turn
        yield* self.before
        return { id, turn: mine }
      })
    })
  }
  return self
}

/**
 * Runs `effect` while virtual time passes, about as fast as real time, and real stores answer. What jumps ahead flushes first:
 * a store's answer under way would come too late.
 */
export const settle = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.withLive(Effect.sleep("1 millis"))
    yield* TestClock.adjust("1 millis")
  }
  return yield* Fiber.join(fiber)
})

/** Lets `duration` pass at once. */
export const pass = Effect.fnUntraced(function* (duration: Duration.Input) {
  yield* Effect.flatMap(Cache, (cache) => cache.flush)
  yield* TestClock.adjust(duration)
})
