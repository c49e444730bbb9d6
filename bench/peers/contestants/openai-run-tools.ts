/**
 * The raw `openai` SDK: its helper `chat.completions.runTools`, which knows the chat protocol only.
 *
 * As documented: `zodFunction` tools. The helper runs the calls of a message side by side once the message is whole.
 */
import type { Contestant } from "../../arena/Contestant.ts"
import { apiKey, close, instructions, model } from "../../arena/Tools.ts"
import * as Packages from "../Packages.ts"

export const contestant: Contestant = {
  name: "openai-run-tools",
  packages: Packages.named("openai", "zod"),
  apis: ["chat"],
  hasTracing: false,
  hasPlans: false,
  make: async ({ baseUrl, streaming, toolUrl }) => {
    const { OpenAI } = await import("openai")
    const { zodFunction } = await import("openai/helpers/zod")
    const { zodTools } = await import("../ZodTools.ts")

    const { completions } = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 }).chat
    const tools = zodTools(toolUrl).map(({ call, description, name, parameters }) =>
      zodFunction({ name, description, parameters, function: call })
    )
    const limits = { maxChatCompletions: 64 }
    const bodyOf = (question: string) => ({
      model,
      messages: [
        { role: "system" as const, content: instructions },
        { role: "user" as const, content: question }
      ],
      tools,
      parallel_tool_calls: true,
      store: false
    })

    const whole = async (question: string) =>
      (await completions.runTools(bodyOf(question), limits).finalContent()) ?? ""

    const streamed = async (question: string) => {
      const runner = completions.runTools({ ...bodyOf(question), stream: true }, limits)
      let answer = ""
      runner.on("content", (piece) => {
        answer += piece
      })
      await runner.done()
      return answer
    }

    return { ask: streaming ? streamed : whole, close: async () => close() }
  }
}
