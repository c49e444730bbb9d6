import { assert, describe, it } from "@effect/vitest"

import type { WireMessage, WirePart, WireRequest, WireSettings } from "../src/ModelWire.ts"
import { ResponsesWire } from "../src/ResponsesWire.ts"
import { WireReader } from "../src/WireReader.ts"
import { bodyOf, bytesOf } from "./recordings.ts"

const settings: WireSettings = { model: "gpt-4.1-nano", streaming: true, store: false, hosted: true, transport: "http" }

const request = (messages: ReadonlyArray<WireMessage>): WireRequest => ({
  messages,
  tools: [],
  toolChoice: "auto",
  cacheKey: undefined,
  deltasOf: undefined,
  format: undefined,
  previousResponseId: undefined
})

const call = (id: string) => ({ id, name: "search", inputText: `{ "q":"${id}" }`, input: { q: id }, fault: undefined })

describe("a request of ResponsesWire", () => {
  it("writes tools, choice, cache key and format", () => {
    const body = bodyOf(ResponsesWire, settings, {
      ...request([{ role: "user", text: "hi" }]),
      tools: [{ name: "search", description: undefined, schema: { type: "object" }, strict: false }],
      toolChoice: "none",
      cacheKey: "run-1",
      format: { name: "rating", schema: { type: "object" } }
    })
    assert.deepStrictEqual(body, {
      model: "gpt-4.1-nano",
      stream: true,
      store: false,
      tools: [{ type: "function", name: "search", parameters: { type: "object" }, strict: false }],
      tool_choice: "none",
      parallel_tool_calls: true,
      text: { format: { type: "json_schema", strict: true, name: "rating", schema: { type: "object" } } },
      prompt_cache_key: "run-1",
      input: [{ role: "user", content: "hi" }]
    })
  })

  it("sends calls back byte for byte, and their results", () => {
    const { input } = bodyOf(
      ResponsesWire,
      settings,
      request([
        { role: "system", text: "be brief" },
        { role: "assistant", text: "Looking.", calls: [call("a")], echo: [], responseId: "resp_1" },
        { role: "tool", callId: "a", name: "search", text: "[]", isFailure: false }
      ])
    )
    assert.deepStrictEqual(input, [
      { role: "system", content: "be brief" },
      { role: "assistant", content: "Looking." },
      { type: "function_call", call_id: "a", name: "search", arguments: `{ "q":"a" }` },
      { type: "function_call_output", call_id: "a", output: "[]" }
    ])
  })

  const reasoning = (id: string) => ({ id, type: "reasoning", encrypted_content: "g" })

  it("puts each reasoning item before what it led to", () => {
    const echo = [
      { item: reasoning("rs_1"), afterText: false, afterCalls: 0 },
      { item: reasoning("rs_2"), afterText: true, afterCalls: 1 }
    ]
    const message: WireMessage = { role: "assistant", text: "T", calls: [call("a"), call("b")], echo, responseId: "r" }
    const { input } = bodyOf(ResponsesWire, settings, request([message]))
    assert.deepStrictEqual(Array.isArray(input) && input.map((item) => item.id ?? item.call_id ?? item.content), [
      "rs_1",
      "T",
      "a",
      "rs_2",
      "b"
    ])
  })

  it("leaves out reasoning that the server neither stored nor encrypted", () => {
    const echo = [{ item: { id: "rs_1", type: "reasoning" }, afterText: false, afterCalls: 0 }]
    const messages: ReadonlyArray<WireMessage> = [{ role: "assistant", text: "T", calls: [], echo, responseId: "r" }]
    assert.deepInclude(bodyOf(ResponsesWire, settings, request(messages)), {
      input: [{ role: "assistant", content: "T" }]
    })
    const stored = bodyOf(ResponsesWire, { ...settings, store: true }, request(messages))
    assert.deepInclude(stored, {
      input: [
        { id: "rs_1", type: "reasoning" },
        { role: "assistant", content: "T" }
      ]
    })
  })

  it("asks for encrypted reasoning of models that reason, and of no others", () => {
    const includes = (model: string) => "include" in bodyOf(ResponsesWire, { ...settings, model }, request([]))
    assert.deepStrictEqual(["gpt-5", "gpt-5-mini", "o4-mini", "gpt-4.1", "gpt-5-chat-latest", "llama3"].map(includes), [
      true,
      true,
      true,
      false,
      false,
      false
    ])
  })

  it("sends images and documents of the user", () => {
    const { input } = bodyOf(
      ResponsesWire,
      settings,
      request([
        {
          role: "user",
          parts: [
            { type: "text", text: "what is this?" },
            { type: "file", mediaType: "image/png", fileName: undefined, url: "https://x.test/a.png" },
            { type: "file", mediaType: "application/pdf", fileName: "a.pdf", url: "data:application/pdf;base64,AA==" },
            { type: "file", mediaType: "application/pdf", fileName: undefined, url: "https://x.test/a.pdf" }
          ]
        }
      ])
    )
    assert.deepStrictEqual(input, [
      {
        role: "user",
        content: [
          { type: "input_text", text: "what is this?" },
          { type: "input_image", image_url: "https://x.test/a.png", detail: "auto" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" },
          { type: "input_file", file_url: "https://x.test/a.pdf" }
        ]
      }
    ])
  })
})

describe("ResponsesWire.read", () => {
  it("reads a whole response like its events", () => {
    const parts = ResponsesWire.read({
      id: "resp_1",
      model: "m",
      status: "completed",
      output: [
        { id: "msg_1", type: "message", content: [{ type: "output_text", text: "Looking." }] },
        { id: "fc_1", type: "function_call", call_id: "a", name: "search", arguments: "{}" }
      ],
      usage: { input_tokens: 3, output_tokens: 2 }
    })
    assert.deepStrictEqual(
      parts.map((part) => (part._tag === "Finish" ? part.reason : part._tag)),
      ["TextDelta", "Call", "tool-calls"]
    )
  })

  it("reports a failed response, and an answer that is none", () => {
    const [failed] = ResponsesWire.read({ status: "failed", error: { code: "server_error", message: "broken" } })
    assert.deepInclude(failed, { _tag: "Fault", fault: "provider", code: "server_error" })
    const [other] = ResponsesWire.read({ choices: [] })
    assert.deepInclude(other, { _tag: "Fault", fault: "unreadable" })
  })
})

describe("ResponsesWire.step", () => {
  it("reads what a server tells only at the end", () => {
    const { parts } = ResponsesWire.step(ResponsesWire.initial, {
      type: "response.completed",
      response: { id: "r", output: [{ type: "message", content: [{ type: "output_text", text: "Hi" }] }] }
    })
    assert.deepStrictEqual(
      parts.map(({ _tag }) => _tag),
      ["TextDelta", "Finish"]
    )
  })

  it("hands on calls in the model's order, by hundreds", () => {
    let state = ResponsesWire.initial
    const ids = Array.from({ length: 500 }, (_, n) => `call_${n}`)
    const made = ids.flatMap((call_id, output_index) =>
      [
        { type: "response.output_item.added", item: { type: "function_call", call_id, name: "x", arguments: "" } },
        { type: "response.function_call_arguments.done", arguments: "{}" },
        { type: "response.output_item.done", item: { type: "function_call", call_id, name: "x", arguments: "{}" } }
      ].flatMap((event) => {
        const next = ResponsesWire.step(state, { ...event, output_index })
        state = next.state
        return next.parts.map((part) => part._tag === "Call" && part.call.id)
      })
    )
    assert.deepStrictEqual(made, ids)
    assert.deepStrictEqual(ResponsesWire.initial.made, undefined)
  })

  it("hands on a call once, at the first event that completes it", () => {
    const item = { type: "function_call", call_id: "a", name: "search", arguments: "{}" }
    const begun = ResponsesWire.step(ResponsesWire.initial, {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, arguments: "" }
    })
    const made = ResponsesWire.step(begun.state, {
      type: "response.function_call_arguments.done",
      output_index: 0,
      arguments: "{}"
    })
    assert.strictEqual(made.parts[0]?._tag, "Call")
    assert.deepStrictEqual(
      ResponsesWire.step(made.state, { type: "response.output_item.done", output_index: 0, item }).parts,
      []
    )
  })
})

