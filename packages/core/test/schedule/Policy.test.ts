import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Tool } from "effect/ai"

import * as Policy from "../../src/schedule/Policy.ts"

const flags = Schema.Struct({ isReadonly: Schema.Boolean, isDestructive: Schema.Boolean, isIdempotent: Schema.Boolean })

describe("Policy.rulesOf", () => {
  it("is cautious about a tool that says nothing", () => {
    assert.deepStrictEqual(Policy.rulesOf(Tool.make("anything")), {
      isReadOnly: false,
      mayRepeat: false,
      needsApproval: true,
      upstream: undefined,
      concurrency: Infinity,
      upstreamConcurrency: Infinity,
      freshnessMillis: undefined,
      timeLimitMillis: Infinity,
      footprint: { upstream: undefined, tags: undefined }
    })
  })

  it.prop("looks at the other annotations only where a tool is not read-only", [flags], ([flag]) => {
    const tool = Tool.make("any")
      .annotate(Tool.Readonly, flag.isReadonly)
      .annotate(Tool.Destructive, flag.isDestructive)
      .annotate(Tool.Idempotent, flag.isIdempotent)
    const { isReadOnly, mayRepeat, needsApproval } = Policy.rulesOf(tool)
    assert.deepStrictEqual(
      { isReadOnly, mayRepeat, needsApproval },
      {
        isReadOnly: flag.isReadonly,
        mayRepeat: flag.isReadonly || flag.isIdempotent,
        needsApproval: !flag.isReadonly && flag.isDestructive
      }
    )
  })

  it("honours a tool's own wish to be approved, also where it depends on the parameters", () => {
    const reading = Tool.make("reading").annotate(Tool.Readonly, true)
    assert.isTrue(Policy.rulesOf(reading.setNeedsApproval(true)).needsApproval)
    assert.isTrue(Policy.rulesOf(reading.setNeedsApproval(() => false)).needsApproval)
    assert.isFalse(Policy.rulesOf(reading.setNeedsApproval(false)).needsApproval)
  })
})
