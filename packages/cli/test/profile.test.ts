/**
 * `callsheet profile` and `ask --profile` as a person runs them.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { ProfileJson } from "../src/ProfileJson.ts"
import { assertFails, callsheet } from "./support/command.ts"
import { inFolder } from "./support/folder.ts"
import { oneRun, twoRuns } from "./support/otlp.ts"
import { standIns } from "./support/standIns.ts"

/** No rule understands it: a model words the answer. */
const unruly = "Show me recent movies, and say why each is worth it"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(ProfileJson))

/** What each profile of a run promises. */
const assertWhole = ({ criticalPath, selfMillis, wallMillis }: ProfileJson) => {
  const total = (values: ReadonlyArray<number>) => values.reduce((sum, millis) => sum + millis, 0)
  assert.closeTo(total(Object.values(selfMillis)), wallMillis, 1e-3)
  assert.closeTo(total(criticalPath.map(({ millis }) => millis)), wallMillis, 1e-3)
}

const services = standIns()

describe.concurrent("callsheet profile", () => {
  it("answers, then draws the schedule as wide as there is room and says where the time went", async () => {
    const { status, stderr, stdout } = await callsheet(["profile", unruly])
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.include(stdout, "Flow (2024)")
    const lines = stdout.slice(stdout.indexOf("= model")).split("\n")
    for (const line of lines.slice(1)) assert.isAtMost(line.length, 100, line)
    assert.match(stdout, /\n\* 1 model +·*░+█* +\d.*\n/)
    assert.match(stdout, /\n\* critical path .*░.*█/)
    assert.match(stdout, /\nOn the critical path +time +share +calls\n/)
    assert.match(stdout, /\nwaiting for the model +[\d.]+ m?s +[\d.]+ % +\d\n/)
    assert.match(stdout, /\nHidden by what ran beside it: /)
    assert.match(stdout, /\nChain of reasoning: (?:one model call|\d model calls, each after the one before)\n/)
    assert.match(stdout, /\nStart of the process, before the run: \d/)
    assert.match(stdout, /\nMemory of the process, at most: [\d.]+ MB\n/)
    assert.match(stdout, /\n(What would have saved most\n1\. \d|Nothing that was tried)/)
  })

  it("--json prints one object by its schema, whose times add up, and --chrome writes a trace", () =>
    inFolder(async (folder) => {
      const chrome = join(folder, "trace.json")
      const { status, stdout } = await callsheet(["profile", unruly, "--json", "--chrome", chrome], { env: services() })
      assert.strictEqual(status, 0)
      assert.strictEqual(stdout.split("\n").length, 2)
      const profile = decode(stdout)
      assertWhole(profile)
      assert.include(profile.answer, "Flow (2024)")
      assert.deepStrictEqual([profile.agent, profile.route], ["media", "model"])
      // one, where the read made ahead came back in time for the first prompt
      assert.isAtLeast(profile.chainLength, 1)
      assert.isNumber(profile.heapDeltaBytes)
      assert.isAbove(profile.startUpMillis ?? 0, 0)
      assert.isAbove(profile.peakRssBytes ?? 0, 10_000_000)
      const kinds = new Set(profile.counterfactuals.map(({ kind }) => kind))
      for (const kind of ["as-recorded", "sequential", "parallel", "process"] as const) assert.isTrue(kinds.has(kind))
      const { traceEvents } = JSON.parse(readFileSync(chrome, "utf8"))
      assert.isTrue(Array.isArray(traceEvents) && traceEvents.length > profile.rows.length)
    }))

  it("finds in another agent's trace what ran one after the other without need, and what together would save", () =>
    inFolder(async (folder) => {
      const path = join(folder, "trace.json")
      writeFileSync(path, oneRun(true))
      const [json, text] = await Promise.all([
        callsheet(["profile", "--from", path, "--json"]),
        callsheet(["profile", "--from", path])
      ])
      assert.deepStrictEqual([json.status, json.stderr, text.status, text.stderr], [0, "", 0, ""])
      const profile = decode(json.stdout)
      assertWhole(profile)
      assert.deepStrictEqual([profile.agent, profile.wallMillis, profile.answer], ["traveller", 1600, null])
      assert.isNull(profile.startUpMillis)
      assert.deepStrictEqual(
        profile.findings.map(({ verdict }) => verdict),
        ["independent"]
      )
      const parallel = profile.counterfactuals.find(({ kind }) => kind === "parallel")
      assert.closeTo(parallel?.savesMillis ?? 0, 300, 1)
      assert.match(text.stdout, /\n1\. 300 ms saved \(1\.30 s in all\)/)
      assert.match(text.stdout, /1 pair of calls ran one after the other and needed nothing of each other/)
      assert.notMatch(text.stdout, /process/)
    }))

  it("says that a trace without content cannot tell", () =>
    inFolder(async (folder) => {
      const path = join(folder, "trace.json")
      writeFileSync(path, oneRun(false))
      const { status, stdout } = await callsheet(["profile", "--from", path])
      assert.strictEqual(status, 0)
      assert.match(stdout, /the trace cannot tell/)
      assert.notMatch(stdout, /needed nothing of each other/)
    }))

  it("takes the longest of several runs, lists them, and takes the one that is named", () =>
    inFolder(async (folder) => {
      const path = join(folder, "trace.json")
      writeFileSync(path, twoRuns)
      const profile = (...more: ReadonlyArray<string>) => callsheet(["profile", "--from", path, "--json", ...more])
      const [longest, first, none] = await Promise.all([profile(), profile("--run", "1"), profile("--run", "3")])
      assert.match(
        longest.stderr,
        /^2 runs; this is the longest .*\n {2}1 {2}invoke_agent first, 1\.20 s\n {2}2 {2}invoke_agent second, 1\.60 s\n$/
      )
      assert.strictEqual(decode(longest.stdout).agent, "second")
      assert.strictEqual(decode(first.stdout).agent, "first")
      assert.strictEqual(first.stderr, "")
      assert.strictEqual(none.status, 2)
      assert.match(none.stderr, /--run 3: there are 2 runs\.\n$/)
    }))

  it("ends in one line where the file is no trace or not there, or the usage is wrong", () =>
    inFolder(async (folder) => {
      const path = join(folder, "file.json")
      writeFileSync(path, '{"resourceSpans": 5}')
      const empty = join(folder, "empty.json")
      writeFileSync(empty, '{"resourceSpans": []}')
      const [none, wrong, empties, nothing, both, run] = await Promise.all([
        callsheet(["profile", "--from", join(folder, "none.json")]),
        callsheet(["profile", "--from", path]),
        callsheet(["profile", "--from", empty]),
        callsheet(["profile"]),
        callsheet(["profile", "Hello?", "--from", path]),
        callsheet(["profile", "Hello?", "--run", "1"])
      ])
      assertFails(none, 1, /none\.json cannot be read/)
      assertFails(wrong, 1, /file\.json, line 1: /)
      assertFails(empties, 1, /empty\.json: There are no spans/)
      assertFails(nothing, 2, /--from FILE/)
      assertFails(both, 2, /leave out the question/)
      assertFails(run, 2, /--from FILE/)
    }))
})

