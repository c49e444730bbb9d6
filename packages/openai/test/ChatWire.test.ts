import { assert, describe, it } from "@effect/vitest"

import { ChatWire } from "../src/ChatWire.ts"
import type { WirePart, WireMessage, WireRequest, WireSettings } from "../src/ModelWire.ts"

const settings: WireSettings = { model: "gpt-4.1-nano", streaming: true, store: false, hosted: true }

const request = (messages: ReadonlyArray<WireMessage>): WireRequest => ({
  messages,
  tools: [],
  toolChoice: "auto",
  cacheKey: undefined,
  deltasOf: undefined,
  format: undefined,
  previousResponseId: undefined
})

describe("ChatWire.request", () => {
  const full: WireRequest = {
    ...request([{ role: "user", text: "hi" }]),
    tools: [{ name: "search", description: "Search.", schema: { type: "object" }, strict: true }],
    toolChoice: { tool: "search" },
    cacheKey: "run-1",
    format: { name: "rating", schema: { type: "object" } }
  }
  const everywhere = {
    model: "gpt-4.1-nano",
    stream: true,
    stream_options: { include_usage: true },
    tools: [
      {
        type: "function",
        function: { name: "search", description: "Search.", parameters: { type: "object" }, strict: true }
      }
    ],
    tool_choice: { type: "function", function: { name: "search" } },
    response_format: {
      type: "json_schema",
      json_schema: { strict: true, name: "rating", schema: { type: "object" } }
    },
    messages: [{ role: "user", content: "hi" }]
  }

  it("writes tools, choice, cache key and format", () => {
    assert.deepStrictEqual(ChatWire.request(settings, full), {
      ...everywhere,
      parallel_tool_calls: true,
      prompt_cache_key: "run-1"
    })
  })

  it("leaves out what only OpenAI's own servers know", () => {
    assert.deepStrictEqual(ChatWire.request({ ...settings, hosted: false }, full), everywhere)
  })

  it("sends calls back byte for byte, and their results", () => {
    const calls = [{ id: "a", name: "search", inputText: `{ "q":1 }`, input: { q: 1 }, fault: undefined }]
    const { messages } = ChatWire.request(
      settings,
      request([
        { role: "assistant", text: "", calls, echo: [{ some: "thing" }], responseId: "r" },
        { role: "tool", callId: "a", name: "search", text: "[]", isFailure: true },
        { role: "assistant", text: "None.", calls: [], echo: [], responseId: "r" }
      ])
    )
    assert.deepStrictEqual(messages, [
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "a", type: "function", function: { name: "search", arguments: `{ "q":1 }` } }]
      },
      { role: "tool", tool_call_id: "a", content: "[]" },
      { role: "assistant", content: "None." }
    ])
  })

  it("sends images and documents of the user", () => {
    const { messages } = ChatWire.request(
      settings,
      request([
        {
          role: "user",
          parts: [
            { type: "file", mediaType: "image/png", fileName: undefined, url: "data:image/png;base64,AA==" },
            { type: "file", mediaType: "application/pdf", fileName: "a.pdf", url: "data:application/pdf;base64,AA==" }
          ]
        }
      ])
    )
    assert.deepStrictEqual(messages, [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AA==" } }
        ]
      }
    ])
  })
})

/** The parts of a stream of `tool_calls` pieces, one event each. */
const callsOf = (pieces: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  let state = ChatWire.initial
  const parts: Array<WirePart> = []
  for (const piece of pieces) {
    const next = ChatWire.step(state, { id: "c1", choices: [{ delta: { tool_calls: [piece] } }] })
    state = next.state
    parts.push(...next.parts)
  }
  parts.push(...ChatWire.end({ ...state, finishReason: "tool_calls" }, true))
  return parts.flatMap((part) => (part._tag === "Call" ? [[part.call.id, part.call.name, part.call.inputText]] : []))
}

