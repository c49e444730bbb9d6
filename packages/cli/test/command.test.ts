/**
 * The command as a person runs it: a process of its own, its exit status, and what stands on stdout and stderr.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { LLMock } from "@copilotkit/aimock"
import { assert, describe, it } from "@effect/vitest"

import { assertFails, callsheet } from "./support/command.ts"
import { standIns } from "./support/standIns.ts"

const closedPort = () =>
  new Promise<number>((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => found(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** No rule understands it: a model words the answer. */
const unruly = "Show me recent movies, and say why each is worth it"

const services = standIns()

describe.concurrent("callsheet ask", () => {
  it("answers in plain lines where stdout is not a terminal, and says what stands in", async () => {
    const { status, stderr, stdout } = await callsheet(["ask", unruly])
    assert.deepStrictEqual([status, stderr], [0, ""])
    const lines = stdout.trimEnd().split("\n")
    assert.match(lines[0] ?? "", /demo services and a stand-in model/)
    assert.match(stdout, /\n✓ ahead {2}library_search \{"sort":"added"\} {2}[\d.]+ m?s\n/)
    assert.match(lines.at(-1) ?? "", /^\d.* = model .* \+ tools .* \+ rest .*$/)
    assert.include(stdout, "Flow (2024)")
    assert.notInclude(stdout, "\u001B")
  })

  it("runs from its source, without a build", async () => {
    const main = join(import.meta.dirname, "../src/main.ts")
    const { status, stdout } = await callsheet(["ask", "Show me recent movies"], { main, env: services() })
    assert.strictEqual(status, 0)
    assert.match(stdout, /by rules without the model: 1 call\n$/)
  })

  it("says that rules answered what they are sure of", async () => {
    const { status, stdout } = await callsheet(["ask", "Show me recent movies"], { env: services() })
    assert.strictEqual(status, 0)
    assert.match(stdout, /^✓ rules {2}library_search \{"sort":"added"\} {2}[\d.]+ m?s\n178 movies in your Plex library/)
    assert.match(stdout, /\n[\d.]+ m?s, by rules without the model: 1 call\n$/)
  })

  it("--json prints one object with every name that stays, and null for what is not built", async () => {
    const { status, stderr, stdout } = await callsheet(["ask", "--json", unruly])
    assert.strictEqual(status, 0)
    assert.match(stderr, /^Nothing is configured/)
    assert.strictEqual(stdout.split("\n").length, 2)
    const object: Record<string, unknown> = JSON.parse(stdout)
    assert.deepStrictEqual([object["route"], object["estimateMillis"], object["heapDeltaBytes"]], ["model", null, null])
    assert.isAtLeast(Number(object["wallMillis"]), Number(object["criticalPathMillis"]))
    assert.containsAllKeys(object, ["answer", "criticalPathMillis", "modelCalls", "toolCalls", "wallMillis"])
    const { modelCalls, toolCalls } = object
    assert.isTrue(Array.isArray(modelCalls) && Array.isArray(toolCalls))
    if (!Array.isArray(modelCalls) || !Array.isArray(toolCalls)) return
    assert.strictEqual(object["steps"], modelCalls.length)
    const figures = [
      "millis",
      "firstTokenMillis",
      "inputTokens",
      "outputTokens",
      "requestBytes",
      "responseBytes",
      "retries"
    ]
    for (const call of modelCalls) {
      for (const figure of figures) assert.isNumber(call[figure], figure)
    }
    assert.containsAllKeys(toolCalls[0], ["id", "name", "step", "startMillis", "millis", "source", "ok"])
  })

  it("asks for approval by its exit status where nobody can be asked, and --yes gives it", async () => {
    const question = "Add The Matrix (1999) to my Radarr"
    const [refused, approved] = await Promise.all([callsheet(["ask", question]), callsheet(["ask", question, "--yes"])])
    assert.strictEqual(refused.status, 3)
    assert.match(refused.stderr, /^add_movie needs approval .*--yes.*\n$/)
    assert.deepStrictEqual([approved.status, approved.stderr], [0, ""])
  })

  it("stops at once on Ctrl-C or SIGTERM, with no stack and nothing left running", async () => {
    const stoppedBy = async (signal: NodeJS.Signals, expected: number) => {
      let isSent = false
      const { status, stderr, stdout } = await callsheet(["ask", unruly], {
        onOutput: (output, child) => {
          // Once: a second one ends it the hard way.
          if (isSent || !output.includes("✓")) return
          isSent = true
          child.kill(signal)
        }
      })
      assert.deepStrictEqual([status, stderr], [expected, ""])
      assert.notMatch(stdout, /= model/)
    }
    await Promise.all([stoppedBy("SIGINT", 130), stoppedBy("SIGTERM", 143)])
  })
})

