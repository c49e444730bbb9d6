import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Prompt, Tool } from "effect/ai"

import * as ChatReader from "../../src/scripted/ChatReader.ts"
import * as Conversation from "../../src/scripted/Conversation.ts"
import * as PromptReader from "../../src/scripted/PromptReader.ts"
import * as ResponsesReader from "../../src/scripted/ResponsesReader.ts"
import { type Script, speak, turnOf } from "../../src/scripted/Script.ts"

/** One exchange of a conversation: what the user said, the calls of the model with their results, and what it said then. */
const Turn = Schema.Struct({
  question: Schema.NonEmptyString,
  calls: Schema.Array(
    Schema.Struct({ name: Schema.Literals(["find", "list"]), query: Schema.String, isFailure: Schema.Boolean })
  ),
  answer: Schema.String
})
const Dialogue = Schema.Struct({
  system: Schema.NonEmptyString,
  turns: Schema.Array(Turn),
  question: Schema.NonEmptyString
})
type Dialogue = typeof Dialogue.Type

const names = ["find", "list"] as const
const tools = names.map((name) => Tool.make(name, { parameters: Schema.Struct({ query: Schema.String }) }))

const result = (query: string, isFailure: boolean) =>
  isFailure
    ? { _tag: "MediaError", reason: { _tag: "NotFound", message: `no ${query}` } }
    : { total: 1, items: [{ title: query }], nextCursor: null }

const numbered = (dialogue: Dialogue) =>
  dialogue.turns.map((turn, index) => ({
    ...turn,
    calls: turn.calls.map((call, position) => ({ ...call, id: `call_${index}_${position}` }))
  }))

const asPrompt = (dialogue: Dialogue) =>
  PromptReader.read({
    prompt: Prompt.make([
      { role: "system", content: dialogue.system },
      ...numbered(dialogue).flatMap(({ answer, calls, question }): ReadonlyArray<Prompt.MessageEncoded> => [
        { role: "user", content: [{ type: "text", text: question }] },
        {
          role: "assistant",
          content: calls.map(({ id, name, query }) => ({ type: "tool-call", id, name, params: { query } }) as const)
        },
        {
          role: "tool",
          content: calls.map(
            ({ id, isFailure, name, query }) =>
              ({ type: "tool-result", id, name, isFailure, result: result(query, isFailure) }) as const
          )
        },
        { role: "assistant", content: answer }
      ]),
      { role: "user", content: dialogue.question }
    ]),
    tools,
    toolChoice: "auto"
  })

const asChat = (dialogue: Dialogue) =>
  Effect.runSync(
    ChatReader.read({
      model: "m",
      messages: [
        { role: "developer", content: dialogue.system },
        ...numbered(dialogue).flatMap(({ answer, calls, question }) => [
          { role: "user", content: [{ type: "text", text: question }] },
          {
            role: "assistant",
            content: null,
            tool_calls: calls.map(({ id, name, query }) => ({
              id,
              type: "function",
              function: { name, arguments: JSON.stringify({ query }) }
            }))
          },
          ...calls.map(({ id, isFailure, query }) => ({
            role: "tool",
            tool_call_id: id,
            content: JSON.stringify(result(query, isFailure))
          })),
          { role: "assistant", content: answer }
        ]),
        { role: "user", content: dialogue.question }
      ],
      tools: names.map((name) => ({ type: "function", function: { name, parameters: {} } }))
    })
  ).conversation

const asResponses = (dialogue: Dialogue) =>
  Effect.runSync(
    ResponsesReader.read(
      {
        model: "m",
        instructions: dialogue.system,
        input: [
          ...numbered(dialogue).flatMap(({ answer, calls, question }) => [
            { role: "user", content: [{ type: "input_text", text: question }] },
            { type: "reasoning", id: "rs_1", summary: [] },
            ...calls.map(({ id, name, query }) => ({
              type: "function_call",
              call_id: id,
              name,
              arguments: JSON.stringify({ query })
            })),
            ...calls.map(({ id, isFailure, query }) => ({
              type: "function_call_output",
              call_id: id,
              output: JSON.stringify(result(query, isFailure))
            })),
            { type: "message", role: "assistant", content: [{ type: "output_text", text: answer, annotations: [] }] }
          ]),
          { role: "user", content: dialogue.question }
        ],
        tools: names.map((name) => ({ type: "function", name, parameters: {} }))
      },
      () => undefined
    )
  ).conversation

/** Says back all it saw, so that two views differ in their replies where they differ at all. */
const parrot: Script = (view) => ({
  text: `${turnOf(view)} ${JSON.stringify(view)}`,
  calls: [{ name: "find", input: { query: view.question } }]
})

