import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as OtlpJson from "../../src/explain/OtlpJson.ts"

const request = (...spans: ReadonlyArray<unknown>) => ({ resourceSpans: [{ resource: {}, scopeSpans: [{ spans }] }] })

const plain = {
  traceId: "5b8efff798038103d269b633813fc60c",
  spanId: "eee19b7ec3c1b174",
  name: "chat tiny",
  startTimeUnixNano: "1544712660000123456",
  endTimeUnixNano: "1544712661000000000"
}

const spansOf = (text: string) => Result.getOrThrow(OtlpJson.read(text))

const problemOf = (text: string) => {
  const read = OtlpJson.read(text)
  return Result.isFailure(read) ? `${read.failure.line}: ${read.failure.message}` : "read"
}

describe("OTLP in JSON", () => {
  it("is read with its ids, times, typed attributes, events and status", () => {
    const attributes = [
      { key: "text", value: { stringValue: "a" } },
      { key: "whole", value: { intValue: "42" } },
      { key: "number", value: { intValue: 43 } },
      { key: "real", value: { doubleValue: 1.5 } },
      { key: "truth", value: { boolValue: false } },
      { key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "b" }] } } },
      { key: "record", value: { kvlistValue: { values: [{ key: "inner", value: { stringValue: "c" } }] } } },
      { key: "nothing", value: {} },
      { key: "absent" }
    ]
    const text = JSON.stringify(
      request({
        ...plain,
        parentSpanId: "aaa19b7ec3c1b174",
        kind: 3,
        attributes,
        events: [{ timeUnixNano: 1_544_712_660_500_000_000, name: "e", attributes: [attributes[0]] }],
        status: { code: 2, message: "Nobody answered." },
        links: []
      })
    )
    assert.deepStrictEqual(spansOf(text), [
      {
        traceId: plain.traceId,
        spanId: plain.spanId,
        parentId: "aaa19b7ec3c1b174",
        name: "chat tiny",
        startMillis: 1544712660000.123,
        endMillis: 1544712661000,
        attributes: {
          text: "a",
          whole: 42,
          number: 43,
          real: 1.5,
          truth: false,
          list: [1, "b"],
          record: { inner: "c" }
        },
        events: [{ name: "e", atMillis: 1544712660500, attributes: { text: "a" } }],
        problem: "Nobody answered."
      }
    ])
  })

  it("may be one request, a list of them, or one to a line", () => {
    const one = JSON.stringify(request(plain))
    const two = JSON.stringify(request(plain, plain))
    const forms = [
      [one, 1],
      [JSON.stringify(request(plain), null, 2), 1],
      [`[${one},${two}]`, 3],
      [`\n${one}\n\n${two}\n`, 3],
      [`${one}\r\n${two}`, 3],
      [`\uFEFF${one}`, 1],
      [`\uFEFF${one}\n${two}`, 3],
      ['{"resourceSpans":[]}', 0],
      ['{"resourceSpans":[{}]}', 0],
      ['{"resourceSpans":[{"scopeSpans":[{"spans":null}]}]}', 0]
    ] as const
    for (const [text, count] of forms) assert.strictEqual(spansOf(text).length, count, text)
  })

  it("says which spans failed and which were interrupted", () => {
    const problems = [
      { status: { code: 0 } },
      { status: { code: "STATUS_CODE_ERROR" } },
      { status: { code: 2 }, attributes: [{ key: "effect.fiber.interrupted", value: { boolValue: true } }] },
      { status: { code: 1 }, attributes: [{ key: "status.interrupted", value: { boolValue: true } }] },
      { status: {}, parentSpanId: "" }
    ].map((more) => spansOf(JSON.stringify(request({ ...plain, ...more })))[0]?.problem)
    assert.deepStrictEqual(problems, [undefined, "failed", "interrupted", "interrupted", undefined])
  })

  it("that is none says what is wrong and where", () => {
    const one = JSON.stringify(request(plain))
    assert.strictEqual(problemOf(" \n "), "1: The file is empty.")
    assert.strictEqual(problemOf("\n\nno"), "3: This is no JSON, nor does each line hold some.")
    assert.strictEqual(problemOf(`${one}\n{"resourceSpans":`), "2: This line is no JSON.")
    assert.match(problemOf(`${one}\n\n{}`), /^3: .*resourceSpans/)
    assert.match(problemOf("5"), /^1: /)
    assert.match(problemOf(JSON.stringify(request({ ...plain, spanId: 7 }))), /^1: .*\["spans"\]\[0\]\["spanId"\]/)
    assert.match(problemOf(JSON.stringify(request({ ...plain, startTimeUnixNano: "soon" }))), /startTimeUnixNano/)
    assert.match(problemOf(JSON.stringify(request({ ...plain, endTimeUnixNano: undefined }))), /endTimeUnixNano/)
  })

  it("is read up to a bound", () => {
    const deep = (depth: number): unknown =>
      depth === 0 ? { stringValue: "x" } : { arrayValue: { values: [deep(depth - 1)] } }
    const [span] = spansOf(JSON.stringify(request({ ...plain, attributes: [{ key: "deep", value: deep(500) }] })))
    assert.isBelow(JSON.stringify(span?.attributes).length, 200)
    const many = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: OtlpJson.maxSpans + 1 }, () => plain) }] }]
    })
    assert.match(problemOf(many), /more than 200000 spans/)
  }, 30_000)

  it.prop("never breaks the reader, whatever it is", [Schema.String], ([text]) => {
    const value = { stringValue: text, intValue: text, doubleValue: "NaN", arrayValue: text, kvlistValue: [text] }
    for (const [kind, inner] of Object.entries(value)) {
      const attributes = [{ key: text, value: { [kind]: inner } }]
      assert.strictEqual(problemOf(JSON.stringify(request({ ...plain, name: text, attributes }))), "read")
    }
    problemOf(text)
    problemOf(JSON.stringify({ resourceSpans: text }))
    problemOf(`${JSON.stringify(request(plain))}\n${text}`)
  })
})
