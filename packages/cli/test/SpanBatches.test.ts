import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"

import * as SpanBatches from "../src/SpanBatches.ts"

/** Keeps what is sent; a request is answered when `answer` is called. */
const collector = () => {
  const bodies: Array<string> = []
  const open: Array<() => void> = []
  let lost = 0
  const batches = SpanBatches.make({
    head: '{"spans":[',
    tail: "]}",
    send: (body, done) => {
      bodies.push(Buffer.from(body).toString())
      open.push(done)
    },
    lost: () => {
      lost++
    }
  })
  return { batches, bodies, answer: () => open.shift()?.(), isOpen: () => open.length > 0, lost: () => lost }
}

const Request = Schema.fromJsonString(Schema.Struct({ spans: Schema.Array(Schema.String) }))
const spansOf = (bodies: ReadonlyArray<string>) => bodies.flatMap((body) => Schema.decodeSync(Request)(body).spans)

describe("SpanBatches", () => {
  it.prop(
    "sends every span once, in its order, each request whole, whatever a span holds",
    [Schema.Array(Schema.String), Schema.Array(Schema.String)],
    ([first, second]) => {
      const { answer, batches, bodies, isOpen } = collector()
      for (const text of first) batches.add(JSON.stringify(text))
      batches.push()
      for (const text of second) batches.add(JSON.stringify(text))
      batches.push()
      while (isOpen()) answer()
      assert.deepStrictEqual(
        spansOf(bodies),
        [...first, ...second].map((text) => JSON.parse(JSON.stringify(text)))
      )
    }
  )

  it("sends one request at a time, and a full batch without being asked", () => {
    const { answer, batches, bodies } = collector()
    for (let n = 0; n < 1000; n++) batches.add(JSON.stringify("x".repeat(1000)))
    assert.lengthOf(bodies, 1)
    answer()
    assert.lengthOf(bodies, 2)
    assert.isAbove(spansOf(bodies).length, 100)
  })

  it("keeps 8 MiB and a batch for a collector that does not answer, and says what found no place", () => {
    const { answer, batches, bodies, isOpen, lost } = collector()
    const span = JSON.stringify("x".repeat(10_000))
    for (let n = 0; n < 2000; n++) batches.add(span)
    assert.lengthOf(bodies, 1)
    assert.isAbove(lost(), 100)
    while (isOpen()) answer()
    batches.push()
    while (isOpen()) answer()
    assert.strictEqual(spansOf(bodies).length + lost(), 2000)
    assert.isAtMost(bodies.join("").length, 34 * 256 * 1024)
    const lostBefore = lost()
    batches.add(span)
    assert.strictEqual(lost(), lostBefore)
  })

  it("takes a span that is larger than a batch", () => {
    const { batches, bodies } = collector()
    batches.add(JSON.stringify("ü".repeat(400_000)))
    batches.push()
    assert.deepStrictEqual(spansOf(bodies), ["ü".repeat(400_000)])
  })

  it.effect("is empty once all that it held is answered", () =>
    Effect.gen(function* () {
      const { answer, batches, bodies } = collector()
      yield* batches.empty
      batches.add('"a"')
      const waiting = yield* Effect.forkChild(batches.empty, { startImmediately: true })
      batches.add('"b"')
      answer()
      assert.isUndefined(waiting.pollUnsafe())
      answer()
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(spansOf(bodies), ["a", "b"])
    })
  )
})
