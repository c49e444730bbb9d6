import { Attribute } from "@callsheet/core/explain/Trace"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Tracer } from "effect"
import { TestClock } from "effect/testing"

import * as Span from "../src/Span.ts"
import { lines, phases, traced } from "./traced.ts"

const inSpan = (use: (span: Span.Span) => Effect.Effect<void>) =>
  Span.whenTraced("run", { a: 1 }, (span) => (span === undefined ? Effect.die("not traced") : use(span)))

describe("Span", () => {
  it.effect("is there only where a tracer keeps it: not with Effect's own, nor with tracing off", () =>
    Effect.gen(function* () {
      const isTraced = Span.whenTraced("run", {}, (span) => Effect.succeed(span !== undefined))
      const keeping = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })
      assert.isFalse(yield* isTraced)
      assert.isTrue(yield* Effect.withTracer(isTraced, keeping))
      assert.isFalse(yield* Effect.withTracerEnabled(Effect.withTracer(isTraced, keeping), false))
    })
  )

  it.effect("has children, and what these do stands under them", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(
        inSpan((span) => {
          const child = span.child("child", { b: 2 }, "client")
          return child.around(Effect.withSpan(TestClock.adjust(5), "inner"))
        })
      )
      assert.deepStrictEqual(lines(spans), ["run 0-5", "child 0-5 in run", "inner 0-5 in child"])
      assert.deepStrictEqual(
        spans.map(({ attributes }) => attributes),
        [{ a: 1 }, { b: 2 }, {}]
      )
    })
  )

  it.effect("takes what the application says of all spans into each child", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(
        Effect.annotateSpans(
          inSpan((span) => Effect.sync(() => span.child("child", {}).end())),
          "tenant",
          "t"
        )
      )
      assert.deepStrictEqual(
        spans.map(({ attributes }) => attributes["tenant"]),
        ["t", "t"]
      )
    })
  )

  it.effect("says nothing of what is not known, of phases too short to matter, nor after its end", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(
        inSpan((span) =>
          Effect.sync(() => {
            const child = span.child("child", {})
            child.attribute(Attribute.route, undefined)
            child.attribute(Attribute.upstream, null)
            child.phase("prompt", 0.049)
            child.phase("prompt", 0.05)
            child.phase("queueing", 3, "retry")
            child.end()
            child.end()
            child.phase("prompt", 1)
            child.attribute(Attribute.step, 1)
          })
        )
      )
      const child = spans.find(({ name }) => name === "child")
      assert.deepStrictEqual(child?.attributes, {})
      assert.deepStrictEqual(phases(child), ["prompt 0.05", "queueing 3 retry"])
    })
  )

  it.effect("of somebody else's process is a parent all the same", () =>
    Effect.gen(function* () {
      const parent = Tracer.externalSpan({ spanId: "1234567890abcdef", traceId: "1234567890abcdef1234567890abcdef" })
      const { spans } = yield* traced(
        Effect.withFiber((fiber) =>
          Effect.sync(() => {
            const outer = Span.current(fiber)
            outer?.attribute("a", 1)
            outer?.child("child", {}).end()
          })
        ).pipe(Effect.withParentSpan(parent))
      )
      assert.deepStrictEqual(
        spans.map(({ name, parentId, traceId }) => [name, parentId, traceId]),
        [["child", parent.spanId, parent.traceId]]
      )
    })
  )
})
