import type { Counterfactual, Profile, Row } from "@callsheet/core/explain/Profile"
import { assert, describe, it } from "@effect/vitest"
import { displayWidth } from "effect/cli/CliOutput"

import * as ProfileText from "../src/ProfileText.ts"

const row: Row = {
  id: "m0",
  kind: "model",
  name: "some-model",
  step: 0,
  startMillis: 100,
  millis: 500,
  pieces: [
    { component: "prompt", millis: 50 },
    { component: "model-wait", millis: 250 },
    { component: "decoding", millis: 200 }
  ],
  criticalMillis: 500,
  source: null,
  ok: true,
  inputTokens: 10,
  cachedInputTokens: null,
  outputTokens: 20
}
const tool: Row = {
  ...row,
  id: "c0",
  kind: "tool",
  name: "look",
  startMillis: 600,
  millis: 400,
  pieces: [
    { component: "queueing", millis: 100 },
    { component: "tools", millis: 300 }
  ],
  criticalMillis: 400,
  source: "upstream",
  outputTokens: null
}

const profile: Profile = {
  runId: "run",
  agent: "media",
  route: "model",
  startedAtMillis: 0,
  wallMillis: 1000,
  rows: [row, tool, { ...tool, id: "c1", name: "映画を探す道具の長い名前", criticalMillis: 0, source: "memory" }],
  criticalPath: [
    { startMillis: 0, millis: 100, component: "overhead", row: null },
    { startMillis: 100, millis: 50, component: "prompt", row: "m0" },
    { startMillis: 150, millis: 250, component: "model-wait", row: "m0" },
    { startMillis: 400, millis: 200, component: "decoding", row: "m0" },
    { startMillis: 600, millis: 100, component: "queueing", row: "c0" },
    { startMillis: 700, millis: 300, component: "tools", row: "c0" }
  ],
  selfMillis: {
    "start-up": 0,
    routing: 0,
    "tool-selection": 0,
    "tool-definitions": 0,
    prompt: 50,
    "model-wait": 250,
    decoding: 200,
    tools: 300,
    queueing: 100,
    approval: 0,
    overhead: 100
  },
  tools: { look: { calls: 1, millis: 400, criticalMillis: 400 }, other: { calls: 1, millis: 400, criticalMillis: 0 } },
  hiddenMillis: 400,
  chainLength: 1,
  heapDeltaBytes: -1_500_000,
  findings: [
    { first: "c0", second: "c1", verdict: "independent", why: "" },
    { first: "c0", second: "c1", verdict: "cannot tell", why: "" }
  ],
  counterfactuals: []
}

const remedy: Counterfactual = {
  kind: "remembered",
  subject: "look",
  what: "if what look answered had been remembered, as a very long sentence says which has to be broken into lines",
  millis: 600,
  savesMillis: 400
}

const own = { startUpMillis: 312, peakRssBytes: 123_400_000 }
const lines = (columns: number) => ProfileText.lines({ profile, remedies: [remedy], process: own }, columns)

describe("ProfileText", () => {
  it("draws pieces apart, marks what the run waited for, and its path under all", () => {
    const [, model, tool, remembered, path] = lines(88)
    const bar = (line: string | undefined) => /[·░█▒≡-]{2,}/.exec(line?.slice(20) ?? "")?.[0]
    assert.match(model ?? "", /^\* 1 model {22}·/)
    assert.match(tool ?? "", /^\* 1 {3}look {41}-.* 400 ms$/)
    assert.match(remembered ?? "", /^ {2}1 {3}映画を探す道具の長…/)
    assert.deepStrictEqual([model, tool, remembered, path].map(bar), [
      `${"·".repeat(2)}${"░".repeat(10)}${"█".repeat(8)}`,
      `${"-".repeat(4)}${"▒".repeat(12)}`,
      `${"-".repeat(4)}${"≡".repeat(12)}`,
      `${"·".repeat(6)}${"░".repeat(10)}${"█".repeat(8)}${"-".repeat(4)}${"▒".repeat(12)}`
    ])
  })

  it("says where each millisecond of the path went, what overlap hid, and the rest in a line each", () => {
    const text = lines(100).join("\n")
    assert.match(text, /\ntools +300 ms +30\.0 % +2\n(?:.*\n)?.*250 ms +25\.0 % +1\n/)
    assert.match(text, /\nlook +400 ms +400 ms +1\n/)
    assert.match(text, /Hidden by what ran beside it: 400 ms/)
    assert.match(text, /Chain of reasoning: one model call/)
    assert.match(text, /before the run: 312 ms\nHeap: -1\.5 MB\nMemory of the process, at most: 123\.4 MB/)
    assert.match(text, /1\. 400 ms saved \(600 ms in all\): if what look/)
    assert.match(text, /1 pair of calls ran one after the other/)
    assert.match(text, /the trace cannot tell/)
  })

  it("names the calls that a remedy is about, and what those of them would save that could run together alone", () => {
    const plan: Counterfactual = {
      ...remedy,
      kind: "plan",
      subject: "c0 c1 c2",
      what: "3 calls handed in as one plan."
    }
    const pair: Counterfactual = { ...remedy, kind: "parallel", subject: "c0 c2", what: "2 calls.", savesMillis: 250 }
    const rows = [...profile.rows, { ...tool, id: "c2" }]
    const told = { ...profile, rows, counterfactuals: [pair, plan] }
    const text = (remedies: ReadonlyArray<Counterfactual>) =>
      ProfileText.lines({ profile: told, remedies, process: own }, 200).join("\n")
    assert.match(text([plan]), /handed in as one plan\. Calls: look \(2\), 映画を探す道具の長い名前\.\n/)
    assert.include(text([plan]), "Asked for together alone, they would have saved: look (2): 250 ms.")
    assert.notInclude(text([plan, pair]), "Asked for together alone")
  })

  it("leaves out what has no room behind a bar, and never that a call failed", () => {
    const failed = { ...profile, rows: [{ ...row, ok: false, outputTokens: 1234 }] }
    const [, narrow] = ProfileText.lines({ profile: failed, remedies: [], process: own }, 60)
    assert.match(narrow ?? "", / 500 ms · failed$/)
    const [, wide] = ProfileText.lines({ profile: { ...failed, rows: [row] }, remedies: [], process: own }, 60)
    assert.match(wide ?? "", / 500 ms$| 500 ms · 20 tokens$/)
  })

  it("fits terminals from 60 columns on", () => {
    for (const columns of [40, 60, 61, 79, 80, 132, 0]) {
      const most = Math.max(columns === 0 ? 100 : columns, 60)
      for (const line of lines(columns)) assert.isAtMost(displayWidth(line), most, line)
    }
  })

  it("says nothing of a process that is not the run's own, and so where nothing would have helped", () => {
    const foreign = { startUpMillis: null, peakRssBytes: null }
    const text = ProfileText.lines({ profile, remedies: [], process: foreign }, 80).join("\n")
    assert.notMatch(text, /process/)
    assert.include(text, "Nothing that was tried would have saved time.")
  })
})