describe("Conversation.view", () => {
  it.prop("is the same for a prompt, chat messages and response items", [Dialogue], ([dialogue]) => {
    const views = [asPrompt(dialogue), asChat(dialogue), asResponses(dialogue)].map(Conversation.view)
    assert.deepStrictEqual(views[1], views[0])
    assert.deepStrictEqual(views[2], views[0])
    const [first, ...others] = views.map((view) => speak(parrot, view))
    for (const other of others) assert.deepStrictEqual(other, first)
  })

  it("holds calls with their input and results with their name and outcome", () => {
    const dialogue: Dialogue = {
      system: "Be brief.",
      turns: [
        {
          question: "Heat?",
          calls: [
            { name: "find", query: "Heat", isFailure: false },
            { name: "list", query: "Ronin", isFailure: true }
          ],
          answer: "Found."
        }
      ],
      question: "And Alien?"
    }
    assert.deepStrictEqual(Conversation.view(asChat(dialogue)), {
      system: "Be brief.",
      messages: [
        { role: "user", text: "Heat?" },
        {
          role: "assistant",
          text: "",
          calls: [
            { id: "call_0_0", name: "find", input: { query: "Heat" } },
            { id: "call_0_1", name: "list", input: { query: "Ronin" } }
          ]
        },
        { role: "tool", callId: "call_0_0", name: "find", result: result("Heat", false), isFailure: false },
        { role: "tool", callId: "call_0_1", name: "list", result: result("Ronin", true), isFailure: true },
        { role: "assistant", text: "Found.", calls: [] },
        { role: "user", text: "And Alien?" }
      ],
      tools: ["find", "list"],
      toolChoice: "auto",
      question: "And Alien?"
    })
  })

  it("joins neighbouring assistant texts and calls into one turn, as response items cannot tell them apart", () => {
    const { messages } = Conversation.view({
      items: [
        { _tag: "Assistant", text: "Let me " },
        { _tag: "Call", id: "c1", name: "find", inputText: "{}" },
        { _tag: "Assistant", text: "look." },
        { _tag: "Call", id: "c2", name: "find", inputText: "not JSON" }
      ],
      tools: [],
      toolChoice: "auto",
      toolsText: ""
    })
    assert.deepStrictEqual(messages, [
      {
        role: "assistant",
        text: "Let me look.",
        calls: [
          { id: "c1", name: "find", input: {} },
          { id: "c2", name: "find", input: "not JSON" }
        ]
      }
    ])
  })

  it("has no tool choice but none where no tool is offered", () => {
    const view = Conversation.view({ items: [], tools: [], toolChoice: "auto", toolsText: "" })
    assert.strictEqual(view.toolChoice, "none")
  })
})

describe("Conversation.failureMessage", () => {
  it("finds the sentence in each form of failure", () => {
    const cases: ReadonlyArray<readonly [unknown, string | undefined]> = [
      [{ _tag: "MediaError", message: "Plex is away." }, "Plex is away."],
      [{ _tag: "MediaError", reason: { _tag: "Unreachable", message: "no route" } }, "no route"],
      [{ _tag: "MediaError", reason: { _tag: "Unreachable" } }, "Unreachable"],
      [{ error: "boom" }, "boom"],
      [{ error: { message: "inner" } }, "inner"],
      [{ type: "execution-denied", reason: "not today" }, "not today"],
      [{ type: "execution-denied" }, "it was not approved"],
      [{ total: 0, items: [], error: null }, undefined],
      ["plain text", undefined],
      [null, undefined]
    ]
    for (const [value, expected] of cases) assert.strictEqual(Conversation.failureMessage(value), expected)
  })
})

describe("a tool choice", () => {
  const read = (tool_choice: unknown) =>
    Conversation.view(
      Effect.runSync(
        ChatReader.read({
          model: "m",
          messages: [{ role: "user", content: "hi" }],
          tools: names.map((name) => ({ type: "function", function: { name } })),
          tool_choice
        })
      ).conversation
    )

  it("is read in every form", () => {
    assert.strictEqual(read(undefined).toolChoice, "auto")
    assert.strictEqual(read("required").toolChoice, "required")
    assert.deepStrictEqual(read({ type: "function", function: { name: "list" } }).toolChoice, { tool: "list" })
    const allowed = read({
      type: "allowed_tools",
      allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "list" } }] }
    })
    assert.deepStrictEqual([allowed.tools, allowed.toolChoice], [["list"], "required"])
  })

  it("none keeps a script from calling", () => {
    assert.deepStrictEqual(speak(parrot, read("none")).calls, [])
    assert.deepStrictEqual(
      speak(parrot, read("auto")).calls.map((call) => call.id),
      ["call_0_0"]
    )
  })
})
