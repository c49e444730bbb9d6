import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import * as UiMessages from "../../src/ui/UiMessages.ts"

const user = (...parts: UiMessages.UiMessage["parts"]): UiMessages.UiMessage => ({ role: "user", parts })
const assistant = (...parts: UiMessages.UiMessage["parts"]): UiMessages.UiMessage => ({ role: "assistant", parts })
const text = (text: string) => ({ type: "text", text })
const picture = { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==" }

describe("UiMessages", () => {
  it("asks what the last message says, with its pictures, after all that was said before", () => {
    const asked = UiMessages.asked([
      user(text("Hello"), picture),
      assistant({ type: "step-start" }, text("Hi."), { type: "data-route" }),
      user(picture, text("What is this?"))
    ])
    assert.deepStrictEqual(
      asked,
      Result.succeed({
        question: "What is this?",
        images: [picture.url],
        history: [
          { role: "user", text: "Hello", images: [picture.url] },
          { role: "assistant", text: "Hi.", calls: [], echo: [], responseId: undefined }
        ]
      })
    )
  })

  it("says the calls of the client's tools with their results, and of the agent's own only what was answered", () => {
    const asked = UiMessages.asked([
      user(text("Where am I?")),
      assistant(
        { type: "step-start" },
        { type: "dynamic-tool", toolName: "look", toolCallId: "o", state: "output-available", providerExecuted: true },
        text("I ask your device."),
        { type: "tool-locate", toolCallId: "c1", state: "output-available", input: { exact: true }, output: "Bergen" },
        { type: "dynamic-tool", toolName: "beep", toolCallId: "c2", state: "output-error", errorText: "No sound." },
        { type: "tool-shake", toolCallId: "c3", state: "input-available", input: {} }
      )
    ])
    const calls = [
      { id: "c1", name: "locate", inputText: '{"exact":true}', input: { exact: true }, fault: undefined },
      { id: "c2", name: "beep", inputText: "{}", input: {}, fault: undefined },
      { id: "c3", name: "shake", inputText: "{}", input: {}, fault: undefined }
    ]
    const unanswered = '{"error":"The client did not run it."}'
    assert.deepStrictEqual(
      asked,
      Result.succeed({
        question: "",
        history: [
          { role: "user", text: "Where am I?" },
          { role: "assistant", text: "I ask your device.", calls, echo: [], responseId: undefined },
          { role: "tool", callId: "c1", name: "locate", text: '"Bergen"', isFailure: false },
          { role: "tool", callId: "c2", name: "beep", text: '{"error":"No sound."}', isFailure: true },
          { role: "tool", callId: "c3", name: "shake", text: unanswered, isFailure: true }
        ]
      })
    )
  })

  it("asks nothing where the chat ends with an answer, or with a file that is no picture", () => {
    assert.isTrue(Result.isFailure(UiMessages.asked([user(text("Hello")), assistant(text("Hi."))])))
    for (const file of [
      { ...picture, mediaType: "application/pdf" },
      { ...picture, url: "file:///etc/passwd" }
    ]) {
      assert.isTrue(Result.isFailure(UiMessages.asked([user(file, text("Read it"))])))
    }
  })

  it("takes a person's words from where the chat was ended last", () => {
    const word = (id: string, approved?: boolean) => ({
      type: "dynamic-tool",
      state: "approval-responded",
      approval: { id, ...(approved === undefined ? {} : { approved }) }
    })
    const answered = UiMessages.answered([
      assistant(
        word("run_1.4.a", true),
        word("run_1.9.b", false),
        word("run_2.1.c", true),
        word("run_1.9.d"),
        word("e", true)
      )
    ])
    assert.deepStrictEqual(answered, {
      pause: { runId: "run_1", seq: 9, callId: "b" },
      words: new Map([
        ["a", true],
        ["b", false]
      ])
    })
    assert.isUndefined(UiMessages.answered([assistant(word("run_1.4.a", true)), user(text("No"))]))
  })
})
