import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { ChatWire } from "../src/ChatWire.ts"
import type { ModelWire, WireMessage, WireRequest, WireSettings } from "../src/ModelWire.ts"
import * as RequestBody from "../src/RequestBody.ts"
import { ResponsesWire } from "../src/ResponsesWire.ts"
import type { ToolDefinition } from "../src/ToolDefinition.ts"

const settings: WireSettings = { model: "gpt-5-mini", streaming: true, store: false, hosted: true, transport: "http" }

const tools: ReadonlyArray<ToolDefinition> = [
  { name: "search", description: "Suche: „alles“", schema: { type: "object" }, strict: true },
  { name: "watched", description: undefined, schema: { type: "object" }, strict: false }
]

const request = (messages: ReadonlyArray<WireMessage>, more: Partial<WireRequest> = {}): WireRequest => ({
  messages,
  tools,
  toolChoice: "auto",
  cacheKey: "run",
  deltasOf: undefined,
  format: undefined,
  previousResponseId: undefined,
  ...more
})

/** The request written at one go. */
const wholeOf = <State>(wire: ModelWire<State>, request: WireRequest): string =>
  JSON.stringify({
    ...wire.options(settings, request),
    ...(request.tools.length === 0 ? undefined : { tools: request.tools.map(wire.tool) }),
    [wire.itemsKey]: request.messages.flatMap((message) => wire.items(settings, message))
  })

const Message = Schema.Union([
  Schema.Struct({ role: Schema.Literal("system"), text: Schema.String }),
  Schema.Struct({ role: Schema.Literal("user"), text: Schema.String }),
  Schema.Struct({
    role: Schema.Literal("assistant"),
    text: Schema.String,
    calls: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        name: Schema.String,
        inputText: Schema.String,
        input: Schema.Undefined,
        fault: Schema.Undefined
      })
    ),
    echo: Schema.Array(Schema.Json),
    responseId: Schema.UndefinedOr(Schema.String)
  }),
  Schema.Struct({
    role: Schema.Literal("tool"),
    callId: Schema.String,
    name: Schema.String,
    text: Schema.String,
    isFailure: Schema.Boolean
  })
])

/** Of all messages: how many each request sends, which of them are another's, and what else it asks for. */
const Requests = Schema.Array(
  Schema.Struct({
    count: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 })),
    skips: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
    toolChoice: Schema.Literals(["auto", "none"]),
    hasTools: Schema.Boolean
  })
)

const wires = [ChatWire, ResponsesWire] as const

describe("RequestBody", () => {
  for (const wire of wires) {
    const make = (): ((request: WireRequest) => { readonly text: string; readonly bytes: number }) =>
      wire === ChatWire ? RequestBody.make(ChatWire, settings) : RequestBody.make(ResponsesWire, settings)
    const whole = (request: WireRequest) =>
      wire === ChatWire ? wholeOf(ChatWire, request) : wholeOf(ResponsesWire, request)

    it.prop(
      `writes byte for byte what one writes at one go, whatever was written before, to ${wire.path}`,
      [Schema.Array(Message), Requests],
      ([messages, requests]) => {
        const bodyOf = make()
        for (const { count, hasTools, skips, toolChoice } of requests) {
          const asked = request(messages.slice(skips, count), { toolChoice, tools: hasTools ? tools : [] })
          const { bytes, text } = bodyOf(asked)
          assert.strictEqual(text, whole(asked))
          assert.strictEqual(bytes, Buffer.byteLength(text))
        }
      }
    )
  }

  const user = (text: string): WireMessage => ({ role: "user", text })

  /** `ChatWire`, and the messages and tools that it was asked to write. */
  const watched = () => {
    const written: Array<WireMessage | ToolDefinition> = []
    const wire: typeof ChatWire = {
      ...ChatWire,
      tool: (tool) => {
        written.push(tool)
        return ChatWire.tool(tool)
      },
      items: (settings, message) => {
        written.push(message)
        return ChatWire.items(settings, message)
      }
    }
    return { written, bodyOf: RequestBody.make(wire, settings) }
  }

  it("writes each message and each tool of a run once", () => {
    const { bodyOf, written } = watched()
    const messages: Array<WireMessage> = []
    for (const text of ["a", "b", "c", "d"]) {
      messages.push(user(text), user(`${text}!`))
      bodyOf(request([...messages]))
    }
    assert.deepStrictEqual(written, [...tools, ...messages])
  })

  it("keeps the conversations of many runs apart, though they begin with the same message", () => {
    const { bodyOf, written } = watched()
    const first = user("same")
    const runs = ["a", "b", "c"].map((text) => [first, user(text)])
    for (const messages of runs) bodyOf(request(messages))
    written.length = 0
    for (const messages of runs) {
      const more = user("more")
      const { text } = bodyOf(request([...messages, more]))
      assert.strictEqual(text, wholeOf(ChatWire, request([...messages, more])))
      assert.deepStrictEqual(written.splice(0), [more])
    }
  })

  it("writes a conversation anew that took another turn", () => {
    const { bodyOf } = watched()
    const [a, b, c] = [user("a"), user("b"), user("c")]
    bodyOf(request([a, b]))
    for (const messages of [[c, b], [b], [a, c, b], [a, b, c], [a, b]]) {
      assert.strictEqual(bodyOf(request(messages)).text, wholeOf(ChatWire, request(messages)))
    }
  })
})