describe("ChatWire.step", () => {
  it("reads pieces that come turn by turn", () => {
    assert.deepStrictEqual(
      callsOf([
        { index: 0, id: "a", function: { name: "x", arguments: `{"n":` } },
        { index: 1, id: "b", function: { name: "y", arguments: `{"n":` } },
        { index: 0, function: { arguments: "1}" } },
        { index: 1, function: { arguments: "2}" } }
      ]),
      [
        ["a", "x", `{"n":1}`],
        ["b", "y", `{"n":2}`]
      ]
    )
  })

  it("reads whole calls that all claim the first index, and calls without index or id", () => {
    assert.deepStrictEqual(
      callsOf([
        { index: 0, id: "a", function: { name: "x", arguments: "{}" } },
        { index: 0, id: "b", function: { name: "x", arguments: "{}" } }
      ]),
      [
        ["a", "x", "{}"],
        ["b", "x", "{}"]
      ]
    )
    assert.deepStrictEqual(
      callsOf([{ function: { name: "x", arguments: { n: 1 } } }, { function: { name: "y", arguments: "{}" } }]),
      [
        ["c1_0", "x", `{"n":1}`],
        ["c1_1", "y", "{}"]
      ]
    )
  })

  it("reads a call whose name and id come again with each piece", () => {
    assert.deepStrictEqual(
      callsOf([
        { index: 0, id: "a", function: { name: "x", arguments: `{"n"` } },
        { index: 0, id: "a", function: { name: "x", arguments: ":1}" } }
      ]),
      [["a", "x", `{"n":1}`]]
    )
  })

  it("takes empty arguments for none given", () => {
    const { parts } = ChatWire.step(ChatWire.initial, {
      choices: [
        {
          delta: { tool_calls: [{ index: 0, id: "a", function: { name: "x", arguments: "" } }] },
          finish_reason: "tool_calls"
        }
      ]
    })
    assert.deepStrictEqual(parts, [
      { _tag: "Call", call: { id: "a", name: "x", inputText: "", input: {}, fault: undefined } }
    ])
  })
})

describe("arguments that are no JSON", () => {
  it("are told by a bare reason in one line", () => {
    const { parts } = ChatWire.step(ChatWire.initial, {
      choices: [
        {
          delta: { tool_calls: [{ index: 0, id: "a", function: { name: "x", arguments: "{\n  oops\n}" } }] },
          finish_reason: "tool_calls"
        }
      ]
    })
    const fault = parts.flatMap((part) => (part._tag === "Call" ? [part.call.fault] : [])).join("")
    assert.match(fault, /^Expected property name [^\n]*$/)
  })
})

describe("ChatWire.read", () => {
  it("reads a whole completion like its chunks", () => {
    const parts = ChatWire.read({
      id: "c1",
      model: "m",
      choices: [
        {
          message: { content: "Looking.", tool_calls: [{ id: "a", function: { name: "x", arguments: "{}" } }] },
          finish_reason: "tool_calls"
        }
      ],
      usage: { prompt_tokens: 3, completion_tokens: 2 }
    })
    assert.deepStrictEqual(
      parts.map((part) => (part._tag === "Finish" ? part.reason : part._tag)),
      ["TextDelta", "Call", "tool-calls"]
    )
  })

  it("reports an error object, and an answer that is none", () => {
    assert.deepInclude(ChatWire.read({ error: { message: "broken" } })[0], { _tag: "Fault", fault: "provider" })
    assert.deepInclude(ChatWire.read({ error: null })[0], { _tag: "Fault", fault: "unreadable" })
    assert.deepInclude(ChatWire.read({ output: [] })[0], { _tag: "Fault", fault: "unreadable" })
  })
})

describe("deltas of one tool's arguments", () => {
  const piece = (index: number, args: string, begins?: string) => ({
    id: "c1",
    choices: [
      {
        delta: {
          tool_calls: [
            {
              index,
              function: { ...(begins && { name: begins }), arguments: args },
              ...(begins && { id: `call_${index}` })
            }
          ]
        }
      }
    ]
  })

  it("are handed on as they come, and no other tool's", () => {
    let state = ChatWire.initial
    const events = [piece(0, "", "plan"), piece(0, '{"st'), piece(0, 'eps":[]}'), piece(1, "{", "other"), piece(1, "}")]
    const parts = events.flatMap((event) => {
      const next = ChatWire.step(state, event, "plan")
      state = next.state
      return next.parts
    })
    assert.deepStrictEqual(
      parts.filter(({ _tag }) => _tag === "CallDelta"),
      [
        { _tag: "CallDelta", id: "call_0", delta: '{"st' },
        { _tag: "CallDelta", id: "call_0", delta: 'eps":[]}' }
      ]
    )
  })
})
