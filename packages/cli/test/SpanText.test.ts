import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Exit, Option, Schema, Tracer } from "effect"

import * as SpanText from "../src/SpanText.ts"

const spanOf = (attributes: Readonly<Record<string, unknown>>, name = "chat") => {
  const span = new Tracer.NativeSpan({
    name,
    parent: Option.none(),
    annotations: Context.empty(),
    links: [],
    startTime: 1_700_000_000_123_456_789n,
    kind: "client",
    sampled: true
  })
  for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
  return span
}

class NotThere extends Data.TaggedError("NotThere") {
  override readonly message = "not found"
}

const Parsed = Schema.fromJsonString(
  Schema.Struct({
    name: Schema.String,
    kind: Schema.Int,
    startTimeUnixNano: Schema.String,
    endTimeUnixNano: Schema.String,
    attributes: Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.Unknown })),
    events: Schema.optional(Schema.Array(Schema.Unknown)),
    status: Schema.Unknown
  })
)
const written = (
  span: Tracer.Span,
  exit: Exit.Exit<unknown, unknown> = Exit.void,
  events: ReadonlyArray<SpanText.Event> = []
) => Schema.decodeSync(Parsed)(SpanText.make(span, events, 1_700_000_001_000_000_000n, exit))

describe("SpanText", () => {
  it("writes times to the nanosecond and each value by its kind", () => {
    const values = { text: 'a "b"\n', whole: 3, broken: 0.5, flag: true, list: ["x", 1], none: Number.NaN, big: 7n }
    const { attributes, ...rest } = written(spanOf(values))
    assert.deepStrictEqual(rest, {
      name: "chat",
      kind: 3,
      startTimeUnixNano: "1700000000123456789",
      endTimeUnixNano: "1700000001000000000",
      status: {}
    })
    assert.deepStrictEqual(attributes, [
      { key: "text", value: { stringValue: 'a "b"\n' } },
      { key: "whole", value: { intValue: 3 } },
      { key: "broken", value: { doubleValue: 0.5 } },
      { key: "flag", value: { boolValue: true } },
      { key: "list", value: { arrayValue: { values: [{ stringValue: "x" }, { intValue: 1 }] } } },
      { key: "none", value: { doubleValue: "NaN" } },
      { key: "big", value: { stringValue: "7" } }
    ])
  })

  it.prop(
    "is JSON, whatever names and values hold",
    [Schema.Record(Schema.String, Schema.String), Schema.String],
    ([values, name]) => {
      const text = written(spanOf(values, name))
      assert.strictEqual(text.name, JSON.parse(JSON.stringify(name)))
      assert.strictEqual(text.attributes.length, Object.keys(values).length)
    }
  )

  it("tells a failure without a stack, a defect with it, and calls an interruption no error", () => {
    const failed = written(spanOf({}), Exit.fail(new NotThere()))
    assert.deepStrictEqual(failed.status, { code: 2, message: "not found" })
    assert.include(JSON.stringify(failed.events), "not found")
    assert.notInclude(JSON.stringify(failed.events), "SpanText.test")
    assert.include(JSON.stringify(written(spanOf({}), Exit.die(new Error("broken"))).events), "SpanText.test")
    const stopped = written(spanOf({ "callsheet.step": 1 }), Exit.interrupt())
    assert.deepStrictEqual([stopped.status, stopped.events], [{}, undefined])
    assert.deepInclude(stopped.attributes, { key: "effect.fiber.interrupted", value: { boolValue: true } })
  })

  it("cuts what is longer than 16,384 characters", () => {
    const [attribute] = written(spanOf({ long: "x".repeat(20_000) })).attributes
    assert.deepStrictEqual(attribute?.value, { stringValue: "x".repeat(16_384) })
  })
})
