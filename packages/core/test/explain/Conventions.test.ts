/**
 * The files in `traces/` are real: a question about two films asked of an agent with two tools (`find_film`, 120 ms; `reviews`,
 * 90 ms) against this project's `ScriptedServer` (150 ms to the first token, 200 tokens a second), whose script calls one tool a
 * message, as models do under `parallel_tool_calls: false`: find Alien, find Solaris, reviews of Alien, reviews of Solaris.
 * Recorded with OpenTelemetry's JavaScript SDK 2.12.0 and written by its `JsonTraceSerializer`:
 *
 * - `ai-sdk-genai`, `ai-sdk-legacy`: ai 7.0.173, `streamText`, with `OpenTelemetry` and `LegacyOpenTelemetry` of @ai-sdk/otel 1.0.173
 * - `langchain-openinference`: langchain 1.5.14, `createAgent`, with @arizeai/openinference-instrumentation-langchain 4.1.1
 * - `langchain-traceloop`: the same with @traceloop/instrumentation-langchain 0.27.0, under a span with the two attributes that
 *   `withAgent` of Traceloop's SDK gives it
 *
 * Afterwards only texts of more than 400 characters were cut, where they are no tool's. What is written by hand is so below.
 */
import { readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as Conventions from "../../src/explain/Conventions.ts"
import * as Independence from "../../src/explain/Independence.ts"
import * as OtlpJson from "../../src/explain/OtlpJson.ts"
import * as Profile from "../../src/explain/Profile.ts"
import * as RunGraph from "../../src/explain/RunGraph.ts"
import { Attribute } from "../../src/explain/Trace.ts"
import { origin, span } from "./spans.ts"

const traceOf = (name: string) =>
  Result.getOrThrow(OtlpJson.read(readFileSync(new URL(`traces/${name}.json`, import.meta.url), "utf8")))

describe.each([
  ["ai-sdk-genai", ["find_film", "reviews"], { millis: 1435.136, decode: true }],
  ["ai-sdk-legacy", ["find_film", "reviews"], { millis: 1435.398, decode: true }],
  ["langchain-openinference", ["find_film", "reviews"], { millis: 1480.471, decode: false }],
  ["langchain-traceloop", ["find_film", "reviews"], { millis: 1456.736, decode: false }]
] as const)("a trace of another framework: %s", (name, tools, { decode, millis }) => {
  const spans = traceOf(name)
  const profile = Result.getOrThrow(Profile.make(spans))
  const graph = Result.getOrThrow(RunGraph.of(spans))

  it("is one run, of which each instant is accounted for", () => {
    assert.strictEqual(Profile.runs(spans).length, 1)
    assert.strictEqual(profile.agent, "films")
    assert.closeTo(profile.wallMillis, millis, 1e-2)
    const total = Object.values(profile.selfMillis).reduce((sum, millis) => sum + millis, 0)
    assert.closeTo(total, profile.wallMillis, 1e-6)
    assert.strictEqual(profile.chainLength, 5)
    assert.deepStrictEqual(Object.keys(profile.tools), [...tools])
  })

  it("tells the model's time from the tools'", () => {
    const { decoding, overhead, tools, "model-wait": wait } = profile.selfMillis
    assert.closeTo(tools, 120 + 120 + 90 + 90, 10)
    // Five times 150 ms, and some 40 tokens at 200 a second.
    assert.closeTo(wait + decoding, 5 * 150 + 40 * 5, 60)
    assert.strictEqual(decoding > 0, decode)
    assert.isBelow(overhead, 70)
    assert.deepStrictEqual(
      profile.rows.map(({ inputTokens, kind, ok, outputTokens, step }) => [
        kind,
        step,
        ok,
        inputTokens !== null && outputTokens !== null
      ]),
      [
        ...[0, 1, 2, 3].flatMap((step) => [["model", step, true, true] as const, ["tool", step, true, false] as const]),
        ["model", 4, true, true] as const
      ].map((row) => [...row])
    )
  })

  it("says which calls could have run together, and that a plan could have made them all", () => {
    const [alien, solaris, ofAlien, ofSolaris] = ["call_0_0", "call_1_0", "call_2_0", "call_3_0"] as const
    const found = Independence.of(graph, profile.rows)
    assert.deepStrictEqual(
      found.findings.map(({ first, second, verdict }) => [first, second, verdict]),
      [
        [alien, solaris, "independent"],
        [solaris, ofAlien, "independent"],
        [ofAlien, ofSolaris, "independent"]
      ]
    )
    assert.deepStrictEqual(found.groups, [
      { calls: [alien, solaris], rounds: [0, 1] },
      { calls: [ofAlien, ofSolaris], rounds: [2, 3] }
    ])
    assert.deepStrictEqual(
      found.plans.map(({ needs, rounds }) => [rounds, [...needs]]),
      [
        [
          [0, 1, 2, 3],
          [
            [alien, []],
            [solaris, []],
            [ofAlien, [alien]],
            [ofSolaris, [solaris]]
          ]
        ]
      ]
    )
  })

  it("cannot tell anything of the calls once their content is gone", () => {
    const bare = spans.map((span) => ({
      ...span,
      attributes: Object.fromEntries(
        Object.entries(span.attributes).filter(
          ([key]) => !/arg|result|input\.|output\.|entity|messages|toolCalls/.test(key)
        )
      )
    }))
    const { findings } = Result.getOrThrow(Profile.make(bare))
    assert.deepStrictEqual(
      findings.map(({ verdict }) => verdict),
      ["cannot tell", "cannot tell", "cannot tell"]
    )
  })
})

describe("names of other conventions", () => {
  const read = (attributes: Readonly<Record<string, unknown>>, name = "some") =>
    Conventions.normalise([span("a", name, 0, 100, { attributes })])[0]?.attributes ?? {}

  it("of older OpenTelemetry are read (written by hand)", () => {
    const attributes = read({
      "gen_ai.system": "openai",
      "gen_ai.request.model": "tiny",
      "gen_ai.usage.prompt_tokens": 9,
      "gen_ai.usage.completion_tokens": 3,
      "gen_ai.server.time_to_first_token": 0.25
    })
    assert.strictEqual(attributes[Attribute.operation], "chat")
    assert.strictEqual(attributes[Attribute.provider], "openai")
    assert.strictEqual(attributes[Attribute.inputTokens], 9)
    assert.strictEqual(attributes[Attribute.outputTokens], 3)
    assert.strictEqual(attributes[Attribute.firstToken], 250)
    assert.strictEqual(read({ "gen_ai.operation.name": "text_completion" })[Attribute.operation], "chat")
    assert.strictEqual(read({ "gen_ai.system": "openai" })[Attribute.operation], undefined)
  })

  it("say when the first token came by an event as well (written by hand)", () => {
    const [chat] = Conventions.normalise([
      span("a", "ChatOpenAI", 0, 100, {
        attributes: { "openinference.span.kind": "LLM" },
        events: [{ name: "First Token Stream Event", atMillis: origin + 40, attributes: {} }]
      })
    ])
    assert.strictEqual(chat?.attributes[Attribute.firstToken], 40)
  })

  it("do not replace what is told in ours", () => {
    const own = {
      [Attribute.operation]: "execute_tool",
      [Attribute.toolName]: "look",
      [Attribute.callArguments]: "{}",
      [Attribute.callResult]: "1",
      "tool.name": "other",
      "openinference.span.kind": "LLM"
    }
    assert.strictEqual(read(own), own)
  })

  const Key = Schema.Literals([
    ...Object.values(Attribute),
    "openinference.span.kind",
    "ai.operationId",
    "input.value",
    "output.value",
    "tool.name",
    "gen_ai.system",
    "ai.response.msToFirstChunk"
  ])
  const Value = Schema.Union([
    Schema.Literals(["chat", "execute_tool", "LLM", "TOOL", "ai.toolCall", '{"kwargs":{"content":"x"}}']),
    Schema.Finite,
    Schema.Array(Schema.String),
    Schema.Null
  ])

  it.prop("are ours once, and for good", [Schema.Array(Schema.Tuple([Key, Value]))], ([pairs]) => {
    const spans = [span("a", "some", 0, 100, { attributes: Object.fromEntries(pairs) })]
    const once = Conventions.normalise(spans)
    assert.deepStrictEqual(Conventions.normalise(once), once)
    for (const [key, value] of Object.entries(spans[0]?.attributes ?? {}))
      if (!key.startsWith("gen_ai.")) assert.deepStrictEqual(once[0]?.attributes[key], value)
  })

  it("are made JSON where they hold structure", () => {
    const attributes = read({
      [Attribute.operation]: "execute_tool",
      [Attribute.callArguments]: { title: "Alien" },
      "output.value": [1, 2]
    })
    assert.strictEqual(attributes[Attribute.callArguments], '{"title":"Alien"}')
    assert.strictEqual(attributes[Attribute.callResult], "[1,2]")
  })
})

describe("content that stands in messages only", () => {
  const call = (id: string) =>
    span(id, "execute_tool look", 0, 10, {
      attributes: { [Attribute.operation]: "execute_tool", [Attribute.callId]: id }
    })

  const contentOf = (id: string, fields: Parameters<typeof span>[4]) => {
    const [, tool] = Conventions.normalise([span("c", "chat tiny", 0, 10, fields), call(id)])
    return [tool?.attributes[Attribute.callArguments], tool?.attributes[Attribute.callResult]]
  }

  it("is found by the call's id in the parts of current OpenTelemetry (written by hand)", () => {
    const attributes = {
      "gen_ai.output.messages": JSON.stringify([
        { role: "assistant", parts: [{ type: "tool_call", id: "k", name: "look", arguments: { title: "Alien" } }] }
      ]),
      "gen_ai.input.messages": [
        { role: "tool", parts: [{ type: "tool_call_response", id: "k", response: { id: 348 } }] }
      ]
    }
    assert.deepStrictEqual(contentOf("k", { attributes }), ['{"title":"Alien"}', '{"id":348}'])
    assert.deepStrictEqual(contentOf("other", { attributes }), [undefined, undefined])
  })

  it("is found in the events of older OpenTelemetry (written by hand)", () => {
    const toolCalls = [{ id: "k", type: "function", function: { name: "look", arguments: '{"title":"Alien"}' } }]
    const events = [
      { name: "gen_ai.choice", atMillis: origin, attributes: { message: JSON.stringify({ tool_calls: toolCalls }) } },
      { name: "gen_ai.tool.message", atMillis: origin, attributes: { id: "k", content: "348" } }
    ]
    assert.deepStrictEqual(contentOf("k", { events }), ['{"title":"Alien"}', "348"])
  })

  it("is found in the AI SDK's messages (written by hand)", () => {
    const part = { type: "tool-result", toolCallId: "k", toolName: "look", output: { type: "json", value: [7] } }
    const attributes = {
      "ai.response.toolCalls": JSON.stringify([{ toolCallId: "k", toolName: "look", input: { title: "Alien" } }]),
      "ai.prompt.messages": JSON.stringify([{ role: "tool", content: [part] }])
    }
    assert.deepStrictEqual(contentOf("k", { attributes }), ['{"title":"Alien"}', '{"type":"json","value":[7]}'])
  })
})
