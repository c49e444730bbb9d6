/**
 * The OpenAI Agents SDK: one `Runner` over one `openai` client.
 *
 * As documented: Zod parameters, `parallelToolCalls`, the client handed in to set its address and retries. Its tracing is
 * on by default and exports to OpenAI: here it goes to a processor that keeps it, or is off.
 */
import type { Contestant } from "../../arena/Contestant.ts"
import { apiKey, close, instructions, model } from "../../arena/Tools.ts"
import * as Packages from "../Packages.ts"

/** As many as a busy exporter would keep. */
const maxSpans = 2048

export const contestant: Contestant = {
  name: "openai-agents",
  packages: Packages.named("@openai/agents", "openai", "zod"),
  apis: ["responses", "chat"],
  hasTracing: true,
  hasPlans: false,
  make: async ({ api, baseUrl, streaming, toolUrl, tracing }) => {
    const agents = await import("@openai/agents")
    const { OpenAI } = await import("openai")
    const { zodTools } = await import("../ZodTools.ts")

    const kept: Array<unknown> = []
    const done = Promise.resolve()
    const keep = (what: unknown) => {
      if (kept.push(what) === maxSpans) kept.length = 0
      return done
    }
    const nothing = () => done
    // Replaces the exporter that the import has registered.
    agents.setTraceProcessors(
      tracing
        ? [
            {
              onTraceStart: nothing,
              onTraceEnd: keep,
              onSpanStart: nothing,
              onSpanEnd: keep,
              shutdown: nothing,
              forceFlush: nothing
            }
          ]
        : []
    )
    agents.setTracingDisabled(!tracing)

    const runner = new agents.Runner({
      modelProvider: new agents.OpenAIProvider({
        openAIClient: new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 }),
        useResponses: api === "responses"
      }),
      modelSettings: { parallelToolCalls: true, store: false },
      tracingDisabled: !tracing
    })
    const agent = new agents.Agent({
      name: "arena",
      instructions,
      model,
      tools: zodTools(toolUrl).map(({ call, description, name, parameters }) =>
        agents.tool({ name, description, parameters, execute: call })
      )
    })

    const whole = async (question: string) => {
      const { finalOutput } = await runner.run(agent, question, { maxTurns: 64 })
      return finalOutput ?? ""
    }

    const streamed = async (question: string) => {
      const result = await runner.run(agent, question, { maxTurns: 64, stream: true })
      let answer = ""
      for await (const piece of result.toTextStream()) answer += piece
      await result.completed
      return answer
    }

    return { ask: streaming ? streamed : whole, close: async () => close() }
  }
}
