/**
 * What Prometheus is shown after real runs, and the rules that look at it.
 */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"

import * as Prometheus from "@callsheet/core/explain/Prometheus"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"

import * as Composition from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import * as ProcessMetrics from "../src/ProcessMetrics.ts"
import { hasPromtool, needsPromtool, promtool } from "./support/promtool.ts"

const rules = resolve(import.meta.dirname, "../../../deploy/prometheus")

/** The text after some questions to demo services, one of which is nobody's to answer. */
const text = Effect.gen(function* () {
  yield* Effect.forEach(["What's downloading right now?", "Search for Inception", "Search for Inception"], (question) =>
    mediaAgent.ask(question)
  )
  return yield* Prometheus.format
}).pipe(
  Effect.provide(
    Layer.mergeAll(
      Composition.layer({ values: {}, unknownKeys: [] }, { model: "offline", hasModel: false, isDemo: true }),
      ProcessMetrics.layer
    )
  ),
  Effect.provideService(Metric.MetricRegistry, new Map())
)

describe("metrics", { timeout: 30_000 }, () => {
  it.live.skipIf(!hasPromtool)(`are without complaint to Prometheus's checker, after real runs${needsPromtool}`, () =>
    Effect.gen(function* () {
      const input = yield* text
      assert.match(input, /^http_client_connection_requests_total\{callsheet_upstream="plex",.*\} [1-9]/m)
      assert.deepStrictEqual(promtool(["check", "metrics"], { input }), { status: 0, output: "" })
    })
  )

  it.skipIf(!hasPromtool)(`have rules that Prometheus takes, which fire when they should${needsPromtool}`, () => {
    const checked = promtool(["check", "rules", "alerts.yml"], { cwd: rules })
    assert.strictEqual(checked.status, 0, checked.output)
    const tested = promtool(["test", "rules", "alerts.test.yml"], { cwd: rules })
    assert.strictEqual(tested.status, 0, tested.output)
  })

  it("have an alert for each of which a test says when it fires", () => {
    const alerts = readFileSync(resolve(rules, "alerts.yml"), "utf8")
    const tests = readFileSync(resolve(rules, "alerts.test.yml"), "utf8")
    const names = Array.from(alerts.matchAll(/- alert: (\w+)/g), ([, name]) => name)
    assert.isAtLeast(names.length, 6)
    for (const name of names) assert.match(tests, new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`))
  })
})
