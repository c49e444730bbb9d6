import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"
import { displayWidth } from "effect/cli/CliOutput"

import * as Baseline from "../../src/report/Baseline.ts"
import * as Digest from "../../src/report/Digest.ts"
import * as Report from "../../src/report/Report.ts"
import * as ReportText from "../../src/report/ReportText.ts"
import { record, recordsOf } from "../support/records.ts"

const utc = DateTime.zoneMakeNamedUnsafe("UTC")
const tokyo = DateTime.zoneMakeNamedUnsafe("Asia/Tokyo")

const records = [
  ...recordsOf([1000, 3000], "2026-11-01T14:30:00.000Z"),
  record({
    at: DateTime.makeUnsafe("2026-11-01T16:00:00.000Z"),
    question: "What is \u001B[2J次の映画 next, and which of all the films that were added lately is worth an evening?",
    outcome: "failed",
    wallMillis: 9000,
    toolCalls: 2,
    sources: { upstream: 0, memory: 1, store: 1, shared: 0, foreseen: 0 }
  })
]

const report = Report.make("queries.jsonl", { records, unreadable: 2 }, undefined, utc)

describe("Digest", () => {
  it("counts by day, as days are where the report is read", () => {
    const [day, ...others] = Digest.days(records, utc)
    assert.deepStrictEqual(others, [])
    assert.deepInclude(day, { day: "2026-11-01", queries: 3, p50Millis: 3000, inputTokens: 300, hitShare: 0.5 })
    assert.closeTo(day?.answeredShare ?? 0, 2 / 3, 1e-9)
    assert.deepStrictEqual(
      Digest.days(records, tokyo).map(({ day, queries }) => [day, queries]),
      [
        ["2026-11-01", 2],
        ["2026-11-02", 1]
      ]
    )
  })

  it("counts by question, whatever its case and the mark at its end", () => {
    const asked = [
      record({ question: "What is new" }),
      record({ question: " what  is NEW?" }),
      record({ question: "b" })
    ]
    assert.deepStrictEqual(
      Digest.questions(asked).map(({ question, queries }) => [question, queries]),
      [
        [" what  is NEW?", 2],
        ["b", 1]
      ]
    )
  })
})

describe("ReportText", () => {
  it("fits terminals from 60 columns on, and lets no question steer them", () => {
    for (const columns of [60, 80, 100, 200]) {
      for (const line of ReportText.lines(report, columns)) {
        assert.isAtMost(displayWidth(line), columns, line)
        assert.notInclude(line, "\u001B")
      }
    }
  })

  it("says what was lost, and what there is to compare", () => {
    assert.match(ReportText.lines(report, 80).join("\n"), /3 runs in queries\.jsonl, and 2 lines that cannot be read/)
    const empty = Report.make("f", { records: [], unreadable: 0 }, undefined, utc)
    assert.match(ReportText.lines(empty, 200).join("\n"), /^0 runs in f\nEach question adds one, .*CALLSHEET_LOG/)
    const nothingSince = Report.make(
      "f",
      { records, unreadable: 0 },
      Baseline.make(records, DateTime.makeUnsafe("2026-11-02T00:00:00.000Z")),
      utc
    )
    assert.match(ReportText.lines(nothingSince, 80).join("\n"), /\nNo run began since it\.$/)
  })

  it("ends each figure under the end of its name, those of minutes and of millions of tokens too", () => {
    const slow = records.slice(0, 1).map((one) => ({ ...one, wallMillis: 999_990, inputTokens: 123_456_789 }))
    const made = Report.make("f", { records: slow, unreadable: 0 }, undefined, utc)
    const [, , names = "", day = ""] = ReportText.lines(made, 80)
    for (const [name, figure] of [
      ["asked", "1"],
      ["p95", "999.99 s"],
      ["models", "2.0"],
      ["tokens", "123M"]
    ] as const) {
      const end = names.indexOf(name) + name.length
      assert.strictEqual(day.slice(end - figure.length - 1, end), ` ${figure}`, name)
    }
  })

  it("is one object by its schema", () => {
    assert.deepStrictEqual(Schema.decodeUnknownSync(Report.Report)(JSON.parse(JSON.stringify(report))), report)
  })
})
