/**
 * What a wire sees of an event without reading it is what reading it tells.
 */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { ChatWire } from "../src/ChatWire.ts"
import { EventBytes } from "../src/EventBytes.ts"
import * as ModelWire from "../src/ModelWire.ts"
import { ResponsesWire } from "../src/ResponsesWire.ts"

/** Letters that mean something in JSON, or to whoever looks for something in it. */
const Text = Schema.Array(
  Schema.Literals(["a", " ", '"', "\\", "{", "}", ",", ':"', "é", "🎬", "\n", `,"delta":"`, `"finish_reason":"`, ""])
)
const Value = Schema.Union([Text, Schema.Json])

const Event = Schema.Struct({
  text: Text,
  index: Schema.Literals([0, 1, 7]),
  /** Members beside those that every event has, before and after what brings the text. */
  before: Schema.Array(
    Schema.Tuple([Schema.Literals(["item_id", "model", "error", "usage", "delta", "choices", "x"]), Value])
  ),
  after: Schema.Array(
    Schema.Tuple([Schema.Literals(["logprobs", "finish_reason", "usage", "error", "obfuscation", "delta", "x"]), Value])
  )
})

const joined = (value: unknown): unknown =>
  Array.isArray(value) && value.every((letter) => typeof letter === "string") ? value.join("") : value

const members = (list: ReadonlyArray<readonly [string, unknown]>) =>
  Object.fromEntries(list.map(([name, value]) => [name, joined(value)]))

const dataOf = (text: string): EventBytes => {
  const data = new EventBytes()
  data.move(Buffer.from(text))
  return data
}

const partsOf = <State>(seen: string | ModelWire.Step<State>): ReadonlyArray<ModelWire.WirePart> =>
  typeof seen !== "string" ? seen.parts : seen === "" ? [] : [{ _tag: "TextDelta", delta: seen }]

/** How often an event was seen through, so that the property is known to say something. */
const check = <State>(wire: ModelWire.ModelWire<State>, state: State, event: unknown): boolean => {
  const data = JSON.stringify(event)
  const seen = wire.skim(state, dataOf(data), undefined)
  if (seen === undefined) return false
  const stepped = wire.step(state, JSON.parse(data))
  assert.deepStrictEqual(typeof seen === "string" ? { state, parts: partsOf(seen) } : seen, stepped)
  return true
}

const begunResponse = ResponsesWire.step(ResponsesWire.initial, {
  type: "response.output_text.delta",
  output_index: 0,
  delta: "a"
}).state

const toldResponse = [
  { type: "response.output_item.added", output_index: 1, item: { type: "function_call", call_id: "c", name: "look" } },
  { type: "response.function_call_arguments.done", output_index: 1, arguments: "{}" }
].reduce((state, event) => ResponsesWire.step(state, event).state, begunResponse)

const begunChat = ChatWire.step(ChatWire.initial, { id: "c", model: "m", choices: [{ delta: { content: "a" } }] }).state

