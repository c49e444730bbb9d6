/**
 * Vercel's AI SDK: `streamText` and `generateText` with tools, over `@ai-sdk/openai`.
 *
 * As documented: Zod parameters, `stopWhen` against the limit of steps. `store: false`, because with stored responses this
 * provider sends references in place of earlier calls, which only a server that keeps responses can follow; all others
 * here send the calls. Telemetry is off by the switch that the documentation names: with no integration registered it would
 * still publish to a diagnostics channel.
 */
import type { Contestant } from "../../arena/Contestant.ts"
import { apiKey, close, instructions, model } from "../../arena/Tools.ts"
import * as Packages from "../Packages.ts"

export const contestant: Contestant = {
  name: "ai-sdk",
  packages: Packages.named("ai", "@ai-sdk/openai", "zod"),
  apis: ["responses", "chat"],
  hasTracing: false,
  hasPlans: false,
  make: async ({ api, baseUrl, streaming, toolUrl }) => {
    const { generateText, isStepCount, streamText, tool } = await import("ai")
    const { createOpenAI } = await import("@ai-sdk/openai")
    const { zodTools } = await import("../ZodTools.ts")

    const openai = createOpenAI({ baseURL: baseUrl, apiKey })
    const settings = {
      model: api === "responses" ? openai.responses(model) : openai.chat(model),
      instructions,
      tools: Object.fromEntries(
        zodTools(toolUrl).map(({ call, description, name, parameters }) => [
          name,
          tool({ description, inputSchema: parameters, strict: true, execute: call })
        ])
      ),
      stopWhen: isStepCount(64),
      maxRetries: 0,
      telemetry: { isEnabled: false },
      providerOptions: { openai: { store: false, parallelToolCalls: true } }
    }

    const whole = async (question: string) => (await generateText({ ...settings, prompt: question })).text

    const streamed = async (question: string) => {
      const result = streamText({ ...settings, prompt: question })
      let answer = ""
      for await (const piece of result.textStream) answer += piece
      // A broken stream ends `textStream` early and rejects here.
      await result.finishReason
      return answer
    }

    return { ask: streaming ? streamed : whole, close: async () => close() }
  }
}
