import { assert, describe, it } from "@effect/vitest"

import { ChatWire } from "../src/ChatWire.ts"
import type { WirePart, WireMessage, WireRequest, WireSettings } from "../src/ModelWire.ts"
import { bodyOf } from "./recordings.ts"

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

describe("a request of ChatWire", () => {
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
    assert.deepStrictEqual(bodyOf(ChatWire, settings, full), {
      ...everywhere,
      parallel_tool_calls: true,
      prompt_cache_key: "run-1"
    })
  })

  it("leaves out what only OpenAI's own servers know", () => {
    assert.deepStrictEqual(bodyOf(ChatWire, { ...settings, hosted: false }, full), everywhere)
  })

  it("sends calls back byte for byte, and their results", () => {
    const calls = [{ id: "a", name: "search", inputText: `{ "q":1 }`, input: { q: 1 }, fault: undefined }]
    const { messages } = bodyOf(
      ChatWire,
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
    const { messages } = bodyOf(
      ChatWire,
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

/** The calls handed on at each piece, by name and arguments, and after `end` those at the finish. */
const timesOf = (pieces: ReadonlyArray<unknown>): ReadonlyArray<ReadonlyArray<string>> => {
  const told = (parts: ReadonlyArray<WirePart>) =>
    parts.flatMap((part) => (part._tag === "Call" ? [part.call.name + part.call.inputText] : []))
  let state = ChatWire.initial
  const times = pieces.map((piece) => {
    const next = ChatWire.step(state, { id: "c1", choices: [{ delta: { tool_calls: [piece] } }] })
    state = next.state
    return told(next.parts)
  })
  return [...times, told(ChatWire.end({ ...state, finishReason: "tool_calls" }, true))]
}

describe("a call is handed on", () => {
  const begin = (index: number, id: string | undefined, name: string, text = "") => ({
    index,
    ...(id !== undefined && { id }),
    function: { name, arguments: text }
  })
  const more = (index: number, text: string) => ({ index, function: { arguments: text } })

  it("at the last letter of its arguments", () => {
    assert.deepStrictEqual(timesOf([begin(0, "a", "x"), more(0, '{"n":{"m":'), more(0, '"}"}'), more(0, "}")]), [
      [],
      [],
      [],
      ['x{"n":{"m":"}"}}'],
      []
    ])
  })

  it("after those before it, though it is whole sooner", () => {
    const pieces = [
      begin(0, "a", "x", '{"n":'),
      begin(1, "b", "y", '{"n":2}'),
      more(0, "1}"),
      begin(2, "c", "z", '{"n":3}')
    ]
    assert.deepStrictEqual(timesOf(pieces), [[], [], ['x{"n":1}', 'y{"n":2}'], ['z{"n":3}'], []])
  })

  it("once, whatever its server says of it afterwards", () => {
    const whole = begin(0, "a", "x", '{"n":1}')
    const trailers = [more(0, "\n"), more(0, ""), begin(0, "a", "x"), whole, begin(0, undefined, "x"), more(0, "}")]
    assert.deepStrictEqual(timesOf([whole, ...trailers]), [['x{"n":1}'], ...trailers.map(() => []), []])
  })

  it("only at the finish where its arguments are an empty object", () => {
    assert.deepStrictEqual(timesOf([begin(0, "a", "x", "{}"), begin(1, "b", "y", "{}")]), [[], [], ["x{}", "y{}"]])
  })

  it("at the next one where its arguments are an empty object and no call has an index", () => {
    const whole = (name: string) => ({ function: { name, arguments: "{}" } })
    assert.deepStrictEqual(timesOf([whole("x"), whole("y")]), [[], ["x{}"], ["y{}"]])
  })

  it("with the arguments that come for an empty object after another call has begun", () => {
    const pieces = [
      begin(0, "a", "x", "{}"),
      begin(1, "b", "y", "{}"),
      more(0, '{"n":1}'),
      more(1, '{"n":'),
      more(1, "2}")
    ]
    assert.deepStrictEqual(timesOf(pieces), [[], [], ['x{"n":1}'], [], ['y{"n":2}'], []])
  })

  it("with the arguments that a server sends after an empty object", () => {
    assert.deepStrictEqual(timesOf([begin(0, "a", "x", "{}"), more(0, '{"n":'), more(0, "1}")]), [
      [],
      [],
      ['x{"n":1}'],
      []
    ])
    assert.deepStrictEqual(timesOf([begin(0, "a", "x", " { } "), begin(0, "a", "x", '{"n":1}')]), [
      [],
      ['x{"n":1}'],
      []
    ])
  })

  it("by itself where every call has the index 0, with ids or without", () => {
    for (const ids of [["a", "b"], []]) {
      assert.deepStrictEqual(
        timesOf([begin(0, ids[0], "x"), more(0, '{"n":1}'), begin(0, ids[1], "y"), more(0, '{"n":2}')]),
        [[], ['x{"n":1}'], [], ['y{"n":2}'], []]
      )
      assert.deepStrictEqual(timesOf([begin(0, ids[0], "x", "{}"), begin(0, ids[1], "y", '{"n":2}')]), [
        [],
        ["x{}", 'y{"n":2}'],
        []
      ])
    }
  })

  it("whole though each of its pieces has another id", () => {
    const piece = (id: string, text: string) => ({ ...more(0, text), id })
    assert.deepStrictEqual(timesOf([begin(0, "a", "x"), piece("b", '{"n":'), piece("c", "1}")]), [
      [],
      [],
      ['x{"n":1}'],
      []
    ])
  })

  it("at the finish where its arguments are no object, or more than one", () => {
    for (const text of ["[1]", "12", "{'n':1}", '{"n":1}{"m":2}']) {
      assert.deepStrictEqual(timesOf([begin(0, "a", "x", text)]), [[], [`x${text}`]])
    }
  })

  it("behind one that cannot be read, at the finish", () => {
    const pieces = [begin(0, "a", "x", "{n:1}"), begin(1, "b", "y", '{"n":2}'), begin(2, "c", "z", '{"n":3}')]
    assert.deepStrictEqual(timesOf(pieces), [[], [], [], ["x{n:1}", 'y{"n":2}', 'z{"n":3}']])
  })

  it("in the model's order, by hundreds", () => {
    const count = 500
    const wanted = Array.from({ length: count }, (_, n) => `x{"n":${n}}`)
    const turns = Array.from({ length: count }, (_, n) => [begin(n, `id${n}`, "x"), more(n, `{"n":`), more(n, `${n}}`)])
    assert.deepStrictEqual(timesOf(turns.flat()).flat(), wanted)
    const interleaved = [0, 1, 2].flatMap((at) => turns.map((pieces) => pieces[at]))
    assert.deepStrictEqual(timesOf(interleaved).flat(), wanted)
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
    assert.deepStrictEqual(
      parts.map(({ _tag }) => _tag),
      ["CallDelta", "CallDelta", "Call"]
    )
  })
})
