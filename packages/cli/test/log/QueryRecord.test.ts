import type { AgentEvent, Fact, ModelCall } from "@callsheet/core/AgentEvent"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"

import * as QueryRecord from "../../src/log/QueryRecord.ts"
import * as RunTeller from "../../src/log/RunTeller.ts"
import * as Secrets from "../../src/log/Secrets.ts"
import type { Settings } from "../../src/Settings.ts"

const at = DateTime.makeUnsafe("2026-11-30T10:00:00.000Z")
const setup = { command: "ask", isDemo: false } as const
const run = { runId: "run", agent: "media", provider: "openai", model: "some-model" }

const told = (facts: ReadonlyArray<Fact & { readonly at: number }>): RunTeller.Telling =>
  facts
    .map(({ at: atMillis, ...fact }, seq): AgentEvent => ({ ...fact, runId: "run", seq, atMillis }))
    .reduce(RunTeller.add, RunTeller.begin(run, at))

const modelCall: ModelCall = {
  step: 0,
  startMillis: 10,
  millis: 400,
  firstTokenMillis: 300,
  inputTokens: 100,
  cachedInputTokens: null,
  outputTokens: 20,
  requestBytes: 5000,
  responseBytes: null,
  retries: 1
}
const call = { step: 0, callId: "c", name: "look" }
const settled = {
  ...call,
  startMillis: 400,
  millis: 40,
  queueMillis: 5,
  retries: 2,
  source: "upstream",
  ok: true,
  problem: null
} as const

const begun = [
  { at: 0, _tag: "RunStarted", agent: "media", question: "What is new? My key is plex-secret" },
  { at: 1, _tag: "Routed", route: "model", confidence: null, reason: null },
  { at: 440, _tag: "ToolSettled", ...settled },
  { at: 441, _tag: "ToolSettled", ...settled, source: "memory", ok: false },
  { at: 450, _tag: "StepFinished", step: 0, finishReason: "tool-calls", modelCall }
] as const satisfies ReadonlyArray<Fact & { readonly at: number }>

const make = (telling: RunTeller.Telling, secrets: ReadonlyArray<string> = []) => {
  assert.strictEqual(telling.stage, "over")
  return QueryRecord.make(telling, setup, secrets)
}

const finished = { at: 900, _tag: "RunFinished", answer: "This.", steps: 1, reason: "answered" } as const

const question = (question: string) => [{ ...begun[0], question }, finished]

const settings = (values: Readonly<Record<string, string>>): Settings => ({
  values: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value, origin: "environment" } as const])
  ),
  unknownKeys: []
})

describe("QueryRecord", () => {
  it("sums a run up, and leaves null what nobody told", () => {
    const made = make(told([...begun, finished]))
    assert.deepInclude(made, {
      at,
      route: "model",
      outcome: "answered",
      problem: null,
      wallMillis: 900,
      steps: 1,
      modelCalls: 1,
      toolCalls: 2,
      failedToolCalls: 1,
      inputTokens: 100,
      cachedInputTokens: null,
      firstTokenMillis: 310,
      toolMillis: 80,
      queueMillis: 10,
      sources: { upstream: 1, memory: 1, store: 0, shared: 0, foreseen: 0 },
      retries: 5,
      responseBytes: null,
      model: "some-model"
    })
  })

  it("tells of a run that failed how far it came and why, and of one that never began nothing", () => {
    const failed = { at: 500, _tag: "RunFailed", problem: "It broke: plex-secret.", isRetryable: false } as const
    const made = make(told([...begun, failed]), ["plex-secret"])
    assert.deepInclude(made, {
      outcome: "failed",
      problem: "It broke: ***.",
      wallMillis: 500,
      criticalPathMillis: null
    })
    assert.isNull(make(told([begun[0], failed])).route)
    assert.strictEqual(told([failed]).stage, "asked")
  })

  it("is read back as it was written, on one line", () => {
    const made = make(told([...begun, { at: 900, _tag: "RunFinished", answer: "", steps: 1, reason: "deadline" }]))
    const line = Schema.encodeSync(QueryRecord.Line)(made)
    assert.notInclude(line, "\n")
    assert.deepStrictEqual(Schema.decodeSync(QueryRecord.Line)(line), made)
  })

  it("keeps 200 characters of a question, after the secrets are out", () => {
    const long = `${"x".repeat(195)}plex-secret and more`
    const made = make(told(question(long)), ["plex-secret"])
    assert.strictEqual(made.question, `${"x".repeat(195)}*** a`)
    const cut = make(told(question(`${"x".repeat(199)}😀`)))
    assert.strictEqual(cut.question, `${"x".repeat(199)}\uFFFD`)
  })
})

describe("Secrets", () => {
  it("are keys, tokens, headers and whatever an address holds of them; nothing that guards nothing", () => {
    const secrets = Secrets.of(
      settings({
        PLEX_TOKEN: " plex-secret ",
        TMDB_API_KEY: "k",
        OPENAI_CUSTOM_HEADERS: "X-Team: films\nAuthorization: Bearer header-secret",
        RADARR_BASE_URL: "http://someone:url%2Dsecret@127.0.0.1:7878",
        CALLSHEET_CACHE: "redis://:redis-secret@localhost",
        OPENAI_MODEL: "some-model"
      })
    )
    const text = "plex-secret header-secret url-secret url%2Dsecret redis-secret someone some-model k memory"
    assert.strictEqual(Secrets.mask(text, secrets), "*** *** *** *** *** *** some-model k memory")
    assert.deepStrictEqual(Secrets.of(settings({ CALLSHEET_CACHE: "memory" })), [])
  })

  it("are taken out whole where one holds another", () => {
    const secrets = Secrets.of(settings({ PLEX_TOKEN: "abcd", RADARR_API_KEY: "abcdefgh" }))
    assert.strictEqual(Secrets.mask("abcdefgh abcd", secrets), "*** ***")
  })
})
