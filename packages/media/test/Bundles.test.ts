import { Cache } from "@callsheet/cache/Cache"
import * as Bundle from "@callsheet/core/foresee/Bundle"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

import { bundles } from "../src/Bundles.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import * as DemoHousehold from "./demoHousehold.ts"

const Household = Layer.provide(DemoHousehold.layer(), [DemoServices.layer({ delays: "none" }), Cache.layerMemory()])

describe("Bundles", () => {
  it("are as many as an agent takes, and name each tool once", () => {
    assert.isUndefined(Bundle.problem(bundles))
    for (const { name, tools } of bundles) assert.strictEqual(new Set(tools).size, tools.length, name)
  })

  it.effect("hold every tool of the household between them, and none that there is not", () =>
    Effect.gen(function* () {
      const held = new Set<string>(bundles.flatMap(({ tools }) => tools))
      const { tools } = yield* MediaToolkit
      assert.deepStrictEqual([...held].toSorted(), Object.keys(tools).toSorted())
    }).pipe(Effect.provide(Household))
  )
})
