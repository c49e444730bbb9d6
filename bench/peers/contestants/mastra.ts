/**
 * Mastra: an `Agent` of `@mastra/core`, its model by Mastra's own router.
 *
 * As documented: `createTool` with Zod parameters; the agent is registered with a `Mastra` instance, whose logger is off;
 * `toolCallConcurrency` raised above its default of 10, so that a step of 50 calls runs at once. `store: false` as in
 * `ai-sdk.ts`, whose provider it carries. Its usage telemetry, which is on by default, is off.
 *
 * Worked around: of a result that has a key `value`, as that of `compute`, the model is sent only what that key holds.
 * `toModelOutput`, which its documentation has for saying what the model is to see, sends the whole; it costs no time that
 * shows.
 */
import type { Contestant } from "../../arena/Contestant.ts"
import { apiKey, close, instructions, model } from "../../arena/Tools.ts"
import * as Packages from "../Packages.ts"

export const contestant: Contestant = {
  name: "mastra",
  packages: Packages.named("@mastra/core", "zod"),
  apis: ["responses", "chat"],
  hasTracing: false,
  hasPlans: false,
  make: async ({ api, baseUrl, streaming, toolUrl }) => {
    process.env.MASTRA_TELEMETRY_DISABLED = "true"
    const { Mastra } = await import("@mastra/core")
    const { Agent } = await import("@mastra/core/agent")
    const { createTool } = await import("@mastra/core/tools")
    const { zodTools } = await import("../ZodTools.ts")

    const arena = new Agent({
      id: "arena",
      name: "arena",
      instructions,
      model: { id: `openai/${model}`, url: baseUrl, apiKey, api },
      maxRetries: 0,
      tools: Object.fromEntries(
        zodTools(toolUrl).map(({ call, description, name, parameters }) => [
          name,
          createTool({
            id: name,
            description,
            inputSchema: parameters,
            execute: call,
            toModelOutput: (value) => ({ type: "json", value })
          })
        ])
      )
    })
    const agent = new Mastra({ agents: { arena }, logger: false }).getAgentById("arena")
    const settings = {
      maxSteps: 64,
      toolCallConcurrency: 256,
      modelSettings: { maxRetries: 0 },
      providerOptions: { openai: { store: false, parallelToolCalls: true } }
    }

    const whole = async (question: string) => (await agent.generate(question, settings)).text

    const streamed = async (question: string) => {
      const result = await agent.stream(question, settings)
      let answer = ""
      for await (const piece of result.textStream) answer += piece
      await result.finishReason
      return answer
    }

    return { ask: streaming ? streamed : whole, close: async () => close() }
  }
}
