/**
 * What Prometheus is shown after real runs, and the rules that look at it.
 */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import * as Prometheus from "@callsheet/core/explain/Prometheus"
import * as RunMetrics from "@callsheet/core/explain/RunMetrics"
import * as ServiceMetrics from "@callsheet/core/explain/ServiceMetrics"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric, Predicate, Schedule } from "effect"

import * as Composition from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import * as ProcessMetrics from "../src/ProcessMetrics.ts"
import { hasPromtool, needsPromtool, promtool } from "./support/promtool.ts"

const rules = resolve(import.meta.dirname, "../../../deploy/prometheus")
const tests = ["alerts.test.yml", "alerts.day.test.yml"]

const questions = [
  "What's downloading right now?",
  "What's on deck in Plex?",
  "Search for Inception",
  // One for the model.
  "Recommend something similar to The Matrix but more recent and shorter"
]

setFlagsFromString("--expose-gc")
const collectGarbage: unknown = runInNewContext("gc")

/** A collection of garbage, and that the metrics tell of it: a few runs may need none. */
const collected = Effect.andThen(
  Effect.sync(() => Predicate.isFunction(collectGarbage) && collectGarbage()),
  Effect.repeat(Metric.snapshot, {
    schedule: Schedule.spaced("5 millis"),
    until: (all) => all.some(({ id }) => id === "v8js.gc.duration")
  })
)

/** The text after some questions to demo services, which are asked once. */
const text = Effect.gen(function* () {
  yield* Effect.forEach(questions, (question) => mediaAgent.ask(question), { concurrency: 1 })
  const services = yield* ServiceMetrics.make
  yield* services.refresh
  yield* collected
  return yield* Prometheus.format
}).pipe(
  Effect.provide(
    Layer.mergeAll(
      Composition.layer({ values: {}, unknownKeys: [] }, { model: "offline", hasModel: false, isDemo: true }),
      ProcessMetrics.layer,
      RunMetrics.layer
    )
  ),
  Effect.provideService(Metric.MetricRegistry, new Map()),
  Effect.cached,
  Effect.runSync
)

/** The metrics that the rules read or speak of; of the names of that form, these are labels. */
const namesIn = (rules: string): ReadonlyArray<string> =>
  [...new Set(rules.match(/\b(?:callsheet|nodejs|v8js|process)_[a-z0-9_]+/g) ?? [])]
    .filter((name) => !/^callsheet_(?:outcome|source|upstream)$/.test(name))
    .map((name) => name.replace(/_(?:bucket|sum|count)$/, ""))

describe("metrics", { timeout: 60_000 }, () => {
  it.live.skipIf(!hasPromtool)(`are without complaint to Prometheus's checker, after real runs${needsPromtool}`, () =>
    Effect.gen(function* () {
      const input = yield* text
      assert.match(input, /^http_client_connection_requests_total\{callsheet_upstream="plex",.*\} [1-9]/m)
      assert.match(input, /^callsheet_runs_total\{.*callsheet_outcome="answered"\} [1-9]/m)
      assert.match(input, /^callsheet_run_duration_seconds_bucket\{.*le="5"\} [1-9]/m)
      assert.match(input, /^callsheet_tool_calls_total\{gen_ai_tool_name="search_titles",/m)
      assert.deepStrictEqual(promtool(["check", "metrics"], { input }), { status: 0, output: "" })
    })
  )

  it.live("are all there that the rules read, under the names that they read", () =>
    Effect.gen(function* () {
      const families = new Set(Array.from((yield* text).matchAll(/^# TYPE (\S+)/gm), ([, name]) => name))
      const wanted = namesIn(readFileSync(resolve(rules, "alerts.yml"), "utf8"))
      assert.isAtLeast(wanted.length, 8)
      assert.deepStrictEqual(
        wanted.filter((name) => !families.has(name)),
        []
      )
    })
  )

  it.skipIf(!hasPromtool)(`have rules that Prometheus takes, which fire when they should${needsPromtool}`, () => {
    const checked = promtool(["check", "rules", "alerts.yml"], { cwd: rules })
    assert.strictEqual(checked.status, 0, checked.output)
    const tested = promtool(["test", "rules", ...tests], { cwd: rules })
    assert.strictEqual(tested.status, 0, tested.output)
  })

  it("have an alert for each of which a test says when it fires", () => {
    const alerts = readFileSync(resolve(rules, "alerts.yml"), "utf8")
    const all = tests.map((name) => readFileSync(resolve(rules, name), "utf8")).join("\n")
    const names = Array.from(alerts.matchAll(/- alert: (\w+)/g), ([, name]) => name)
    assert.isAtLeast(names.length, 6)
    for (const name of names) assert.match(all, new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`))
  })
})
