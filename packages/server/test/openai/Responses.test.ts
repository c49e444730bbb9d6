/**
 * Responses, asked by OpenAI's own client, and the seven published cases of Open Responses (openresponses.org, compliance tests): basic
 * text, streaming, system prompt, tool call, streamed tool call, image input, several turns.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import OpenAI, { BadRequestError, NotFoundError } from "openai"

import { eventMisfits, misfits, needsSpecs } from "../support/specs.ts"
import * as TestServer from "../support/TestServer.ts"

type Params = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, "model">

const clientOf = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 })

/** Where the two contradict one another: of a response under way Open Responses wants `usage` to be null, OpenAI's to be left out. */
const isOfOthers = (line: string) => line.endsWith("/response/usage: must be object")

const assertDescribed = (response: unknown) => {
  assert.deepStrictEqual(misfits("openresponses", "ResponseResource", response), [])
  assert.deepStrictEqual(
    misfits("openai", "Response", response).filter((line) => !isOfOthers(line)),
    []
  )
}

const create = (url: string, params: Params) =>
  Effect.promise(() => clientOf(url).responses.create({ model: "toy", ...params }))

const stream = (url: string, params: Params) =>
  Effect.promise(async () =>
    Array.fromAsync(await clientOf(url).responses.create({ model: "toy", ...params, stream: true }))
  )

const assertStream = (events: ReadonlyArray<OpenAI.Responses.ResponseStreamEvent>) => {
  assert.deepStrictEqual(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_, index) => index)
  )
  assert.deepStrictEqual(
    events.slice(0, 2).map(({ type }) => type),
    ["response.created", "response.in_progress"]
  )
  for (const event of events) {
    assert.deepStrictEqual(eventMisfits("openresponses", event), [])
    assert.deepStrictEqual(
      eventMisfits("openai", event).filter((line) => !isOfOthers(line)),
      []
    )
  }
}

const last = (events: ReadonlyArray<OpenAI.Responses.ResponseStreamEvent>) => {
  const event = events.at(-1)
  return event?.type === "response.completed" ? event.response : assert.fail(`It ended with ${event?.type}.`)
}

/** The same whether it was streamed or not. */
const outputs = ({ output }: OpenAI.Responses.Response) =>
  output.map((item) => {
    if (item.type === "message") return item.content.map((part) => (part.type === "output_text" ? part.text : ""))
    return item.type === "function_call" ? [item.name, item.arguments] : []
  })

const pick: OpenAI.Responses.FunctionTool = {
  type: "function",
  name: "pick",
  description: "Picks.",
  strict: false,
  parameters: { type: "object", properties: { key: { type: "string" } } }
}