describe.concurrent("an output that ends early", () => {
  it("is no error where nobody reads on, and one sentence where it is lost", async () => {
    const closed = callsheet(["ask", "Search for Inception"], { onOutput: (_, child) => child.stdout?.destroy() })
    const full = callsheet(["ask", "--json", "What's on deck in Plex?"], { outputFile: "/dev/full" })
    const { status, stderr } = await closed
    assert.deepStrictEqual([status, stderr], [141, ""])
    const lost = await full
    assert.strictEqual(lost.status, 1)
    assert.match(lost.stderr.split("\n")[1] ?? "", /^The output cannot be written \(ENOSPC\)/)
    assert.lengthOf(lost.stderr.split("\n"), 3)
  })
})

describe.concurrent("one clear sentence", () => {
  it("for a model asked for without a key", async () => {
    assertFails(await callsheet(["ask", "--model", "openai", "Hello?"]), 1, /set OPENAI_API_KEY/)
  })

  it("for a wrong key, which is not shown", async () => {
    const server = createServer((_, response) => {
      const error = { message: "Incorrect API key provided: sk-wrong-key-1234.", code: "invalid_api_key" }
      response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error }))
    })
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const env = { OPENAI_API_KEY: "sk-wrong-key-1234", OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` }
    const ended = await callsheet(["ask", "--json", "Hello?"], { env: { ...env, TMDB_API_KEY: "k" } })
    server.close()
    assertFails(ended, 1, /OPENAI_API_KEY/)
    assert.notInclude(ended.stdout + ended.stderr, "sk-wrong-key-1234")
  })

  it("for a model that cannot be reached", async () => {
    const env = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `http://127.0.0.1:${await closedPort()}/v1`, TMDB_API_KEY: "k" }
    assertFails(await callsheet(["ask", "--json", "Hello?"], { env }), 1, /127\.0\.0\.1:\d+.*OPENAI_BASE_URL/)
  })

  it("for a service that cannot be reached, told in the answer", async () => {
    const port = await closedPort()
    const env = { PLEX_BASE_URL: `http://127.0.0.1:${port}`, PLEX_TOKEN: "plex-secret" }
    const { status, stdout } = await callsheet(["ask", "What's on deck in Plex?"], { env })
    assert.strictEqual(status, 0)
    assert.match(stdout, new RegExp(`✗ .*127\\.0\\.0\\.1:${port}.*PLEX_BASE_URL`))
    assert.notInclude(stdout, "plex-secret")
  })

  it("for a service set up by half", async () => {
    const ended = await callsheet(["ask", "Hello?"], { env: { PLEX_BASE_URL: "http://127.0.0.1:1" } })
    assertFails(ended, 1, /PLEX_TOKEN is not set/)
  })

  it("for an empty question", async () => {
    assertFails(await callsheet(["ask", "  "]), 1, /question is empty/)
  })

  it("for a question of 1 MB", async () => {
    assertFails(await callsheet(["ask", "-"], { stdin: "x".repeat(1_048_576) }), 1, /question is too long/)
  })

  it("for a configuration file that is not YAML", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "callsheet-"))
    writeFileSync(join(cwd, "callsheet.yaml"), "OPENAI_MODEL: [unclosed\n")
    assertFails(await callsheet(["ask", "Hello?"], { cwd }), 1, /callsheet\.yaml is not YAML/)
    rmSync(cwd, { recursive: true })
  })

  it("for wrong usage, with status 2", async () => {
    const [nothing, option, command] = await Promise.all([
      callsheet(["ask"]),
      callsheet(["ask", "--profil", "Hello?"]),
      callsheet(["asks"])
    ])
    assertFails(nothing, 2, /question/)
    assertFails(option, 2, /--profil/)
    assertFails(command, 2, /asks/)
  })
})