describe("what shows without reading", () => {
  it.prop("is what reading tells, in Responses", [Event], ([{ after, before, index, text }]) => {
    const type = "response.output_text.delta"
    const delta = { delta: joined(text) }
    for (const event of [
      { type, output_index: index, ...delta, ...members(after) },
      { type, ...members(before), output_index: index, ...delta, ...members(after) },
      { type, ...delta, ...members(before), output_index: index }
    ]) {
      check(ResponsesWire, begunResponse, event)
      check(ResponsesWire, ResponsesWire.initial, event)
    }
  })

  it.prop("is what reading tells of items that are done, in Responses", [Event], ([{ after, before, index, text }]) => {
    const type = "response.output_item.done"
    const part = { type: "output_text", text: joined(text) }
    for (const item of [
      { type: "message", content: [part], ...members(after) },
      { type: "function_call", call_id: "c", name: "look", arguments: joined(text), ...members(after) },
      { type: "reasoning", output_index: 0, ...members(after) }
    ] as const) {
      const seen = [
        { type, output_index: index, item },
        { type, ...members(before), item, output_index: index },
        { type, item: { output_index: 0, ...item }, output_index: index }
      ].map((event) => check(ResponsesWire, toldResponse, event))
      // Item 0 was a message and item 1 a call: what fits is seen through.
      const told = { message: 0, function_call: 1, reasoning: undefined }[item.type]
      if (before.length + after.length === 0) assert.strictEqual(seen[0], index === told)
    }
  })

  it.prop("is what reading tells of a response that begins or ends", [Event], ([{ after, before, text }]) => {
    const response = {
      ...members(before),
      id: joined(text),
      output: [{ id: "no", usage: {} }, ...before],
      status: "completed",
      usage: { input_tokens: 3, output_tokens: 2, input_tokens_details: { cached_tokens: 1 } },
      tools: [{ id: "no", model: "no", parameters: { properties: { usage: {}, status: joined(text) } } }],
      model: "m",
      ...members(after)
    }
    for (const type of ["response.created", "response.completed", "response.in_progress"]) {
      for (const event of [
        { type, sequence_number: 7, response, ...members(after) },
        { type, ...members(before), response },
        { type, x: { response: 1 }, response: text }
      ]) {
        for (const state of [ResponsesWire.initial, toldResponse]) {
          const isSeen = check(ResponsesWire, state, event)
          if (before.length + after.length === 0 && event.response === response && type === "response.created") {
            assert.isTrue(isSeen)
          }
        }
      }
    }
  })

  it.prop("is what reading tells, in Chat", [Event], ([{ after, before, index, text }]) => {
    const delta = { content: joined(text) }
    for (const event of [
      { id: "c", choices: [{ index, delta, ...members(after) }], usage: null },
      { id: "c", ...members(before), choices: [{ index, delta: { ...delta, ...members(before) } }], ...members(after) },
      {
        choices: [
          { index, ...members(before) },
          { index, delta }
        ],
        ...members(after)
      },
      { choices: [{ index }], delta, ...members(after) }
    ]) {
      check(ChatWire, begunChat, event)
      check(ChatWire, ChatWire.initial, event)
    }
  })

  it("is the text of the events that OpenAI and others send for each token", () => {
    assert.isTrue(
      check(ResponsesWire, begunResponse, {
        type: "response.output_text.delta",
        sequence_number: 4,
        item_id: "msg_1",
        output_index: 0,
        content_index: 0,
        delta: " 千と",
        logprobs: [],
        obfuscation: "f9Qx"
      })
    )
    assert.isTrue(
      check(ChatWire, begunChat, {
        id: "c",
        object: "chat.completion.chunk",
        created: 1_760_000_000,
        model: "m",
        choices: [{ index: 0, delta: { content: " 千と" }, logprobs: null, finish_reason: null }],
        usage: null,
        obfuscation: "f9Qx"
      })
    )
  })

  it("is nothing where an event tells more, or means another text", () => {
    const type = "response.output_text.delta"
    for (const event of [
      { type, logprobs: [{ token: "b", delta: "b" }], output_index: 0, delta: "a" },
      { type, output_index: 1, delta: "a" }
    ]) {
      assert.isFalse(check(ResponsesWire, begunResponse, event))
    }
    const delta = { content: "a" }
    for (const event of [
      { choices: [{ index: 0, delta }], usage: { prompt_tokens: 1 } },
      { choices: [{ index: 0, delta: { ...delta, refusal: "no" } }] },
      { choices: [{ index: 0 }, { index: 1, delta }] },
      { choices: [{ index: 0, delta, finish_reason: "stop" }] },
      { x: { index: 0, delta }, choices: [] },
      { choices: [{ index: 0, delta }], error: "no" }
    ]) {
      assert.isFalse(check(ChatWire, begunChat, event))
    }
  })

  it("is nothing of the pieces of arguments, unless they are wanted", () => {
    const piece = { type: "response.function_call_arguments.delta", output_index: 0, delta: "{" }
    assert.isTrue(check(ResponsesWire, begunResponse, piece))
    assert.isUndefined(ResponsesWire.skim(begunResponse, dataOf(JSON.stringify(piece)), "plan"))
    const done = { ...piece, type: "response.function_call_arguments.done" }
    assert.isUndefined(ResponsesWire.skim(begunResponse, dataOf(JSON.stringify(done)), undefined))
  })

  /** A chat whose calls 0 and 1 have begun. Calls grow in place, so each reader needs its own. */
  const begunCalls = () =>
    ["look", "find"].reduce((state, name, index) => {
      const call = { index, id: `call_${index}`, function: { name, arguments: "" } }
      return ChatWire.step(state, { id: "c", model: "m", choices: [{ delta: { tool_calls: [call] } }] }).state
    }, ChatWire.initial)

  it.prop("is what reading tells of a piece of arguments, in Chat", [Event], ([{ after, before, index, text }]) => {
    const piece = { index, function: { arguments: joined(text) } }
    const events = [
      [{ index: 0, delta: { tool_calls: [piece] }, ...members(after) }],
      [{ index: 0, ...members(before), delta: { tool_calls: [piece] } }],
      [{ index: 0, delta: { tool_calls: [piece, piece] } }],
      [{ index: 0, delta: { tool_calls: [{ ...piece, ...members(before) }] } }],
      [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: joined(text), ...members(after) } }] } }],
      [{ index: 0, delta: { tool_calls: [piece], ...members(after) } }],
      [
        { index: 0, ...members(before) },
        { index: 1, delta: { tool_calls: [piece] } }
      ]
    ].map((choices) => ({ id: "c", choices, ...members(after) }))
    for (const deltasOf of [undefined, "look"]) {
      const [skimmed, stepped] = [begunCalls(), begunCalls()]
      for (const event of events) {
        const data = JSON.stringify(event)
        const seen = ChatWire.skim(skimmed, dataOf(data), deltasOf)
        if (seen === undefined) continue
        assert.deepStrictEqual(partsOf(seen), ChatWire.step(stepped, JSON.parse(data), deltasOf).parts)
      }
      assert.deepStrictEqual(ChatWire.end(skimmed, true), ChatWire.end(stepped, true))
    }
  })

  it("is the piece of arguments that OpenAI and others send, escapes and all", () => {
    const state = begunCalls()
    const piece = (text: string, index: number) =>
      dataOf(
        JSON.stringify({
          id: "c",
          object: "chat.completion.chunk",
          model: "m",
          choices: [
            {
              index: 0,
              delta: { tool_calls: [{ index, function: { arguments: text } }] },
              logprobs: null,
              finish_reason: null
            }
          ],
          usage: null
        })
      )
    assert.deepStrictEqual(ChatWire.skim(state, piece(`{"q":"千\\u00e9`, 0), "look"), {
      state,
      parts: [{ _tag: "CallDelta", id: "call_0", delta: `{"q":"千\\u00e9` }]
    })
    assert.deepStrictEqual(ChatWire.skim(state, piece(`"}`, 0), undefined), {
      state,
      parts: [ModelWire.callPart("call_0", "look", `{"q":"千\\u00e9"}`)]
    })
  })
})
