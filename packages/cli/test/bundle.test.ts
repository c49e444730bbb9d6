/**
 * The command as it is shipped: that it answers as the source does, and loads no more than an answer needs.
 */
import { spawn, spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"

import { Cache } from "@callsheet/cache/Cache"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { LLMock } from "@copilotkit/aimock"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inject } from "vitest"

import { clients } from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import * as StandIns from "../src/StandIns.ts"

const folder = inject("built")
const files = inject("builtFiles")

/** What the shipped command prints, and the sources of the files that it loaded. */
const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  new Promise<{ readonly stdout: string; readonly sources: ReadonlyArray<string> }>((ended) => {
    const preloaded = new URL("support/loaded.ts", import.meta.url)
    const child = spawn(process.execPath, ["--import", preloaded.href, join(folder, "callsheet.js"), ...args], {
      cwd: folder,
      env: { PATH: "", NODE_COMPILE_CACHE: join(folder, "cache"), ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (data) => {
      stdout += String(data)
    })
    child.stderr.on("data", (data) => {
      stderr += String(data)
    })
    child.on("close", () => {
      const urls: ReadonlyArray<string> = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "[]")
      const names = new Set(urls.map((url) => basename(url)))
      ended({ stdout, sources: files.flatMap(({ name, sources }) => (names.has(name) ? sources : [])) })
    })
  })

describe("the shipped command", () => {
  it("loads for a plain question no stand-in, SDK, YAML, telemetry, drawing or profile, and not the whole command line", async () => {
    const mock = await LLMock.create({ port: 0, host: "127.0.0.1", logLevel: "silent" })
    mock.onMessage(/capital/, { content: "The capital of France is Paris." })
    const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `${mock.url}/v1`, TMDB_API_KEY: "k" }
    const { sources, stdout } = await run(["ask", "--json", "What is the capital of France?"], env)
    await mock.stop()
    assert.strictEqual(JSON.parse(stdout).answer, "The capital of France is Paris.")
    assert.include(sources, "packages/core/src/Agent.ts")
    const late =
      /packages\/testkit|\/(yaml|openai)\/(?!src)|opentelemetry|effect\/dist\/cli|effect\/dist\/testing|cli\/src\/(RunView|CommandLine|Profil|report|commands\/[^A])/
    assert.deepStrictEqual(
      sources.filter((source) => late.test(source)),
      []
    )
  })

  /** What `node callsheet.js --version` says on stderr where the command's main file is `main`. */
  const startWith = (main: string, ...preloaded: ReadonlyArray<string>) => {
    const broken = mkdtempSync(join(tmpdir(), "callsheet-"))
    copyFileSync(join(folder, "callsheet.js"), join(broken, "callsheet.js"))
    writeFileSync(join(broken, "package.json"), JSON.stringify({ type: "module" }))
    writeFileSync(join(broken, "main.js"), main)
    const before = preloaded.flatMap((code) => ["--import", `data:text/javascript,${encodeURIComponent(code)}`])
    const args = [...before, join(broken, "callsheet.js"), "--version"]
    const env = { PATH: "", NODE_COMPILE_CACHE: join(folder, "cache") }
    const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env })
    rmSync(broken, { recursive: true })
    return stderr
  }

  it("says why it cannot start, and where", () => {
    assert.match(startWith("const const = 1"), /main\.js:1[^]*SyntaxError: .*\n +at /)
    assert.match(startWith('import "./gone.js"'), /Cannot find module '.*gone\.js' imported from .*\n +at .*:\d+/)
    assert.match(startWith('throw new TypeError("broken")'), /TypeError: broken\n +at .*main\.js:1:7/)
    const told = startWith('process.stderr.write(new TypeError("broken").stack)')
    assert.match(told, /^TypeError: broken\n +at /)
  })

  it("leaves the stacks of others as another tool writes them", () => {
    const tool = "Error.prepareStackTrace = (error) => `tool: ${error.message}`"
    const later = 'setImmediate(() => process.stderr.write(new Error("told").stack))'
    assert.strictEqual(startWith(later, tool), "tool: told")
    assert.strictEqual(startWith(`${tool}\n${later}`), "tool: told")
  })

  it("keeps undici out of what is loaded at once", () => {
    const main = files.find(({ sources }) => sources.includes("packages/cli/src/main.ts"))?.sources ?? []
    assert.isAbove(main.length, 100)
    assert.isFalse(main.some((source) => source.includes("/undici/")))
  })

  it("answers from the services as the source does, in a folder without any package", async () => {
    const question = "Show me recent movies"
    const { sources, stdout } = await run(["ask", "--json", question], {})
    const { answer, steps } = JSON.parse(stdout)
    const expected = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const keys = { ...(yield* StandIns.services("none")), ...(yield* StandIns.model(instant)) }
          return yield* Effect.provide(
            mediaAgent.ask(question),
            clients({ values: {}, unknownKeys: [] }, keys, Cache.layerMemory())
          )
        })
      )
    )
    assert.deepStrictEqual([answer, steps], [expected.answer, expected.steps])
    assert.isTrue(sources.some((source) => source.includes("/undici/")))
  })
})