describe.concurrent("callsheet ask --profile", () => {
  it("shows the same after the answer, and with --json adds the profile and the heap", async () => {
    const [text, json] = await Promise.all([
      callsheet(["ask", unruly, "--profile"], { env: services() }),
      callsheet(["ask", unruly, "--profile", "--json"], { env: services() })
    ])
    assert.deepStrictEqual([text.status, json.status], [0, 0])
    assert.match(text.stdout, /= model .*\n\n +0 ─.*\n[^]*\n\* critical path /)
    const { answer, heapDeltaBytes, profile, wallMillis } = JSON.parse(json.stdout)
    assert.include(answer, "Flow (2024)")
    assert.strictEqual(heapDeltaBytes, profile.heapDeltaBytes)
    assert.isNumber(heapDeltaBytes)
    assert.isAtLeast(profile.wallMillis, wallMillis)
  })

  it("sends a collector the run's spans, without the arguments and results that it looks at itself", async () => {
    const bodies: Array<string> = []
    const collector = createServer((request, response) => {
      request.on("data", (data) => bodies.push(String(data)))
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
    })
    await new Promise<void>((listening) => collector.listen(0, "127.0.0.1", listening))
    const address = collector.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const env = { ...services(), OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
    const { status } = await callsheet(["ask", unruly, "--profile", "--json"], { env })
    collector.close()
    assert.strictEqual(status, 0)
    const sent = bodies.join("")
    assert.include(sent, "execute_tool library_search")
    assert.notInclude(sent, "gen_ai.tool.call.arguments")
    assert.notInclude(sent, "gen_ai.tool.call.result")
  })
})
