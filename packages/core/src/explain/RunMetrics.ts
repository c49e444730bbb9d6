/**
 * RunMetrics: what runs come to, counted into Effect's `Metric` registry by an observer of their events.
 *
 * | metric | kind, unit | attributes |
 * | --- | --- | --- |
 * | `callsheet.runs` | counter | `gen_ai.agent.name`, `callsheet.route`, `callsheet.outcome`: the end reason, or `failed` |
 * | `callsheet.run.duration` | histogram, s | `gen_ai.agent.name`, `callsheet.route` |
 * | `callsheet.run.model_calls`, `callsheet.run.steps` | histograms | `gen_ai.agent.name`, `callsheet.route` |
 * | `gen_ai.client.operation.duration` | histogram, s | `gen_ai.operation.name`: `chat`, `gen_ai.provider.name`, `gen_ai.request.model` |
 * | `gen_ai.client.token.usage` | histogram, tokens | the same and `gen_ai.token.type`: `input`, `output` |
 * | `callsheet.model.cached_input_tokens` | counter | `gen_ai.provider.name`, `gen_ai.request.model` |
 * | `callsheet.model.time_to_first_token` | histogram, s | the same |
 * | `callsheet.model.tokens_per_second` | histogram, from the first token on, of messages that ask for no calls | the same |
 * | `callsheet.model.retries` | counter | the same |
 * | `callsheet.tool.calls` | counter | `gen_ai.tool.name`, `callsheet.source`, `callsheet.outcome`: `ok`, `failed` |
 * | `callsheet.tool.duration`, `callsheet.tool.queue_wait` | histograms, s | `gen_ai.tool.name` |
 * | `callsheet.tool.retries` | counter | `gen_ai.tool.name` |
 *
 * The first token of a message that begins with a call is told when that call is whole. What is told when it is asked for
 * (breakers, caches) is `ServiceMetrics`. Of a run that was left before its end, only its model calls and tool calls are
 * counted. A model call that failed ends its run, and is counted there alone.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"

import type { AgentEvent, ModelCall } from "../AgentEvent.ts"
import * as RunObserver from "../RunObserver.ts"
import { Attribute } from "./Trace.ts"

type Attributes = Readonly<Record<string, string>>

/** Tools that no run has asked, a model's inventions among them, are one. */
const otherTool = "_OTHER"

/** Series of a metric, at most: no more are begun. Names come from programs, which have fewer. */
const mostSeries = 1000

const outcome = "callsheet.outcome"
const tokenType = "gen_ai.token.type"

/** A metric for each set of attributes, made once. */
const family = <Made>(make: (attributes: Attributes) => Made) => {
  const series = new Map<string, Made>()
  return (attributes: Attributes): Made | undefined => {
    let key = ""
    for (const name in attributes) key += `${attributes[name]}\n`
    const known = series.get(key)
    if (known !== undefined || series.size >= mostSeries) return known
    const made = make(attributes)
    series.set(key, made)
    return made
  }
}

const counters = (id: string, description: string) =>
  family((attributes) => Metric.counter(id, { description, incremental: true, attributes }))

const histograms = (id: string, description: string, boundaries: ReadonlyArray<number>, unit?: string) =>
  family((attributes) =>
    Metric.histogram(id, {
      description,
      boundaries,
      attributes: unit === undefined ? attributes : { ...attributes, unit }
    })
  )

/** Seconds: those of OpenTelemetry's conventions for `gen_ai.client.operation.duration`. */
const callSeconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
/** Seconds: a run takes a millisecond from memory, and a minute where it is slow; 1, 2 and 5 are what is promised. */
const runSeconds = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120]
/** Seconds: a remembered result takes microseconds, a service in the house milliseconds, one far away seconds. */
const toolSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Tokens: those of the conventions. */
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576]
const rates = [5, 10, 20, 40, 60, 80, 100, 150, 200, 300, 500, 1000]
const counts = [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20]

