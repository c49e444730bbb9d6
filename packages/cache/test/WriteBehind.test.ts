import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Scope } from "effect"

import type { Write } from "../src/store/Store.ts"
import * as WriteBehind from "../src/WriteBehind.ts"

const value = (key: string, characters: number): Write => ({
  key,
  text: "x".repeat(characters),
  names: [],
  versions: [],
  deadAtMillis: 0
})

describe("WriteBehind", () => {
  it.effect("writes what waits in batches, and before its scope closes", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<string>> = []
      const scope = yield* Scope.make()
      const writer = yield* Scope.provide(
        WriteBehind.make((writes) => Effect.sync(() => batches.push(writes.map(({ key }) => key)))),
        scope
      )
      for (let key = 0; key < 100; key++) writer.offer(value(`${key}`, 10))
      yield* writer.flush
      assert.deepStrictEqual(
        batches.map((batch) => batch.length),
        [64, 36]
      )
      writer.offer(value("last", 10))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(batches.at(-1), ["last"])
    })
  )

  it.effect("drops what does not fit behind a slow store", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const writer = yield* WriteBehind.make(() => Deferred.await(gate))
      for (let key = 0; key < 5; key++) writer.offer(value(`${key}`, 10_000_000))
      assert.strictEqual(writer.dropped(), 2)
      yield* Deferred.succeed(gate, undefined)
      yield* writer.flush
      writer.offer(value("large", 40_000_000))
      assert.strictEqual(writer.dropped(), 2)
    })
  )
})
