/**
 * The alerts of the server and those for Prometheus are the same rules twice: held against one another.
 */
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"

import * as AlertRules from "@callsheet/server/stats/AlertRules"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { parse } from "yaml"

const Rules = Schema.Struct({
  groups: Schema.Array(
    Schema.Struct({
      rules: Schema.Array(
        Schema.Struct({
          alert: Schema.optional(Schema.String),
          record: Schema.optional(Schema.String),
          expr: Schema.String,
          for: Schema.optional(Schema.String),
          labels: Schema.optional(Schema.Struct({ severity: Schema.Literals(["critical", "warning"]) }))
        })
      )
    })
  )
})

const file = join(resolve(import.meta.dirname, "../../.."), "deploy/prometheus/alerts.yml")
const rules = Schema.decodeUnknownSync(Rules)(parse(readFileSync(file, "utf8"))).groups.flatMap(({ rules }) => rules)
const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const millis = (duration: string): number => {
  const [, count = "", unit] = /^(\d+)([smhd])$/.exec(duration) ?? []
  return Number(count) * (unit === "s" || unit === "m" || unit === "h" || unit === "d" ? units[unit] : NaN)
}

/** An expression with the recorded ones in it written out. */
const whole = (expr: string): string =>
  rules.reduce((text, { expr, record }) => (record === undefined ? text : text.replaceAll(record, `(${expr})`)), expr)

describe("the server's alerts", () => {
  it("are those for Prometheus, but for the one that it is gone", () => {
    const named = rules.flatMap(({ alert }) => (alert === undefined || alert === "CallsheetGone" ? [] : [alert]))
    assert.deepStrictEqual(
      AlertRules.rules.map(({ name }) => name),
      named
    )
  })

  it("have the same limits, windows and patience", () => {
    for (const { forMillis, name, severity, threshold, windowMillis } of AlertRules.rules) {
      const rule = rules.find(({ alert }) => alert === name)
      const expr = whole(whole(rule?.expr ?? ""))
      assert.strictEqual(forMillis, millis(rule?.for ?? ""), name)
      assert.strictEqual(severity, rule?.labels?.severity, name)
      assert.match(expr, new RegExp(`(?:[<>]|==) ${String(threshold).replace(".", "\\.")}(?!\\d)`), name)
      const windows = Array.from(expr.matchAll(/\[(\d+[smhd])\]/g), ([, window = ""]) => millis(window))
      if (windowMillis > 0) assert.include(windows, windowMillis, name)
      else assert.deepStrictEqual(windows, [], name)
    }
  })
})
