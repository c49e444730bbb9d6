import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { Prompt } from "effect/ai"

import type { Api } from "../src/OpenAiConfig.ts"
import * as PromptMessages from "../src/PromptMessages.ts"

const read = (prompt: Prompt.RawInput, api: Api = "responses") => PromptMessages.make(Prompt.make(prompt), api)

const user = (content: Prompt.UserMessageEncoded["content"]): Prompt.RawInput => [{ role: "user", content }]

describe("PromptMessages", () => {
  it("reads text, calls and results", () => {
    const messages = read([
      { role: "system", content: "be brief" },
      { role: "user", content: "Heat?" },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "hm" },
          { type: "text", text: "Looking." },
          { type: "tool-call", id: "a", name: "search", params: { q: "Heat" } }
        ]
      },
      {
        role: "tool",
        content: [{ type: "tool-result", id: "a", name: "search", isFailure: false, result: { found: ["Heat"] } }]
      }
    ])
    assert.deepStrictEqual(Result.getOrThrow(messages), [
      { role: "system", text: "be brief" },
      { role: "user", text: "Heat?" },
      {
        role: "assistant",
        text: "Looking.",
        calls: [{ id: "a", name: "search", inputText: `{"q":"Heat"}`, input: { q: "Heat" }, fault: undefined }],
        echo: [],
        responseId: undefined
      },
      { role: "tool", callId: "a", name: "search", text: `{"found":["Heat"]}`, isFailure: false }
    ])
  })

  it("reads files by bytes, base64, and address", () => {
    const messages = read(
      user([
        { type: "file", mediaType: "image/png", data: new Uint8Array([1, 2]) },
        { type: "file", mediaType: "image/*", data: "AQI=" },
        { type: "file", mediaType: "image/png", data: new URL("https://x.test/a.png") },
        { type: "file", mediaType: "application/pdf", fileName: "a.pdf", data: "AQI=" }
      ])
    )
    const file = (mediaType: string, url: string, fileName?: string) => ({ type: "file", mediaType, fileName, url })
    assert.deepStrictEqual<unknown>(Result.getOrThrow(messages), [
      {
        role: "user",
        parts: [
          file("image/png", "data:image/png;base64,AQI="),
          file("image/jpeg", "data:image/jpeg;base64,AQI="),
          file("image/png", "https://x.test/a.png"),
          file("application/pdf", "data:application/pdf;base64,AQI=", "a.pdf")
        ]
      }
    ])
  })

  it("refuses what the API cannot be sent", () => {
    const pdf = user([{ type: "file", mediaType: "application/pdf", data: new URL("https://x.test/a.pdf") }])
    assert.isTrue(Result.isSuccess(read(pdf, "responses")))
    assert.isTrue(Result.isFailure(read(pdf, "chat")))
    assert.isTrue(Result.isFailure(read(user([{ type: "file", mediaType: "audio/wav", data: "AA==" }]))))
    const image = { type: "file", mediaType: "image/png", data: "AA==" } as const
    assert.isTrue(Result.isFailure(read([{ role: "assistant", content: [image] }])))
  })
})
