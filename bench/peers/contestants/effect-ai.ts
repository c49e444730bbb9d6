/**
 * Plain `effect/ai`: `LanguageModel.streamText` and `generateText` with a toolkit, in a loop by hand.
 *
 * Effect's own provider of OpenAI's protocol, `@effect/ai-openai`, has no release for Effect 4.1 (its last is for a beta
 * and imports modules that are gone), so this stands over `@callsheet/openai`'s `LanguageModel`: the name says so. What
 * is measured beside it is therefore the loop and `LanguageModel` itself, over a transport that is the same.
 */
import type { Span } from "effect/Tracer"

import type { Contestant } from "../../arena/Contestant.ts"
import { apiKey, close, instructions, model, run } from "../../arena/Tools.ts"

/** As many as a busy exporter would keep. */
const maxSpans = 2048

export const contestant: Contestant = {
  name: "effect-ai over @callsheet/openai",
  packages: ["effect@4.1.0", "@callsheet/openai@0.0.0"],
  apis: ["responses", "chat"],
  hasTracing: true,
  hasPlans: false,
  make: async ({ api, baseUrl, streaming, toolUrl, tracing }) => {
    const LanguageModel = await import("effect/ai/LanguageModel")
    const Prompt = await import("effect/ai/Prompt")
    const Tool = await import("effect/ai/Tool")
    const Toolkit = await import("effect/ai/Toolkit")
    const Effect = await import("effect/Effect")
    const Layer = await import("effect/Layer")
    const ManagedRuntime = await import("effect/ManagedRuntime")
    const Redacted = await import("effect/Redacted")
    const Schema = await import("effect/Schema")
    const Stream = await import("effect/Stream")
    const { make, NativeSpan } = await import("effect/Tracer")
    const OpenAiModel = await import("@callsheet/openai/OpenAiModel")

    const text = (description: string) => Schema.String.annotate({ description })
    const title = { id: Schema.String, title: Schema.String, year: Schema.Finite, rating: Schema.Finite }
    const titles = Schema.Array(Schema.Struct(title))
    const byId = {
      parameters: Schema.Struct({ id: text("The id.") }),
      success: Schema.Struct({ ...title, next: Schema.String })
    }

    const toolkit = Toolkit.make(
      Tool.make("search", {
        description: "Finds titles by what is said of them; the best match comes first.",
        parameters: Schema.Struct({ query: text("What the titles are like, in a few words.") }),
        success: Schema.Struct({ query: Schema.String, items: titles })
      }),
      Tool.make("get", { description: "One title, by its id or by what another title gives as its next.", ...byId }),
      Tool.make("crawl", { description: "One title from far away, which takes long.", ...byId }),
      Tool.make("choose", {
        description: "The one of some titles that fits a wish best.",
        parameters: Schema.Struct({
          wish: text("What the title should be like."),
          ids: Schema.Array(Schema.String).annotate({ description: "The ids to choose from." })
        }),
        success: Schema.Struct({ wish: Schema.String, id: Schema.String })
      }),
      Tool.make("compute", {
        description: "Computes with numbers.",
        parameters: Schema.Struct({
          label: text("What the outcome stands for."),
          operation: Schema.Literals(["add", "subtract", "divide"]).annotate({
            description: "What to do with the numbers, from left to right."
          }),
          values: Schema.Array(Schema.Finite).annotate({ description: "The numbers." })
        }),
        success: Schema.Struct({ label: Schema.String, value: Schema.Finite })
      }),
      Tool.make("list", {
        description: "The titles on a shelf.",
        parameters: Schema.Struct({
          shelf: Schema.Literals(["library", "watchlist", "downloads"]).annotate({ description: "Which shelf." }),
          filter: text("Which of its titles, in a few words.")
        }),
        success: Schema.Struct({ filter: Schema.String, items: titles })
      })
    )
    const call =
      <Result>(name: string) =>
      (input: unknown) =>
        Effect.promise(() => run<Result>(toolUrl, name, input))
    const handlers = toolkit.toLayer({
      search: call("search"),
      get: call("get"),
      crawl: call("crawl"),
      choose: call("choose"),
      compute: call("compute"),
      list: call("list")
    })

    const language = OpenAiModel.layerLanguageModel({ baseUrl, api, model, apiKey: Redacted.make(apiKey) })
    const runtime = ManagedRuntime.make(Layer.merge(language, handlers))

    const startOf = (question: string) =>
      Prompt.make([
        { role: "system", content: instructions },
        { role: "user", content: [{ type: "text", text: question }] }
      ])
    const settings = { toolkit, concurrency: "unbounded" } as const

    const whole = Effect.fnUntraced(function* (question: string) {
      let prompt = startOf(question)
      for (;;) {
        const { content, text, toolCalls } = yield* LanguageModel.generateText({ ...settings, prompt })
        if (toolCalls.length === 0) return text
        prompt = Prompt.concat(prompt, Prompt.fromResponseParts(content))
      }
    })

    const streamed = Effect.fnUntraced(function* (question: string) {
      let prompt = startOf(question)
      for (;;) {
        const parts = yield* Stream.runCollect(LanguageModel.streamText({ ...settings, prompt }))
        if (parts.every((part) => part.type !== "tool-call")) {
          return parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("")
        }
        prompt = Prompt.concat(prompt, Prompt.fromResponseParts(parts))
      }
    })

    const kept: Array<Span> = []
    const tracer = make({
      span: (options) => {
        const span = new NativeSpan(options)
        if (kept.push(span) === maxSpans) kept.length = 0
        return span
      }
    })
    const answer = streaming ? streamed : whole
    const ask = (question: string) =>
      runtime.runPromise(
        tracing ? Effect.withTracer(answer(question), tracer) : Effect.withTracerEnabled(answer(question), false)
      )

    return {
      ask,
      close: async () => {
        await runtime.dispose()
        close()
      }
    }
  }
}
