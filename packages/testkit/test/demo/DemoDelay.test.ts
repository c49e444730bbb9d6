import { assert, describe, it } from "@effect/vitest"

import { delayMillis, delayRangeMillis } from "../../src/demo/DemoDelay.ts"

const paths = Array.from({ length: 2000 }, (_, index) => `/library/metadata/${index}`)

describe("delayMillis", () => {
  for (const service of ["plex", "tmdb", "radarr", "sonarr"] as const) {
    it(`fills ${service}'s measured range and never leaves it`, () => {
      const [low, high] = delayRangeMillis[service]
      const drawn = paths.map((path) => delayMillis(1, service, "GET", path, ""))
      assert.strictEqual(Math.min(...drawn), low)
      assert.strictEqual(Math.max(...drawn), high)
      assert.isTrue(drawn.every(Number.isInteger))
    })
  }

  it("depends on the request and the seed alone, whatever was asked before", () => {
    const forward = paths.map((path) => delayMillis(1, "plex", "GET", path, "a=1"))
    const backward = paths.toReversed().map((path) => delayMillis(1, "plex", "GET", path, "a=1"))
    assert.deepStrictEqual(forward, backward.toReversed())
    assert.notDeepEqual(
      forward,
      paths.map((path) => delayMillis(2, "plex", "GET", path, "a=1"))
    )
    assert.notDeepEqual(
      forward,
      paths.map((path) => delayMillis(1, "plex", "GET", path, "a=2"))
    )
  })
})
