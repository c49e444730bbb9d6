/**
 * Cases: two caches on one store, as two processes have it.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict"

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { Cache } from "../Cache.ts"
import type { Case, Subject } from "../testing.ts"
import { settle, upstream } from "./upstream.ts"

const two = ({ layer }: Subject) => {
  const build = Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, Cache))
  return Effect.all([build, build])
}

export const sharing = (subject: Subject): ReadonlyArray<Case> => [
  {
    name: "finds what another has read",
    time: "virtual",
    run: Effect.gen(function* () {
      const [ours, theirs] = yield* two(subject)
      const { calls, read } = upstream()
      yield* ours.read(read, { id: 1 })
      yield* ours.flush
      deepStrictEqual(yield* theirs.read(read, { id: 1 }), { id: 1, turn: 1 })
      strictEqual(calls(), 1)
      strictEqual((yield* theirs.stats).reads.sources.store, 1)
    }).pipe(settle, Effect.orDie)
  },
  {
    name: "forgets at once what another has forgotten, by tag, by key and all",
    time: "virtual",
    run: Effect.gen(function* () {
      const [ours, theirs] = yield* two(subject)
      const { read } = upstream()
      const turn = Effect.map(theirs.read(read, { id: 1 }), (value) => value.turn)
      strictEqual(yield* turn, 1)
      strictEqual(yield* turn, 1)
      yield* ours.invalidate({ tags: [read.name] })
      strictEqual(yield* turn, 2)
      strictEqual(yield* turn, 2)
      yield* ours.invalidate({ keys: [read.key({ id: 1 })] })
      strictEqual(yield* turn, 3)
      strictEqual(yield* turn, 3)
      yield* ours.invalidate({ all: true })
      strictEqual(yield* turn, 4)
      strictEqual(yield* turn, 4)
    }).pipe(settle, Effect.orDie)
  }
]
