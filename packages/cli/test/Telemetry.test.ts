import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Layer, Logger, Metric, Scope } from "effect"

import * as Telemetry from "../src/Telemetry.ts"
import * as Collector from "./support/collector.ts"

/** Runs `program` under the layer, closes it, and tells the warnings and how long closing took. */
const exported = <A, E>(url: string, program: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const warnings: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(Layer.provideMerge(Telemetry.layer(url), logger), scope)
    const exit = yield* Effect.exit(Effect.provide(program, context))
    const [closing] = yield* Effect.timed(Scope.close(scope, Exit.void))
    return { exit, warnings, closingMillis: Duration.toMillis(closing) }
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))

const attributesOf = ({ attributes }: Collector.SentSpan) =>
  Array.isArray(attributes)
    ? Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const))
    : {}

const spans = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.withSpan(Effect.void, "one"), { discard: true })

// Timers of the SDK are real ones.
describe("Telemetry", { concurrent: true }, () => {
  it.live("sends each span once, under its parent, with what it says", () =>
    Effect.gen(function* () {
      const { sent, url } = yield* Collector.start()
      const inner = Effect.andThen(
        Effect.annotateCurrentSpan({ "gen_ai.request.model": "m", "callsheet.retries": 2, "callsheet.list": [1, 2.5] }),
        Effect.die(new Error("it broke"))
      ).pipe(Effect.withSpan("chat m", { kind: "client" }))
      yield* exported(`${url}/`, Effect.withSpan(Effect.andThen(Effect.exit(inner), spans(2)), "invoke_agent media"))

      const got = Collector.spansOf(sent.filter(({ path }) => path === "/v1/traces"))
      assert.deepStrictEqual(got.map(({ name }) => name).sort(), ["chat m", "invoke_agent media", "one", "one"])
      assert.strictEqual(new Set(got.map(({ spanId }) => spanId)).size, 4)
      const root = got.find(({ parentSpanId }) => parentSpanId === undefined) ?? assert.fail("no root")
      assert.strictEqual(root.name, "invoke_agent media")
      assert.isTrue(
        got.every(
          ({ parentSpanId, traceId }) => traceId === root.traceId && (parentSpanId ?? root.spanId) === root.spanId
        )
      )

      const chat = got.find(({ name }) => name === "chat m") ?? assert.fail("no chat")
      assert.deepInclude(chat, { kind: 3, status: { code: 2, message: "it broke" } })
      assert.deepInclude(attributesOf(chat), { "gen_ai.request.model": "m", "callsheet.retries": 2 })
      assert.match(JSON.stringify(chat["events"]), /"exception.message","value":\{"stringValue":"it broke"/)
      assert.match(JSON.stringify(chat["events"]), /exception.stacktrace/)
      assert.isTrue(BigInt(String(chat["endTimeUnixNano"])) >= BigInt(String(chat["startTimeUnixNano"])))
    })
  )

  it.live("sends the metrics of the program and of the process", () =>
    Effect.gen(function* () {
      const { sent, url } = yield* Collector.start()
      const counted = Metric.update(Metric.counter("callsheet.runs", { incremental: true }), 3)
      yield* exported(url, counted)
      const got = JSON.stringify(Collector.metricsOf(sent.filter(({ path }) => path === "/v1/metrics")))
      assert.match(got, /"name":"callsheet.runs".*?"asDouble":3/)
      assert.include(got, "v8js.memory.heap.used")
      assert.include(got, "nodejs.eventloop.delay.p99")
    })
  )

  it.live("says once that nothing listens there, and nothing else of it", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(Collector.start())
      const secret = url.replace("//", "//me:hunter2@")
      const { closingMillis, exit, warnings } = yield* exported(
        secret,
        Effect.andThen(spans(2000), Effect.succeed("done"))
      )
      assert.deepStrictEqual(exit, Exit.succeed("done"))
      assert.lengthOf(warnings, 1)
      assert.match(warnings[0] ?? "", /^Telemetry cannot be sent to 127\.0\.0\.1:\d+ \(ECONNREFUSED\): it is dropped/)
      assert.notInclude(warnings.join(), "hunter2")
      assert.isBelow(closingMillis, 10_000)
    })
  )

  for (const status of [401, 503]) {
    it.live(`says once that it is refused with status ${status}`, () =>
      Effect.gen(function* () {
        const { sent, url } = yield* Collector.start((response) => void response.writeHead(status).end("hunter2"))
        const { closingMillis, warnings } = yield* exported(url, spans(1500))
        assert.isAtLeast(sent.length, 2)
        assert.lengthOf(warnings, 1)
        assert.notInclude(warnings.join(), "hunter2")
        assert.isBelow(closingMillis, 10_000)
      })
    )
  }

  it.live("waits for a collector that does not answer no longer than at the end", () =>
    Effect.gen(function* () {
      const { url } = yield* Collector.start(() => {})
      const { closingMillis, exit, warnings } = yield* exported(url, spans(20_000))
      assert.isTrue(Exit.isSuccess(exit))
      assert.lengthOf(warnings, 1)
      assert.isBelow(closingMillis, 10_000)
    })
  )

  it.live("nor for one whose answer never ends, and hangs up on it", () =>
    Effect.gen(function* () {
      const hungUp = yield* Deferred.make<void>()
      const { url } = yield* Collector.start((response) => {
        const drip = setInterval(() => response.write(" "), 100)
        response.on("close", () => {
          clearInterval(drip)
          Deferred.doneUnsafe(hungUp, Exit.void)
        })
      })
      const { closingMillis, exit } = yield* exported(url, spans(3))
      assert.isTrue(Exit.isSuccess(exit))
      assert.isBelow(closingMillis, 10_000)
      yield* Deferred.await(hungUp)
    })
  )
})
