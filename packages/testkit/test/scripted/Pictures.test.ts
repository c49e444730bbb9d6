/** Pictures in a question, sent by the official SDK: what the script sees of them, and what is refused. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { LanguageModel, Prompt } from "effect/ai"
import OpenAI, { APIError } from "openai"

import type { Script } from "../../src/scripted/Script.ts"
import * as ScriptedModel from "../../src/scripted/ScriptedModel.ts"
import { ScriptedServer } from "../../src/scripted/ScriptedServer.ts"
import { instant } from "../../src/scripted/Timing.ts"

const script: Script = ({ messages }) => ({ text: JSON.stringify(messages), calls: [] })
const urls = ["data:image/png;base64,iVBORw0KGgo=", "https://example.test/a.png"]
const seen = JSON.stringify([{ role: "user", text: "What?", images: urls }])
const model = "gpt-4.1-nano"

const statusOf = (request: () => PromiseLike<unknown>) =>
  Effect.promise(async () => {
    try {
      await request()
      return 200
    } catch (error) {
      return error instanceof APIError ? error.status : String(error)
    }
  })

describe("The scripted model", () => {
  it.effect("sees the pictures of a question over each face, and refuses what is no address, as the API does", () =>
    Effect.gen(function* () {
      const { apiKey, baseUrl } = yield* ScriptedServer
      const openai = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0 })

      const chat = (images: ReadonlyArray<string>) => {
        const pictures = images.map((url) => ({ type: "image_url", image_url: { url } }) as const)
        const content = [{ type: "text", text: "What?" } as const, ...pictures]
        return openai.chat.completions.create({ model, messages: [{ role: "user", content }] })
      }
      const { choices } = yield* Effect.promise(() => chat(urls))
      assert.strictEqual(choices[0]?.message.content, seen)

      const responses = (images: ReadonlyArray<string>) => {
        const pictures = images.map((image_url) => ({ type: "input_image", image_url, detail: "auto" }) as const)
        const content = [{ type: "input_text", text: "What?" } as const, ...pictures]
        return openai.responses.create({ model, input: [{ role: "user", content }] })
      }
      const { output_text } = yield* Effect.promise(() => responses(urls))
      assert.strictEqual(output_text, seen)

      for (const wrong of ["nothing", "https://", "data:image/png;base64,"]) {
        assert.strictEqual(yield* statusOf(() => chat([wrong])), 400)
        assert.strictEqual(yield* statusOf(() => responses([wrong])), 400)
      }
      const others = { role: "user", content: [{ type: "input_image", image_url: urls[0] }] }
      const body = { model, messages: [others] }
      assert.strictEqual(yield* statusOf(() => openai.post("/chat/completions", { body })), 400)

      const { text } = yield* LanguageModel.generateText({
        prompt: Prompt.make([
          {
            role: "user",
            content: [
              { type: "text", text: "What?" },
              ...urls.map((url) => ({
                type: "file" as const,
                mediaType: "image/png",
                data: url.startsWith("data:") ? url : new URL(url)
              }))
            ]
          }
        ])
      }).pipe(Effect.provide(ScriptedModel.layer({ script, timing: instant })))
      assert.strictEqual(text, seen)
    }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant })))
  )
})
