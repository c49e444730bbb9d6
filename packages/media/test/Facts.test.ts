import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import { Facts } from "../src/Facts.ts"
import { Library } from "../src/Library.ts"
import * as MediaServices from "../src/MediaServices.ts"
import * as DemoHousehold from "./demoHousehold.ts"

const household = Facts.layer.pipe(
  Layer.provideMerge(MediaServices.layerConfig),
  Layer.provide([DemoHousehold.environment(), FetchHttpClient.layer]),
  Layer.provideMerge([DemoServices.layer({ delays: "none" }), Cache.layerMemory()])
)

layer(household)("Facts", (it) => {
  it.effect("are the day, and what the library holds once that is known, the same all day", () =>
    Effect.gen(function* () {
      const { now } = yield* Facts
      const text = Effect.map(now, ({ text }) => text)
      yield* TestClock.setTime(Date.UTC(2025, 2, 10, 0, 0))
      assert.strictEqual(yield* text, "Today is Monday, 2025-03-10.")

      const library = yield* Effect.flatMap(Effect.serviceOption(Library), Effect.fromOption)
      const films = yield* settle(library.index("movie"))
      assert.strictEqual(yield* text, "Today is Monday, 2025-03-10.")
      const series = yield* settle(library.index("series"))
      const facts = yield* text
      assert.strictEqual(
        facts,
        `Today is Monday, 2025-03-10. The Plex library holds about ${films.size} films and ${series.size} series.`
      )
      assert.isBelow(Buffer.byteLength(facts), 200)
      assert.strictEqual((yield* now).key, "2025-03-10")
    })
  )
})