describe(`POST /v1/responses${needsSpecs}`, () => {
  it.live("basic text", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const response = yield* create(url, { input: "say 3" })
      assertDescribed(response)
      assert.deepStrictEqual([response.status, response.output_text], ["completed", "wordwordword"])
      assert.strictEqual(
        response.usage?.total_tokens,
        (response.usage?.input_tokens ?? 0) + (response.usage?.output_tokens ?? 0)
      )
      assert.isAbove(response.usage?.input_tokens ?? 0, 0)
    })
  )

  it.live("streaming", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const events = yield* stream(url, { input: "look a" })
      assertStream(events)
      const text = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("")
      assert.strictEqual(text, '"value of a"')
      const response = last(events)
      assertDescribed(response)
      assert.deepStrictEqual(outputs(response), [[text]])
    })
  )

  it.live("system prompt", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const response = yield* create(url, {
        instructions: "Speak like a pirate.",
        input: [
          { role: "developer", content: "Be brief." },
          { role: "user", content: "recall all" }
        ]
      })
      assertDescribed(response)
      assert.strictEqual(response.instructions, "Speak like a pirate.")
      for (const part of ["Do as you are told.", "Speak like a pirate.", "Be brief."])
        assert.include(response.output_text, part)
    })
  )

  it.live("tool call, and its result by previous_response_id and by the whole conversation", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const asked = { type: "message", role: "user", content: "pick b" } as const
      const response = yield* create(url, { input: [asked], tools: [pick] })
      assertDescribed(response)
      const [call] = response.output
      if (call?.type !== "function_call") return assert.fail("It has no call.")
      assert.deepStrictEqual([call.name, call.arguments, call.status], ["pick", '{"key":"b"}', "completed"])
      const output = { type: "function_call_output", call_id: call.call_id, output: '"mine"' } as const
      const expected = '["value of b","mine"]'
      const onward = yield* create(url, { previous_response_id: response.id, input: [output], tools: [pick] })
      assert.strictEqual(onward.output_text, expected)
      const whole = yield* create(url, {
        input: [
          asked,
          { type: "function_call", call_id: call.call_id, name: call.name, arguments: call.arguments },
          output
        ],
        tools: [pick]
      })
      assert.strictEqual(whole.output_text, expected)
    })
  )

  it.live("streamed tool call", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const events = yield* stream(url, { input: "pick c", tools: [pick], tool_choice: "required" })
      assertStream(events)
      const types = new Set(events.map(({ type }) => type))
      assert.isTrue(types.has("response.function_call_arguments.delta"))
      assert.isTrue(types.has("response.function_call_arguments.done"))
      assert.deepStrictEqual(outputs(last(events)), [["pick", '{"key":"c"}']])
    })
  )

  it.live("image input", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const image = (image_url: string) => ({ type: "input_image", image_url, detail: "auto" }) as const
      const ask = (image_url: string) =>
        create(url, { input: [{ role: "user", content: [{ type: "input_text", text: "say 2" }, image(image_url)] }] })
      const response = yield* ask("data:image/png;base64,iVBORw0KGgo=")
      assertDescribed(response)
      assert.strictEqual(response.output_text, "wordword")
      const error = yield* Effect.promise(() =>
        clientOf(url)
          .responses.create({ model: "toy", input: [{ role: "user", content: [image("file:///etc/passwd")] }] })
          .catch((error: unknown) => error)
      )
      assert.instanceOf(error, BadRequestError)
    })
  )

  it.live("several turns, sent and kept", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const sent = yield* create(url, {
        input: [
          { role: "user", content: "My name is Alice." },
          { role: "assistant", content: "Hello Alice." },
          { role: "user", content: "recall" }
        ]
      })
      assertDescribed(sent)
      assert.include(sent.output_text, "My name is Alice.|Hello Alice.")
      const kept = yield* create(url, { input: "recall", previous_response_id: sent.id })
      assert.include(kept.output_text, "My name is Alice.|Hello Alice.|recall|")
      assert.strictEqual(kept.previous_response_id, sent.id)
      const unkept = yield* create(url, { input: "say 1", store: false })
      for (const previous_response_id of [unkept.id, "resp_nothing", "x"]) {
        const error = yield* Effect.promise(() =>
          clientOf(url)
            .responses.create({ model: "toy", input: "say 1", previous_response_id })
            .catch((error: unknown) => error)
        )
        assert.instanceOf(error, NotFoundError)
      }
    })
  )

  it.live("takes messages of several steps, and a word to the model at the end", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const said = yield* create(url, {
        input: [
          { role: "user", content: "say 1" },
          { role: "assistant", content: "One." },
          { role: "assistant", content: "Two." },
          { role: "user", content: "recall all" },
          { role: "developer", content: "Be brief." }
        ]
      })
      assert.include(said.output_text, "One.\\n\\nTwo.")
      assert.include(said.output_text, "Be brief.")
    })
  )

  it.live("fails in the stream where the model breaks", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const events = yield* stream(url, { input: "break" })
      const event = events.at(-1)
      if (event?.type !== "response.failed") return assert.fail(`It ended with ${event?.type}.`)
      assert.strictEqual(event.response.status, "failed")
      assert.notInclude(JSON.stringify(event), "secret")
      assert.deepStrictEqual(eventMisfits("openresponses", event), [])
    })
  )
})
