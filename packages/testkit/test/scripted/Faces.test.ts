/** One question over each face: the same calls with the same ids, the same answer. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"
import OpenAI from "openai"

import { script } from "../../src/scripted/MediaScript.ts"
import * as ScriptedModel from "../../src/scripted/ScriptedModel.ts"
import { ScriptedServer } from "../../src/scripted/ScriptedServer.ts"
import { instant } from "../../src/scripted/Timing.ts"

const question = "Recommend something similar to Heat but more recent"
const system = "You help a household with its films."

const film = (title: string, year: number, tmdbId: number) => ({
  title,
  year,
  kind: "movie",
  tmdbId,
  rating: 7.5,
  genres: ["Crime"],
  inLibrary: false,
  watched: null
})

/** What each tool answers; the details of one title fail. */
const result = (name: string, tmdbId: unknown): unknown => {
  if (name === "search_titles") return { total: 1, items: [film("Heat", 1995, 1)], nextCursor: null }
  if (name === "recommend_titles") {
    return { total: 2, items: [film("Collateral", 2004, 5), film("The Town", 2010, 6)], nextCursor: null }
  }
  if (tmdbId === 6) return { _tag: "MediaError", reason: { _tag: "Unavailable", message: "TMDb is away." } }
  return { ...film("Collateral", 2004, 5), overview: "A night in a taxi.", runtimeMinutes: 120 }
}

interface Call {
  readonly id: string
  readonly name: string
  readonly inputText: string
}

const Input = Schema.fromJsonString(Schema.Struct({ tmdbId: Schema.optional(Schema.Finite) }))
const resultText = ({ inputText, name }: Call) =>
  JSON.stringify(result(name, Schema.decodeSync(Input)(inputText).tmdbId))

/** What a run over one face said. */
interface Played {
  readonly steps: ReadonlyArray<ReadonlyArray<Call>>
  readonly answer: string
}

const number = Schema.optional(Schema.Finite)
const toolkit = Toolkit.make(
  Tool.make("search_titles", { parameters: Schema.Struct({ query: Schema.String, year: number }) }),
  Tool.make("recommend_titles", { parameters: Schema.Struct({ tmdbId: Schema.Finite, yearFrom: number }) }),
  Tool.make("title_details", { parameters: Schema.Struct({ tmdbId: Schema.Finite }) })
)
const names = Object.keys(toolkit.tools)
const unused = Effect.die("calls are resolved by the test")
const handlers = toolkit.toLayer({
  search_titles: () => unused,
  recommend_titles: () => unused,
  title_details: () => unused
})

const byLanguageModel = Effect.gen(function* () {
  let prompt = Prompt.make([
    { role: "system", content: system },
    { role: "user", content: [{ type: "text", text: question }] }
  ])
  const steps: Array<ReadonlyArray<Call>> = []
  for (;;) {
    const parts = yield* Stream.runCollect(
      LanguageModel.streamText({ prompt, toolkit, disableToolCallResolution: true })
    )
    const calls = parts.flatMap((part) =>
      part.type === "tool-call" ? [{ id: part.id, name: part.name, inputText: JSON.stringify(part.params) }] : []
    )
    const answer = parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("")
    if (calls.length === 0) return { steps, answer }
    steps.push(calls)
    const results = calls.map((call) =>
      Prompt.toolResultPart({
        id: call.id,
        name: call.name,
        isFailure: false,
        result: resultText(call),
        providerExecuted: false
      })
    )
    prompt = Prompt.concat(prompt, Prompt.fromResponseParts(parts))
    prompt = Prompt.concat(prompt, Prompt.fromMessages([Prompt.toolMessage({ content: results })]))
  }
}).pipe(Effect.provide([ScriptedModel.layer({ script, timing: instant }), handlers]))

const model = "gpt-4.1-nano"

const byChat = async (openai: OpenAI): Promise<Played> => {
  const messages: Array<OpenAI.ChatCompletionMessageParam> = [
    { role: "system", content: system },
    { role: "user", content: question }
  ]
  const tools = names.map((name) => ({ type: "function" as const, function: { name } }))
  const steps: Array<ReadonlyArray<Call>> = []
  for (;;) {
    const completion = await openai.chat.completions.stream({ model, messages, tools }).finalChatCompletion()
    const message = completion.choices[0]?.message
    const calls = (message?.tool_calls ?? []).flatMap((call) =>
      call.type === "function" ? [{ id: call.id, name: call.function.name, inputText: call.function.arguments }] : []
    )
    if (message === undefined || calls.length === 0) return { steps, answer: message?.content ?? "" }
    steps.push(calls)
    messages.push(message)
    for (const call of calls) messages.push({ role: "tool", tool_call_id: call.id, content: resultText(call) })
  }
}

const byResponses = async (openai: OpenAI): Promise<Played> => {
  const tools = names.map((name) => ({ type: "function" as const, name, parameters: {}, strict: false }))
  const steps: Array<ReadonlyArray<Call>> = []
  let input: string | Array<OpenAI.Responses.ResponseInputItem> = question
  let previous_response_id: string | null = null
  for (;;) {
    const response: OpenAI.Responses.Response = await openai.responses
      .stream({ model, instructions: system, input, previous_response_id, tools })
      .finalResponse()
    const calls = response.output.flatMap((item) =>
      item.type === "function_call" ? [{ id: item.call_id, name: item.name, inputText: item.arguments }] : []
    )
    if (calls.length === 0) return { steps, answer: response.output_text }
    steps.push(calls)
    previous_response_id = response.id
    input = calls.map((call) => ({ type: "function_call_output", call_id: call.id, output: resultText(call) }))
  }
}

describe("the faces of the scripted model", () => {
  it.effect("make the same calls and give the same answer", () =>
    Effect.gen(function* () {
      const { apiKey, baseUrl } = yield* ScriptedServer
      const openai = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0 })
      const expected: Played = yield* byLanguageModel
      assert.deepStrictEqual(
        expected.steps.map((calls) => calls.map(({ id, name }) => `${id} ${name}`)),
        [
          ["call_0_0 search_titles"],
          ["call_1_0 recommend_titles"],
          ["call_2_0 title_details", "call_2_1 title_details"]
        ]
      )
      assert.include(expected.answer, "A night in a taxi.")
      assert.include(expected.answer, "TMDb is away.")
      assert.deepStrictEqual(yield* Effect.promise(() => byChat(openai)), expected)
      assert.deepStrictEqual(yield* Effect.promise(() => byResponses(openai)), expected)
    }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant })))
  )
})
