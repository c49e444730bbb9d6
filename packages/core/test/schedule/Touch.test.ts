import type { Change } from "@callsheet/cache/Cache"
import * as Policy from "@callsheet/core/schedule/Policy"
import * as Touch from "@callsheet/core/schedule/Touch"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const name = Schema.Literals(["a", "b", "c"])
const Footprint = Schema.Struct({
  upstream: Schema.UndefinedOr(Schema.Literals(["u", "v"])),
  tags: Schema.UndefinedOr(Schema.Array(name).check(Schema.isMaxLength(2)))
})

const meets = (change: Change | undefined, tags: ReadonlyArray<string>): boolean =>
  change !== undefined && (change.all === true || (change.tags ?? []).some((tag) => tags.includes(tag)))

describe("Touch", () => {
  it.prop("outdates every read that the write may touch", [Footprint, Footprint], ([write, read]) => {
    if (Policy.overlaps(write, read)) assert.isTrue(meets(Touch.outdates(write), Touch.dependsOn(read)))
  })

  it.prop(
    "outdates no other, but those of a write's own upstream, and all where it says nothing",
    [Footprint, Footprint],
    ([write, read]) => {
      const isKnown = write.tags !== undefined || write.upstream !== undefined
      const isNear = write.upstream !== undefined && write.upstream === read.upstream
      if (isKnown && !isNear && !Policy.overlaps(write, read)) {
        assert.isFalse(meets(Touch.outdates(write), Touch.dependsOn(read)))
      }
    }
  )

  it("names what a service's reads are tagged with: its name", () => {
    assert.includeMembers(
      [...(Touch.outdates({ upstream: "radarr", tags: ["ownership"] })?.tags ?? [])],
      ["radarr", "ownership"]
    )
    assert.deepStrictEqual(Touch.outdates({ upstream: undefined, tags: undefined }), { all: true })
    assert.isUndefined(Touch.outdates(Policy.nothing))
  })
})
