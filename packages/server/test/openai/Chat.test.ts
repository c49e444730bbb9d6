/**
 * Chat Completions, asked by OpenAI's own client.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import OpenAI, { APIError, AuthenticationError } from "openai"

import { hasSpecs, misfits, needsSpecs } from "../support/specs.ts"
import * as TestServer from "../support/TestServer.ts"
import * as Toy from "../support/Toy.ts"

const clientOf = (url: string, apiKey = "any") => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 })

type Params = OpenAI.ChatCompletionCreateParamsNonStreaming

const user = (content: string) => ({ role: "user", content }) as const

/** Asks `params` both ways: the answer, and its chunks. */
const both = Effect.fnUntraced(function* (url: string, params: Omit<Params, "model">) {
  const client = clientOf(url)
  const whole = yield* Effect.promise(() => client.chat.completions.create({ model: "toy", ...params }))
  const chunks = yield* Effect.promise(async () => {
    const stream = await client.chat.completions.create({
      model: "toy",
      ...params,
      stream: true,
      stream_options: { include_usage: true }
    })
    return Array.fromAsync(stream)
  })
  return { whole, chunks }
})

const textOf = (chunks: ReadonlyArray<OpenAI.ChatCompletionChunk>) =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")

const finishOf = (chunks: ReadonlyArray<OpenAI.ChatCompletionChunk>) =>
  chunks.map(({ choices }) => choices[0]?.finish_reason).filter((reason) => reason != null)

const pick: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "pick",
    description: "Picks.",
    parameters: { type: "object", properties: { key: { type: "string" } } }
  }
}

/** What a client is told of a request that is wrong. */
const refusal = (client: OpenAI, params: object) =>
  Effect.promise(async () => {
    try {
      await client.post("/chat/completions", { body: { model: "toy", messages: [user("say 1")], ...params } })
      return undefined
    } catch (error) {
      return error instanceof APIError ? error : undefined
    }
  })