/** All there are, with their series, for one registry or many. */
const metrics = {
  runs: counters("callsheet.runs", "Runs that ended, by why"),
  runDuration: histograms("callsheet.run.duration", "How long runs took", runSeconds, "s"),
  modelCalls: histograms("callsheet.run.model_calls", "Model calls of a run", counts),
  steps: histograms("callsheet.run.steps", "Steps of a run", counts),
  callDuration: histograms("gen_ai.client.operation.duration", "How long model calls took", callSeconds, "s"),
  tokens: histograms("gen_ai.client.token.usage", "Tokens of a model call", tokens, "{token}"),
  cachedTokens: counters("callsheet.model.cached_input_tokens", "Tokens of prompts that the provider had cached"),
  firstToken: histograms("callsheet.model.time_to_first_token", "From the call to its first token", callSeconds, "s"),
  tokenRate: histograms("callsheet.model.tokens_per_second", "Tokens a second, from the first to the last", rates),
  modelRetries: counters("callsheet.model.retries", "Attempts at model calls beyond the first"),
  toolCalls: counters("callsheet.tool.calls", "Tool calls, by where their results came from"),
  toolDuration: histograms(
    "callsheet.tool.duration",
    "How long tool calls took, once they had a place",
    toolSeconds,
    "s"
  ),
  toolQueue: histograms("callsheet.tool.queue_wait", "How long tool calls waited for a place", toolSeconds, "s"),
  toolRetries: counters("callsheet.tool.retries", "Attempts at tool calls beyond the first, hedges not counted")
}

/** Counts into the registry of the context that it is made in. */
const make: Effect.Effect<RunObserver.RunObserver> = Effect.map(Effect.context<never>(), (context) => {
  /** Tools that were asked: a tool's name is a series' only then. */
  const known = new Set<string>()
  const nameOf = (tool: string) => (known.has(tool) ? tool : otherTool)
  const add = <Input, State>(metric: Metric.Metric<Input, State> | undefined, value: Input) =>
    metric?.updateUnsafe(value, context)

  const addModelCall = (call: ModelCall, asksForCalls: boolean, ofModel: Attributes) => {
    const { cachedInputTokens, firstTokenMillis, inputTokens, millis, outputTokens, retries } = call
    const operation = { [Attribute.operation]: "chat", ...ofModel }
    add(metrics.callDuration(operation), millis / 1000)
    if (inputTokens !== null) add(metrics.tokens({ ...operation, [tokenType]: "input" }), inputTokens)
    if (outputTokens !== null) add(metrics.tokens({ ...operation, [tokenType]: "output" }), outputTokens)
    if (cachedInputTokens !== null) add(metrics.cachedTokens(ofModel), cachedInputTokens)
    if (retries !== null) add(metrics.modelRetries(ofModel), retries)
    if (firstTokenMillis === null) return
    add(metrics.firstToken(ofModel), firstTokenMillis / 1000)
    if (asksForCalls) return
    const decodeSeconds = (millis - firstTokenMillis) / 1000
    if (outputTokens !== null && decodeSeconds > 0) add(metrics.tokenRate(ofModel), outputTokens / decodeSeconds)
  }

  return ({ agent, model, provider }) => {
    const ofModel = { [Attribute.provider]: provider, [Attribute.requestModel]: model }
    let route = "none"
    let modelCalls = 0
    let steps = 0
    const end = (how: string, atMillis: number) => {
      const ofRun = { [Attribute.agent]: agent, [Attribute.route]: route }
      add(metrics.runs({ ...ofRun, [outcome]: how }), 1)
      add(metrics.runDuration(ofRun), atMillis / 1000)
      add(metrics.modelCalls(ofRun), modelCalls)
      add(metrics.steps(ofRun), steps)
    }
    const take = (event: AgentEvent): void => {
      switch (event._tag) {
        case "Routed":
          route = event.route
          return
        case "StepStarted":
          steps++
          return
        case "ApprovalNeeded":
        case "ToolStarted":
          known.add(event.name)
          return
        case "ToolSettled": {
          const { millis, ok, queueMillis, retries, source } = event
          const ofTool = { [Attribute.toolName]: nameOf(event.name) }
          add(metrics.toolCalls({ ...ofTool, [Attribute.source]: source, [outcome]: ok ? "ok" : "failed" }), 1)
          add(metrics.toolDuration(ofTool), millis / 1000)
          add(metrics.toolQueue(ofTool), queueMillis / 1000)
          if (retries > 0) add(metrics.toolRetries(ofTool), retries)
          return
        }
        case "StepFinished":
          modelCalls++
          return addModelCall(event.modelCall, event.finishReason === "tool-calls", ofModel)
        case "RunFinished":
          return end(event.reason, event.atMillis)
        case "RunFailed":
          return end("failed", event.atMillis)
        default:
          return
      }
    }
    return take
  }
})

/** Counts all runs above it. */
export const layer: Layer.Layer<never> = RunObserver.layer(make)