describe.concurrent("OTEL_EXPORTER_OTLP_ENDPOINT", () => {
  it("gets every span of a run, each under its parent, and no secret", async () => {
    const bodies: Array<string> = []
    const collector = createServer((request, response) => {
      let body = ""
      request.on("data", (data) => {
        body += String(data)
      })
      request.on("end", () => {
        bodies.push(body)
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      })
    })
    await new Promise<void>((listening) => collector.listen(0, "127.0.0.1", listening))
    const address = collector.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const env = { ...services(), OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
    const { status } = await callsheet(["ask", "--json", unruly], { env })
    collector.close()
    assert.strictEqual(status, 0)

    interface Span {
      readonly name: string
      readonly spanId: string
      readonly parentSpanId?: string
    }
    const spans: ReadonlyArray<Span> = bodies
      .flatMap((body) => JSON.parse(body).resourceSpans ?? [])
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap(({ spans }) => spans)
    const parentOf = (span: Span) => spans.find(({ spanId }) => spanId === span.parentSpanId)?.name
    const counts = (name: string, parent: string | undefined) =>
      spans.filter((span) => span.name === name && parentOf(span) === parent).length
    assert.strictEqual(counts("invoke_agent media", undefined), 1)
    // Ahead of the model.
    assert.isAbove(counts("execute_tool library_search", "invoke_agent media"), 0)
    assert.isAbove(counts("chat offline", "step 1"), 0)
    assert.isAbove(counts("GET", "execute_tool library_search"), 0)
    assert.match(bodies.join(""), /"callsheet\.cache\.reads"/)
    assert.match(bodies.join(""), /"callsheet\.upstream\.breaker"/)
    assert.notMatch(bodies.join(""), /demo-[a-z]*-(token|key)|Bearer /i)
  })
})

describe.concurrent("callsheet doctor", () => {
  it("names every setting, reaches each service and says what is wrong, without a secret", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "callsheet-"))
    writeFileSync(
      join(cwd, "callsheet.yaml"),
      "RADARR_API_KEY: file-secret\nOPENAI_MODEL: some-model\nSONARR_API_KEY: 012345678987654321\nPLEX_TOKN: x\nOPENAI_CUSTOM_HEADERS: 'X-Key: header-secret'\n"
    )
    const port = await closedPort()
    const env = {
      RADARR_BASE_URL: `http://someone:url-secret@127.0.0.1:${port}`,
      OPENAI_MODEL: "other-model",
      OTEL_EXPORTER_OTLP_ENDPOINT: "garbage"
    }
    const { status, stderr, stdout } = await callsheet(["doctor"], { cwd, env })
    rmSync(cwd, { recursive: true })
    assert.strictEqual(status, 1)
    assert.match(stderr, /3 of 3 checks failed/)
    assert.match(stdout, /OPENAI_MODEL +other-model, from environment/)
    assert.match(stdout, /RADARR_API_KEY +set, from callsheet\.yaml/)
    assert.match(stdout, /CALLSHEET_LOG +not set \(file that each run/)
    assert.match(stdout, /OPENAI_CUSTOM_HEADERS +set, from callsheet\.yaml/)
    assert.match(stdout, /PLEX_TOKN +in callsheet\.yaml, but nothing reads it/)
    assert.match(stdout, new RegExp(`✗ .*127\\.0\\.0\\.1:${port}`))
    assert.match(stdout, /✗ SONARR_BASE_URL is not set/)
    assert.match(stdout, /✗ OTEL_EXPORTER_OTLP_ENDPOINT is not an address/)
    assert.notMatch(stdout + stderr, /file-secret|header-secret|url-secret|someone|0123456/)
  })

  it("is content where nothing is configured", async () => {
    const { status, stdout } = await callsheet(["doctor"])
    assert.strictEqual(status, 0)
    assert.include(stdout, "Nothing is configured")
  })
})

describe.concurrent("a foreign server of the protocol", () => {
  for (const api of ["responses", "chat"]) {
    it(`answers through ${api}`, async () => {
      const mock = await LLMock.create({ port: 0, host: "127.0.0.1", logLevel: "silent" })
      mock.onMessage(/capital/, { content: "The capital of France is Paris." })
      const { status, stdout } = await callsheet(["ask", "--json", "What is the capital of France?"], {
        env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_API: api }
      })
      await mock.stop()
      assert.strictEqual(status, 0)
      assert.strictEqual(JSON.parse(stdout).answer, "The capital of France is Paris.")
    })
  }
})