describe("POST /v1/chat/completions", () => {
  it.live(`answers OpenAI's client, whole and in chunks, with what was used${needsSpecs}`, () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      for (const [question, text] of [
        ["say 5", "word".repeat(5)],
        ["look a", '"value of a"']
      ] as const) {
        const { chunks, whole } = yield* both(url, { messages: [user(question)] })
        assert.strictEqual(whole.choices[0]?.message.content, text)
        assert.strictEqual(whole.choices[0]?.finish_reason, "stop")
        assert.strictEqual(textOf(chunks), text)
        assert.deepStrictEqual(finishOf(chunks), ["stop"])
        const usage = chunks.at(-1)?.usage
        assert.deepStrictEqual([chunks.at(-1)?.choices, chunks.at(-2)?.usage], [[], null])
        assert.isAbove(usage?.prompt_tokens ?? 0, 0)
        assert.strictEqual(usage?.total_tokens, (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
        assert.strictEqual(whole.usage?.completion_tokens, usage?.completion_tokens)
        assert.deepStrictEqual(misfits("openai", "CreateChatCompletionResponse", whole), [])
        for (const chunk of chunks) {
          assert.deepStrictEqual(misfits("openai", "CreateChatCompletionStreamResponse", chunk), [])
        }
      }
    })
  )

  it.live("hands over calls of the client's tools, and goes on with their results and those of the agent's own", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const messages = [user("pick a")]
      const { chunks, whole } = yield* both(url, { messages, tools: [pick] })
      const message = whole.choices[0]?.message
      assert.strictEqual(whole.choices[0]?.finish_reason, "tool_calls")
      assert.deepStrictEqual(
        message?.tool_calls?.map((call) => (call.type === "function" ? call.function : undefined)),
        [{ name: "pick", arguments: '{"key":"a"}' }]
      )
      assert.deepStrictEqual(finishOf(chunks), ["tool_calls"])
      const told = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])
      assert.deepStrictEqual(
        told.map(({ function: called, index }) => [index, called]),
        [[0, { name: "pick", arguments: '{"key":"a"}' }]]
      )
      if (hasSpecs) assert.deepStrictEqual(misfits("openai", "CreateChatCompletionResponse", whole), [])

      const id = message?.tool_calls?.[0]?.id ?? ""
      const after = yield* both(url, {
        tools: [pick],
        messages: [
          ...messages,
          ...(message === undefined ? [] : [message]),
          { role: "tool", tool_call_id: id, content: '"mine"' }
        ]
      })
      // The client never saw the agent's own call: the server has kept it.
      assert.strictEqual(after.whole.choices[0]?.message.content, '["value of a","mine"]')
      assert.strictEqual(textOf(after.chunks), '["value of a","mine"]')
    })
  )

  it.live("takes the conversation as the client has it, its instructions, and calls that nobody here knows", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { whole } = yield* both(url, {
        messages: [
          { role: "system", content: "Be brief." },
          user("say 1"),
          {
            role: "assistant",
            content: "Looking.",
            tool_calls: [{ id: "x", type: "function", function: { name: "other", arguments: "{}" } }]
          },
          { role: "tool", tool_call_id: "x", content: "done" },
          { role: "assistant", content: "word" },
          {
            role: "user",
            content: [
              { type: "text", text: "recall all" },
              { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }
            ]
          }
        ]
      })
      const said = whole.choices[0]?.message.content ?? ""
      for (const part of ["Do as you are told.", "Be brief.", "say 1", "Looking.", "done", '"word"'])
        assert.include(said, part)
    })
  )

  it.live("refuses what waits for a person's word, since nobody can be asked", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { chunks, whole } = yield* both(url, { messages: [user("change chat")] })
      assert.match(whole.choices[0]?.message.content ?? "", /not approved/)
      assert.match(textOf(chunks), /not approved/)
      assert.notInclude(Toy.diary, "change chat")
    })
  )

  it.live("refuses in OpenAI's words what it cannot do, and stops with a client that leaves", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ token: undefined })
      const client = clientOf(url)
      const cases: ReadonlyArray<readonly [object, number, string | null]> = [
        [{ model: "other" }, 404, "model"],
        [{ n: 2 }, 400, "n"],
        [{ response_format: { type: "json_object" } }, 400, "response_format"],
        [{ messages: [] }, 400, null],
        [{ messages: [{ role: "assistant", content: "x" }] }, 400, "messages"],
        [{ messages: [{ role: "tool", tool_call_id: "y", content: "1" }] }, 400, null],
        [{ messages: [user("")] }, 400, null],
        [{ messages: [user("break")] }, 500, null]
      ]
      for (const [params, status, param] of cases) {
        const error = yield* refusal(client, params)
        assert.deepStrictEqual([error?.status, error?.param ?? null], [status, param], JSON.stringify(params))
        assert.isAbove(error?.message.length ?? 0, 10)
        assert.deepStrictEqual(misfits("openai", "ErrorResponse", { error: error?.error }), [])
      }
      const asked = yield* Effect.forkChild(
        Effect.promise((signal) =>
          client.chat.completions
            .create({ model: "toy", messages: [user("hang chat")] }, { signal })
            .catch(() => undefined)
        )
      )
      while (!Toy.diary.includes("begin hang chat")) yield* Effect.sleep(2)
      yield* Fiber.interrupt(asked)
      while (runs.counts().running > 0) yield* Effect.sleep(2)
      assert.include(Toy.diary, "stop hang chat")
    })
  )

  it.live("tells a client that streams why an answer broke off", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const error = yield* Effect.promise(async () => {
        try {
          const stream = await clientOf(url).chat.completions.create({
            model: "toy",
            messages: [user("break")],
            stream: true
          })
          for await (const _ of stream);
          return undefined
        } catch (error) {
          return error
        }
      })
      assert.instanceOf(error, APIError)
      assert.notInclude(String(error), "secret")
    })
  )
})

describe("GET /v1/models", () => {
  it.live(`lists the agent${needsSpecs}`, () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const client = clientOf(url)
      const list = yield* Effect.promise(() => client.models.list())
      assert.deepStrictEqual(
        list.data.map(({ id }) => id),
        ["toy"]
      )
      const one = yield* Effect.promise(() => client.models.retrieve("toy"))
      assert.deepStrictEqual(misfits("openai", "Model", one), [])
    })
  )

  it.live("asks for the token as OpenAI does", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ token: Redacted.make("a-token-of-some-length") })
      const error = yield* refusal(clientOf(url, "wrong"), {})
      assert.instanceOf(error, AuthenticationError)
      assert.strictEqual(error?.code, "invalid_api_key")
      const list = yield* Effect.promise(() => clientOf(url, "a-token-of-some-length").models.list())
      assert.lengthOf(list.data, 1)
    })
  )
})
