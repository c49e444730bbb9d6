import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Redactor from "../src/Redactor.ts"

const plain = { key: undefined, baseUrl: "http://127.0.0.1:1234/v1", headers: [] }

describe("Redactor", () => {
  it("takes out the key, what stands in the address and what stands in added headers", () => {
    const redact = Redactor.make({
      key: "sk-123456",
      baseUrl: "https://me:hunter%202@host/v1?api-version=2024-10-21&api-key=abcdef",
      headers: ["Bearer gateway-secret", "on"]
    })
    const basic = Buffer.from("me:hunter 2").toString("base64")
    assert.strictEqual(
      redact(`sk-123456 hunter 2 hunter%202 Basic ${basic} api-key=abcdef gateway-secret`),
      "<redacted> <redacted> <redacted> Basic <redacted> api-key=<redacted> <redacted>"
    )
  })

  it("leaves plain words, a version in the address and short users alone", () => {
    const redact = Redactor.make({
      key: "no",
      baseUrl: "https://me:hunter2@host/v1?api-version=2024-10-21",
      headers: ["on", "true"]
    })
    const text = "no, tell me: is version 2024-10-21 true or on?"
    assert.strictEqual(redact(text), text)
  })

  it.prop(
    "leaves nothing of a key, wherever it stands",
    [Schema.String, Schema.String, Schema.String.check(Schema.isPattern(/^sk-[a-z0-9]{6,20}$/))],
    ([before, after, key]) => assert.notInclude(Redactor.make({ ...plain, key })(`${before}${key}${after}${key}`), key)
  )
})