describe("two calls of one id", () => {
  const item = (input: string) => ({ type: "function_call", call_id: "a", name: "x", arguments: input })
  const inputsOf = (parts: ReadonlyArray<WirePart>) =>
    parts.flatMap((part) => (part._tag === "Call" ? [part.call.inputText] : []))

  it("are both handed on, each once", () => {
    const reader = new WireReader(ResponsesWire)
    const events = ['{"n":1}', '{"n":2}'].flatMap((input, output_index) => [
      { type: "response.output_item.added", output_index, item: item("") },
      { type: "response.function_call_arguments.done", output_index, arguments: input },
      { type: "response.output_item.done", output_index, item: item(input) }
    ])
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")
    assert.deepStrictEqual(inputsOf(reader.push([bytesOf(text)])), ['{"n":1}', '{"n":2}'])
    assert.deepStrictEqual(inputsOf(ResponsesWire.read({ output: [item("[1]"), item("[2]")] })), ["[1]", "[2]"])
  })

  it("are told apart by their ids where every item has the index 0, and by nothing else where none has one", () => {
    for (const index of [{ output_index: 0 }, {}]) {
      let state = ResponsesWire.initial
      const made = ["a", "b", "b"].flatMap((call_id) => {
        const event = { type: "response.output_item.done", ...index, item: { ...item(`"${call_id}"`), call_id } }
        const next = ResponsesWire.step(state, event)
        state = next.state
        return inputsOf(next.parts)
      })
      assert.deepStrictEqual(made, ['"a"', '"b"'])
    }
  })
})

describe("deltas of one tool's arguments", () => {
  const added = (output_index: number, name: string) => ({
    type: "response.output_item.added",
    output_index,
    item: { type: "function_call", call_id: `call_${output_index}`, name, arguments: "" }
  })
  const grown = (output_index: number, delta: string) => ({
    type: "response.function_call_arguments.delta",
    output_index,
    delta
  })

  it("are handed on as they come, and no other tool's", () => {
    let state = ResponsesWire.initial
    const parts = [added(0, "plan"), added(1, "other"), grown(0, '{"st'), grown(1, "{}"), grown(0, 'eps":[]}')].flatMap(
      (event) => {
        const next = ResponsesWire.step(state, event, "plan")
        state = next.state
        return next.parts
      }
    )
    assert.deepStrictEqual(parts, [
      { _tag: "CallDelta", id: "call_0", delta: '{"st' },
      { _tag: "CallDelta", id: "call_0", delta: 'eps":[]}' }
    ])
  })
})
