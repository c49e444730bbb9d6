/**
 * What the household's assistant sends to its model: the beginning of every prompt, which providers keep, is the same byte for
 * byte, whatever is asked and whenever; a change of it is made on purpose, here.
 */
import { createHash } from "node:crypto"

import { Cache } from "@callsheet/cache/Cache"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"

import { clients } from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import * as StandIns from "../src/StandIns.ts"

const Item = Schema.Struct({ role: Schema.optionalKey(Schema.String), content: Schema.optionalKey(Schema.Unknown) })
const Body = Schema.Struct({
  tools: Schema.Array(Schema.Unknown),
  instructions: Schema.optionalKey(Schema.String),
  input: Schema.Array(Item),
  prompt_cache_key: Schema.String
})

const standIns = Layer.mergeAll(
  DemoServices.layer({ delays: "none" }),
  ScriptedServer.layer({ script: () => ({ text: "So it is.", calls: [] }), timing: instant })
)

/** The bodies of the requests that `questions` lead to, none of which rules answer. */
const bodiesOf = Effect.fnUntraced(function* (questions: ReadonlyArray<string>) {
  const context = yield* Layer.build(standIns)
  const { apiKey, baseUrl, requests } = Context.get(context, ScriptedServer)
  const keys = {
    ...StandIns.keysOf(Context.get(context, DemoServices)),
    OPENAI_BASE_URL: baseUrl,
    OPENAI_API_KEY: apiKey,
    OPENAI_API: "responses"
  }
  yield* Effect.provide(
    Effect.forEach(questions, (question) => mediaAgent.ask(question), { concurrency: 1 }),
    clients({ values: {}, unknownKeys: [] }, keys, Cache.layerMemory())
  )
  const served = yield* requests
  return yield* Effect.forEach(
    served.filter(({ method }) => method === "POST"),
    ({ body }) => Schema.decodeUnknownEffect(Body)(body)
  )
})

/** What a provider reads before anything of the question: tools, then instructions. */
const prefixOf = ({ input, instructions, tools }: typeof Body.Type) =>
  JSON.stringify([tools, instructions ?? null, input.findIndex(({ role }) => role === "user") === 0 ? null : input[0]])

describe("the prompt", () => {
  it.live("begins the same whatever is asked, and ends with what is true today", () =>
    Effect.gen(function* () {
      const [one, other, watching] = yield* bodiesOf([
        "Why is Heat so good?",
        "Tell me a joke about thrillers, and one about comedies",
        "Who is watching something right now, and on which device, and why?"
      ])
      if (one === undefined || other === undefined || watching === undefined) return assert.fail("a request is missing")
      assert.strictEqual(prefixOf(other), prefixOf(one))
      assert.strictEqual(one.prompt_cache_key, other.prompt_cache_key)
      // Another theme adds its tools at the end.
      const shared = JSON.stringify(one.tools).slice(0, -1)
      assert.isTrue(JSON.stringify(watching.tools).startsWith(shared))
      assert.isAbove(watching.tools.length, one.tools.length)
      for (const { input } of [one, other, watching]) {
        const question = input.findIndex(({ role }) => role === "user")
        assert.match(JSON.stringify(input[question + 1]?.content), /Today is [A-Z][a-z]+day, \d{4}-\d\d-\d\d\./)
      }
      const digest = createHash("sha256").update(prefixOf(one)).digest("hex").slice(0, 16)
      assert.strictEqual(digest, "b5bb68eb8c155bb1", "what begins every prompt has changed: providers read it anew")
    }).pipe(Effect.scoped)
  )
})
