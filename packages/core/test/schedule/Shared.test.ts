import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as Shared from "../../src/schedule/Shared.ts"

describe("Shared", () => {
  it.effect("is one and the same for all runs of the process where none is provided", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Shared.Shared, yield* Shared.Shared)
    })
  )

  it.effect("shares nothing where one is made", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([Shared.make, Shared.make])
      for (const shared of [other, yield* Shared.Shared]) {
        assert.notStrictEqual(one.admission, shared.admission)
        assert.notStrictEqual(one.timings, shared.timings)
        assert.notStrictEqual(one.upstreams, shared.upstreams)
        assert.notStrictEqual(one.inFlight, shared.inFlight)
      }
      assert.strictEqual(yield* Effect.provideService(Shared.Shared, Shared.Shared, one), one)
    })
  )
})
