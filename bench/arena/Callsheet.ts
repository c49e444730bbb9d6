/**
 * Callsheet: the agent that stands in the arena, over whichever model it is given; by its public API only.
 *
 * **Details**
 *
 * Tool calls are not held back: all of a step run at once, as those of every other contestant do. Slow reads are not hedged:
 * a second attempt would be a call that nobody asked for. What comes from afar (`crawl`) may be used again for a minute, so an
 * equal call that comes when the first has ended asks nobody. With tracing on, a tracer keeps the spans, as many as a busy
 * exporter would, or they are exported indeed where that is asked for; with tracing off, spans are disabled.
 */
import * as Agent from "@callsheet/core/Agent"
import type { ModelStream } from "@callsheet/core/model/ModelStream"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Hedge from "@callsheet/core/schedule/Hedge"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"

import type { Ready, Setting } from "./Contestant.ts"
import * as Tools from "./Tools.ts"

const Item = Schema.Struct({ id: Schema.String, title: Schema.String, year: Schema.Finite, rating: Schema.Finite })
const Title = Schema.Struct({ ...Item.fields, next: Schema.String })

/** The description of the tool, and a function that gives those of its parameters. */
const told = (name: string) => {
  const tool = Tools.tools.find((tool) => tool.name === name)
  return {
    description: tool?.description ?? "",
    of: <S extends Schema.Top>(schema: S, parameter: string) =>
      schema.annotate({ description: tool?.parameters.properties[parameter]?.description ?? "" })
  }
}

const search = told("search")
const get = told("get")
const crawl = told("crawl")
const choose = told("choose")
const compute = told("compute")
const list = told("list")

const toolkit = Toolkit.make(
  Tool.make("search", {
    description: search.description,
    parameters: Schema.Struct({ query: search.of(Schema.String, "query") }),
    success: Schema.Struct({ query: Schema.String, items: Schema.Array(Item) })
  }).annotate(Tool.Readonly, true),
  Tool.make("get", {
    description: get.description,
    parameters: Schema.Struct({ id: get.of(Schema.String, "id") }),
    success: Title
  }).annotate(Tool.Readonly, true),
  Tool.make("crawl", {
    description: crawl.description,
    parameters: Schema.Struct({ id: crawl.of(Schema.String, "id") }),
    success: Title
  })
    .annotate(Tool.Readonly, true)
    .annotate(Annotations.Freshness, "1 minute"),
  Tool.make("choose", {
    description: choose.description,
    parameters: Schema.Struct({
      wish: choose.of(Schema.String, "wish"),
      ids: choose.of(Schema.Array(Schema.String), "ids")
    }),
    success: Schema.Struct({ wish: Schema.String, id: Schema.String })
  }).annotate(Tool.Readonly, true),
  Tool.make("compute", {
    description: compute.description,
    parameters: Schema.Struct({
      label: compute.of(Schema.String, "label"),
      operation: compute.of(Schema.Literals(["add", "subtract", "divide"]), "operation"),
      values: compute.of(Schema.Array(Schema.Finite), "values")
    }),
    success: Schema.Struct({ label: Schema.String, value: Schema.Finite })
  }).annotate(Tool.Readonly, true),
  Tool.make("list", {
    description: list.description,
    parameters: Schema.Struct({
      shelf: list.of(Schema.Literals(["library", "watchlist", "downloads"]), "shelf"),
      filter: list.of(Schema.String, "filter")
    }),
    success: Schema.Struct({ filter: Schema.String, items: Schema.Array(Item) })
  }).annotate(Tool.Readonly, true)
)

/** Calls a tool by its name; that it gives what the toolkit says is the caller's word. */
type Handler = <Result>(name: keyof typeof toolkit.tools) => (input: object) => Effect.Effect<Result>

export const handlers = (call: Handler) =>
  toolkit.toLayer({
    search: call("search"),
    get: call("get"),
    crawl: call("crawl"),
    choose: call("choose"),
    compute: call("compute"),
    list: call("list")
  })

const maxSpans = 2048

const keeping = (): Tracer.Tracer => {
  const spans: Array<Tracer.Span> = []
  return Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      if (spans.push(span) === maxSpans) spans.length = 0
      return span
    }
  })
}

/** Twenty steps and more, as all have: the longest script has nine. */
const maxSteps = 24

export const agent = (plans: boolean) =>
  Agent.make({
    name: "arena",
    instructions: Tools.instructions,
    toolkit,
    policy: { maxSteps, toolConcurrency: 1024, plans }
  })

const tracer = (setting: Setting, isExported: boolean) =>
  !setting.tracing ? Effect.withTracerEnabled(false) : isExported ? identity : Effect.withTracer(keeping())

export const ready = async (
  setting: Setting,
  model: Layer.Layer<ModelStream>,
  telemetry?: Layer.Layer<never>
): Promise<Ready> => {
  const asked = agent(setting.plans)
  const call: Handler = (name) => (input) => Effect.promise(() => Tools.run(setting.toolUrl, name, input))
  const traced = tracer(setting, telemetry !== undefined)
  const run = (question: string) => traced(Effect.provideService(asked.ask(question), Hedge.Enabled, false))
  const runtime = ManagedRuntime.make(Layer.mergeAll(model, handlers(call), telemetry ?? Layer.empty))
  return {
    ask: async (question) => (await runtime.runPromise(run(question))).answer,
    close: () => runtime.dispose()
  }
}
