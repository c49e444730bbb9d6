/**
 * LangGraph.js: LangChain's `createAgent` over `ChatOpenAI`.
 *
 * As documented: Zod parameters; tokens by `streamEvents` in its version 3, the newest way and faster here than
 * `streamMode: "messages"`; `version: "v1"` of the agent, which the documentation names for parallel tools and which is the
 * faster one here too: one node of the graph runs all calls of a step. LangSmith is off, whatever the environment says.
 */
import type { Contestant } from "../../arena/Contestant.ts"
import { apiKey, close, instructions, model } from "../../arena/Tools.ts"
import * as Packages from "../Packages.ts"

export const contestant: Contestant = {
  name: "langgraph",
  packages: Packages.named("langchain", "@langchain/core", "@langchain/openai", "zod"),
  apis: ["responses", "chat"],
  hasTracing: false,
  hasPlans: false,
  make: async ({ api, baseUrl, streaming, toolUrl }) => {
    for (const prefix of ["LANGSMITH", "LANGCHAIN"]) {
      process.env[`${prefix}_TRACING`] = "false"
      process.env[`${prefix}_TRACING_V2`] = "false"
    }
    const { createAgent, tool } = await import("langchain")
    const { ChatOpenAI } = await import("@langchain/openai")
    const { zodTools } = await import("../ZodTools.ts")

    const agent = createAgent({
      model: new ChatOpenAI({
        model,
        apiKey,
        configuration: { baseURL: baseUrl },
        useResponsesApi: api === "responses",
        streaming,
        maxRetries: 0,
        modelKwargs: { parallel_tool_calls: true, store: false }
      }),
      systemPrompt: instructions,
      tools: zodTools(toolUrl).map(({ call, description, name, parameters }) =>
        tool(call, { name, description, schema: parameters })
      ),
      version: "v1"
    })
    // A step is two nodes of the graph.
    const limits = { recursionLimit: 128 }
    const inputOf = (question: string) => ({ messages: [{ role: "user", content: question }] })

    const whole = async (question: string) => {
      const { messages } = await agent.invoke(inputOf(question), limits)
      return messages.at(-1)?.text ?? ""
    }

    const streamed = async (question: string) => {
      const run = await agent.streamEvents(inputOf(question), { ...limits, version: "v3" })
      let answer = ""
      for await (const message of run.messages) for await (const piece of message.text) answer += piece
      await run.output
      return answer
    }

    return { ask: streaming ? streamed : whole, close: async () => close() }
  }
}
