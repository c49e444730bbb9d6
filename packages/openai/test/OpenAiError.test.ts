import { assert, describe, it } from "@effect/vitest"
import { Duration, Redacted } from "effect"

import * as OpenAiConfig from "../src/OpenAiConfig.ts"
import * as OpenAiError from "../src/OpenAiError.ts"

const settings = OpenAiConfig.resolve({
  apiKey: Redacted.make("sk-0123456789"),
  baseUrl: "http://user:secret@localhost:11434/v1?x=y",
  model: "nano"
})
const target = OpenAiError.makeTarget(settings, "POST", "/chat/completions")
const keyless = OpenAiError.makeTarget({ ...settings, apiKey: undefined }, "POST", "/chat/completions")

const read = (status: number, error: object | string, headers: Record<string, string> = {}, from = target) =>
  OpenAiError.fromResponse(from, { status, headers, body: JSON.stringify({ error }) }, 0)

describe("OpenAiError.fromResponse", () => {
  const cases: ReadonlyArray<
    readonly [what: string, status: number, error: object, tag: string, isRetryable: boolean, says: string]
  > = [
    [
      "a wrong key",
      401,
      { code: "invalid_api_key", message: "Incorrect key." },
      "AuthenticationError",
      false,
      "InvalidKey"
    ],
    ["a forbidden model", 403, { message: "" }, "AuthenticationError", false, "may not use nano"],
    [
      "an unknown model",
      404,
      { code: "model_not_found", message: "No such model." },
      "InvalidRequestError",
      false,
      "OPENAI_MODEL"
    ],
    [
      "Ollama's unknown model",
      404,
      { message: `model "nano" not found` },
      "InvalidRequestError",
      false,
      "OPENAI_MODEL"
    ],
    ["a wrong path", 404, { message: "" }, "InvalidRequestError", false, "OPENAI_BASE_URL"],
    [
      "a long conversation",
      400,
      { code: "context_length_exceeded", message: "" },
      "InvalidRequestError",
      false,
      "too long"
    ],
    ["a bad parameter", 400, { param: "tools[0]", message: "Bad." }, "InvalidRequestError", false, "'tools[0]'"],
    [
      "a filtered prompt",
      400,
      { code: "content_filter", message: "Filtered." },
      "ContentPolicyError",
      false,
      "Filtered."
    ],
    ["a spent budget", 429, { code: "insufficient_quota", message: "" }, "QuotaExhaustedError", false, "Quota"],
    ["a rate limit", 429, { message: "Slow down." }, "RateLimitError", true, "Rate limit"],
    ["a server fault", 503, { message: "" }, "InternalProviderError", true, "failed (503)"],
    ["a redirect", 302, { message: "" }, "UnknownError", false, "status 302"]
  ]
  for (const [what, status, error, tag, isRetryable, says] of cases) {
    it(`tells ${what}`, () => {
      const failure = read(status, error)
      assert.strictEqual(failure.reason._tag, tag)
      assert.strictEqual(failure.isRetryable, isRetryable)
      assert.include(failure.reason.message, says)
    })
  }

  it("tells a missing key from a wrong one", () => {
    assert.include(read(401, { message: "" }, {}, keyless).reason.message, "MissingKey")
  })

  it("names the address without its user, password and query", () => {
    assert.strictEqual(target.url, "http://localhost:11434/v1/chat/completions")
  })

  it("hands on how long to wait", () => {
    const { reason, retryAfterMillis } = read(429, { message: "" }, { "retry-after": "2" })
    assert.strictEqual(retryAfterMillis, 2_000)
    assert.deepStrictEqual(reason._tag === "RateLimitError" && reason.retryAfter, Duration.seconds(2))
  })
})

describe("OpenAiError.retryAfterMillis", () => {
  it("reads milliseconds, seconds and dates", () => {
    const now = Date.UTC(2026, 0, 1)
    const read = (headers: Record<string, string>) => OpenAiError.retryAfterMillis(headers, now)
    assert.strictEqual(read({ "retry-after-ms": "1500", "retry-after": "9" }), 1_500)
    assert.strictEqual(read({ "retry-after": "1.5" }), 1_500)
    assert.strictEqual(read({ "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" }), 20_000)
    assert.strictEqual(read({ "retry-after": "Wed, 31 Dec 2025 23:00:00 GMT" }), 0)
    assert.isUndefined(read({ "retry-after": "soon" }))
    assert.isUndefined(read({}))
  })
})

describe("OpenAiConfig.resolve", () => {
  it("speaks the Responses API at OpenAI and Azure, and Chat Completions elsewhere", () => {
    const api = (baseUrl?: string) => OpenAiConfig.resolve({ baseUrl }).api
    assert.strictEqual(api(), "responses")
    assert.strictEqual(api("https://eu.api.openai.com/v1"), "responses")
    assert.strictEqual(api("https://x.openai.azure.com/openai/v1/"), "responses")
    assert.strictEqual(api("https://openrouter.ai/api/v1"), "chat")
    assert.strictEqual(api("http://localhost:11434/v1"), "chat")
    assert.strictEqual(api("https://api.openai.com.evil.test/v1"), "chat")
    const dated = { baseUrl: "https://x.openai.azure.com", azureApiVersion: "2024-10-21" }
    assert.strictEqual(OpenAiConfig.resolve(dated).api, "chat")
  })

  it("takes a key of blanks for none, and cuts a line end off", () => {
    const key = (text: string) => OpenAiConfig.resolve({ apiKey: Redacted.make(text) }).apiKey
    assert.isUndefined(key(" \n"))
    assert.strictEqual(Redacted.value(key("sk-1\n") ?? Redacted.make("")), "sk-1")
  })
})
