/**
 * The dashboard for Grafana: that Prometheus understands each of its expressions, and that a server that has answered shows each metric.
 */
import { readFileSync } from "node:fs"
import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { inFolder } from "./support/folder.ts"
import { hasPromtool, needsPromtool, promtool } from "./support/promtool.ts"
import * as Served from "./support/served.ts"

const Dashboard = Schema.Struct({
  uid: Schema.String,
  panels: Schema.Array(
    Schema.Struct({
      id: Schema.Finite,
      type: Schema.String,
      title: Schema.NonEmptyString,
      gridPos: Schema.Struct({ x: Schema.Finite, y: Schema.Finite, w: Schema.Finite, h: Schema.Finite }),
      fieldConfig: Schema.optional(Schema.Struct({ defaults: Schema.Struct({ unit: Schema.NonEmptyString }) })),
      targets: Schema.optional(
        Schema.Array(Schema.Struct({ expr: Schema.NonEmptyString, legendFormat: Schema.String }))
      )
    })
  )
})

const file = resolve(import.meta.dirname, "../../../deploy/grafana/dashboard.json")
const { panels } = Schema.decodeUnknownSync(Schema.fromJsonString(Dashboard))(readFileSync(file, "utf8"))
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

/** As Grafana fills it in. */
const filled = (expr: string) => expr.replaceAll(/\$__rate_interval|\$__interval/g, "5m").replaceAll("$job", ".*")

describe("the dashboard for Grafana", () => {
  it.skipIf(!hasPromtool)(`has only expressions that Prometheus understands${needsPromtool}`, () =>
    inFolder(async (folder) => {
      const rules = expressions.map((expr, index) => ({ record: `callsheet:panel_${index}`, expr: filled(expr) }))
      // JSON is YAML.
      writeFileSync(join(folder, "rules.yml"), JSON.stringify({ groups: [{ name: "panels", rules }] }))
      const { output, status } = promtool(["check", "rules", "rules.yml"], { cwd: folder })
      assert.strictEqual(status, 0, output)
      assert.include(output, `${expressions.length} rules found`)
    })
  )

  it("asks only for metrics that a server shows which has answered", async () => {
    const server = await Served.start()
    try {
      for (const question of ["What's on deck in Plex?", "Show me recent movies, and say why each is worth it"]) {
        const headers = { "content-type": "application/json" }
        await fetch(`${server.url}/v1/ask`, { method: "POST", headers, body: JSON.stringify({ question }) })
      }
      const shown = await (await fetch(`${server.url}/metrics`)).text()
      const names = new Set(expressions.flatMap((expr) => filled(expr).match(/\b[a-z0-9_]+(?=\{)/g) ?? []))
      assert.isAbove(names.size, 15)
      for (const name of names) assert.match(shown, new RegExp(`^${name}[{ ]`, "m"), name)
    } finally {
      await Served.stop(server)
    }
  })

  it("has a unit on every axis, and no panel over another", () => {
    for (const { fieldConfig, targets, title } of panels)
      if (targets !== undefined) assert.isDefined(fieldConfig, title)
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`)
    )
    assert.strictEqual(new Set(cells).size, cells.length)
    assert.isTrue(panels.every(({ gridPos: { w, x } }) => x + w <= 24))
  })
})
