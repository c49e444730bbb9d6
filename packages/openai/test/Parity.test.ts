/** Both roads to a model, our own under `ModelStream` and Effect's `LanguageModel` adapted to it, are to be one to the server. */
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import { type Message, type ModelPart, type ModelRequest, ModelStream } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted, Schema, Stream } from "effect"
import { Tool } from "effect/ai"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { joined } from "./recordings.ts"
import { eventStream, serve } from "./servers.ts"

const never = Duration.days(10_000)

const tools = [
  Tool.make("search", { description: "Search.", parameters: Schema.Struct({ q: Schema.optionalKey(Schema.String) }) }),
  Tool.make("watched")
]

const events = (...all: ReadonlyArray<object>) => all.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")

/** Reasoning before text and before a call, arguments oddly written, and arguments that are cut short. */
const answers = {
  responses: events(
    { type: "response.created", response: { id: "resp_1", model: "gpt-5" } },
    {
      type: "response.output_item.done",
      output_index: 0,
      item: { id: "rs_1", type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "gA" }
    },
    { type: "response.output_text.delta", output_index: 1, delta: "Look" },
    { type: "response.output_text.delta", output_index: 1, delta: "ing." },
    {
      type: "response.output_item.done",
      output_index: 2,
      item: { id: "rs_2", type: "reasoning", summary: [], encrypted_content: "gB" }
    },
    ...["{ }", '{"q":  "Heat"}', '{"q":'].map((input, index) => ({
      type: "response.output_item.done",
      output_index: 3 + index,
      item: { id: `fc_${index}`, type: "function_call", call_id: `call_${index}`, name: "search", arguments: input }
    })),
    { type: "response.completed", response: { id: "resp_1", model: "gpt-5", status: "completed", output: [] } }
  ),
  chat: events(
    { id: "c1", model: "gpt-5", choices: [{ delta: { content: "Looking." } }] },
    ...["{ }", '{"q":  "Heat"}', '{"q":'].map((input, index) => ({
      choices: [
        { delta: { tool_calls: [{ index, id: `call_${index}`, function: { name: "search", arguments: input } }] } }
      ]
    })),
    { choices: [{ delta: {}, finish_reason: "tool_calls" }] }
  )
} as const

const question: Message = { role: "user", text: "Both?" }

const request = (messages: ReadonlyArray<Message>): ModelRequest => ({
  messages: [{ role: "system", text: "be brief" }, ...messages],
  tools,
  toolChoice: "auto",
  cacheKey: undefined,
  deltasOf: undefined
})

const said = (parts: ReadonlyArray<ModelPart>): Message => ({
  role: "assistant",
  text: parts.map((part) => (part._tag === "TextDelta" ? part.delta : "")).join(""),
  calls: parts.flatMap((part) => (part._tag === "Call" ? [part.call] : [])),
  echo: parts.flatMap((part) => (part._tag === "Echo" ? [part.item] : [])),
  responseId: undefined
})

/** What the engine goes by: how arguments were written, and why they cannot be read, is each road's own affair. */
const heard = (parts: ReadonlyArray<ModelPart>) =>
  joined(parts).flatMap((part): ReadonlyArray<unknown> => {
    switch (part._tag) {
      case "Call": {
        const { fault, id, input, name } = part.call
        return [{ id, name, input, isReadable: fault === undefined }]
      }
      case "Finish":
        return [{ reason: part.reason, usage: part.usage, responseId: part.responseId, model: part.model }]
      case "Echo":
        return []
      default:
        return [part]
    }
  })

describe("a LanguageModel by way of the adapter", () => {
  for (const api of ["responses", "chat"] as const) {
    it.effect(`sends and hears what our own ModelStream does, over ${api}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) =>
          response.writeHead(200, eventStream).end(`${answers[api]}data: [DONE]\n\n`)
        )
        const options = {
          api,
          baseUrl: server.baseUrl,
          apiKey: Redacted.make("sk-0123456789abcdef"),
          model: "gpt-5",
          connectTimeout: never,
          idleTimeout: never
        }
        const adapted = Layer.provide(
          LanguageModelStream.layer({ provider: "openai", model: "gpt-5" }),
          OpenAiModel.layerLanguageModel(options)
        )
        const converse = Effect.gen(function* () {
          const model = yield* ModelStream
          const parts = yield* Stream.runCollect(model.stream(request([question])))
          const results = [`{ "found": ["Heat"] }`, "no JSON", `{"error":"unreadable"}`].map(
            (text, index): Message => ({
              role: "tool",
              callId: `call_${index}`,
              name: "search",
              text,
              isFailure: index === 2
            })
          )
          yield* Stream.runDrain(model.stream(request([question, said(parts), ...results])))
          return heard(parts)
        })
        const own = yield* Effect.provide(converse, OpenAiModel.layerModelStream(options))
        const other = yield* Effect.provide(converse, adapted)
        assert.deepStrictEqual(other, own)
        assert.strictEqual(own.length, 5)
        const bodies = server.seen.map(({ body }) => JSON.stringify(body))
        assert.strictEqual(bodies.length, 4)
        assert.strictEqual(bodies[2], bodies[0])
        assert.strictEqual(bodies[3], bodies[1])
        assert.include(bodies[1], '{\\"q\\":  \\"Heat\\"}')
      })
    )
  }
})
