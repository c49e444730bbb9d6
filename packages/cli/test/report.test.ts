/**
 * The query log and `callsheet report` as a person runs them.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { Line, type QueryRecord } from "../src/log/QueryRecord.ts"
import { Report } from "../src/report/Report.ts"
import { assertFails, callsheet } from "./support/command.ts"
import { inFolder } from "./support/folder.ts"
import { recordsOf } from "./support/records.ts"

const question = "What's on deck in Plex?"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Report))

const linesOf = (records: ReadonlyArray<QueryRecord>): string =>
  records.map((record) => `${Schema.encodeSync(Line)(record)}\n`).join("")

const readLog = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => Schema.decodeSync(Line)(line))

describe.concurrent("the query log", () => {
  it("gets a line of each run, also of one that failed, where a path is set, and none where it is off", () =>
    inFolder(async (folder) => {
      const path = join(folder, "logs", "queries.jsonl")
      const failing = { OPENAI_API_KEY: "k-of-openai", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }
      await callsheet(["ask", question, "--json"], { env: { CALLSHEET_LOG: path } })
      await callsheet(["profile", question, "--json"], { env: { CALLSHEET_LOG: path } })
      await callsheet(["ask", "Tell k-of-openai a joke"], { env: { ...failing, CALLSHEET_LOG: path } })
      await callsheet(["ask", question], { env: { CALLSHEET_LOG: "off", HOME: folder } })
      const records = readLog(path)
      assert.deepStrictEqual(
        records.map(({ command, isDemo, model, outcome, route }) => [command, route, outcome, model, isDemo]),
        [
          ["ask", "rules", "answered", "offline", true],
          ["profile", "rules", "answered", "offline", true],
          ["ask", "model", "failed", "gpt-4.1-nano", true]
        ]
      )
      assert.strictEqual(records[2]?.question, "Tell *** a joke")
      assert.match(records[2]?.problem ?? "", /OPENAI_BASE_URL/)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.isFalse(existsSync(join(folder, ".local")))
    }))

  it("stands in the state folder for a household's own services, and not for demo services", () =>
    inFolder(async (folder) => {
      const server = createServer((_, response) => response.writeHead(500).end())
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const plex = { PLEX_BASE_URL: `http://127.0.0.1:${port}`, PLEX_TOKEN: "plex-secret" }
      const state = join(folder, "state")
      await Promise.all([
        callsheet(["ask", question], { env: { ...plex, HOME: join(folder, "home"), XDG_STATE_HOME: state } }),
        callsheet(["ask", question], { env: { HOME: join(folder, "demo") } })
      ])
      server.close()
      const [record] = readLog(join(state, "callsheet", "queries.jsonl"))
      assert.deepStrictEqual([record?.isDemo, record?.failedToolCalls === 0], [false, false])
      assert.isFalse(existsSync(join(folder, "home")))
      assert.isFalse(existsSync(join(folder, "demo")))
    }))

  it("that cannot be written harms no answer, and is told of in one line", () =>
    inFolder(async (folder) => {
      const path = join(folder, "file", "queries.jsonl")
      writeFileSync(join(folder, "file"), "")
      const { status, stderr, stdout } = await callsheet(["ask", question], { env: { CALLSHEET_LOG: path } })
      assert.strictEqual(status, 0)
      assert.match(stdout, /by rules/)
      assert.match(stderr, /^The query log .*queries\.jsonl cannot be written .*CALLSHEET_LOG.*\n$/)
    }))
})

describe.concurrent("callsheet report", () => {
  const before = recordsOf([100, 101, 102, 103, 104, 105, 106, 107], "2026-10-01T00:00:00.000Z", { question })
  const after = recordsOf([200, 201, 202, 203, 204, 205, 206, 207], "2026-10-02T00:00:00.000Z", { question })

  it("tells by day and by question, and counts the lines that it cannot read", () =>
    inFolder(async (folder) => {
      const path = join(folder, "queries.jsonl")
      writeFileSync(path, `${linesOf(after)}half a line`)
      writeFileSync(`${path}.1`, linesOf(before))
      const [text, json] = await Promise.all([
        callsheet(["report"], { env: { CALLSHEET_LOG: path, TZ: "UTC" } }),
        callsheet(["report", "--from", path, "--json"], { env: { TZ: "UTC" } })
      ])
      assert.deepStrictEqual([text.status, text.stderr, json.status], [0, "", 0])
      assert.match(text.stdout, /^16 runs in .*queries\.jsonl, and 1 line that cannot be read\n/)
      const { comparison, days, mostAsked, unreadable } = decode(json.stdout)
      assert.deepStrictEqual(
        days.map(({ day, p50Millis, queries }) => [day, queries, p50Millis]),
        [
          ["2026-10-01", 8, 103.5],
          ["2026-10-02", 8, 203.5]
        ]
      )
      assert.deepStrictEqual([mostAsked.length, unreadable, comparison], [1, 1, null])
    }))

  it("flags what became worse since a baseline by how sure it is, and fails on it where that is wanted", () =>
    inFolder(async (folder) => {
      const [path, baseline] = [join(folder, "queries.jsonl"), join(folder, "baseline.json")]
      writeFileSync(path, linesOf(before))
      const saved = await callsheet(["report", "--from", path, "--save-baseline", baseline])
      assert.match(saved.stderr, /^8 runs saved as the baseline /)
      writeFileSync(path, linesOf([...before, ...after]))
      const compare = (...more: ReadonlyArray<string>) =>
        callsheet(["report", "--from", path, "--baseline", baseline, ...more])
      const [text, failing, json] = await Promise.all([compare(), compare("--fail-on-regression"), compare("--json")])
      assert.strictEqual(text.status, 0)
      assert.match(text.stdout, /\n✗ regression: What's on deck in Plex\? \(model, offline\)\n/)
      assert.match(text.stdout, /104 ms → 204 ms, \+100 ms \(\+9\d ms to \+10\d ms\); 8 and 8 runs, p 0\.0002\n/)
      assert.deepStrictEqual([failing.status, failing.stderr], [1, "1 regression since the baseline.\n"])
      const { comparison } = decode(json.stdout)
      assert.strictEqual(comparison?.runs, 8)
      assert.closeTo(comparison?.comparisons[0]?.p ?? 1, 2 / 12_870, 1e-9)
    }))

  it("says where there is too little to tell", () =>
    inFolder(async (folder) => {
      const [path, baseline] = [join(folder, "queries.jsonl"), join(folder, "baseline.json")]
      writeFileSync(path, linesOf(before.slice(0, 3)))
      await callsheet(["report", "--from", path, "--save-baseline", baseline])
      writeFileSync(path, linesOf([...before.slice(0, 3), ...after.slice(0, 3)]))
      const { status, stdout } = await callsheet([
        "report",
        "--from",
        path,
        "--baseline",
        baseline,
        "--fail-on-regression"
      ])
      assert.strictEqual(status, 0)
      assert.match(stdout, /0 regressions, [^]* too few\s+to\s+tell/)
    }))

  it("leaves out what is older than --since", () =>
    inFolder(async (folder) => {
      const path = join(folder, "queries.jsonl")
      const now = recordsOf([50], new Date().toISOString())
      writeFileSync(path, linesOf([...recordsOf([9000], "2020-01-01T00:00:00.000Z"), ...now]))
      const { stdout } = await callsheet(["report", "--from", path, "--since", "7d", "--json"])
      assert.strictEqual(decode(stdout).runs, 1)
    }))

  it("ends in one line where there is no log, no baseline, or the usage is wrong", () =>
    inFolder(async (folder) => {
      const path = join(folder, "queries.jsonl")
      writeFileSync(path, linesOf(before))
      const [off, none, baseline, since, flag] = await Promise.all([
        callsheet(["report"], { env: { CALLSHEET_LOG: "OFF" } }),
        callsheet(["report", "--from", join(folder, "none")]),
        callsheet(["report", "--from", path, "--baseline", path]),
        callsheet(["report", "--since", "soon"]),
        callsheet(["report", "--fail-on-regression"])
      ])
      assertFails(off, 1, /CALLSHEET_LOG is off/)
      assertFails(none, 1, /is not there/)
      assertFails(baseline, 1, /is no baseline/)
      assertFails(since, 2, /7d/)
      assertFails(flag, 2, /--baseline/)
    }))
})
