/**
 * Fixtures: a toolkit whose tools take a stated time, and a recorder of what its handlers did.
 */
import * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { Analysis } from "@callsheet/core/foresee/Route"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import type * as Policy from "@callsheet/core/schedule/Policy"
import * as Shared from "@callsheet/core/schedule/Shared"
import type { Script } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant, type Timing } from "@callsheet/testkit/scripted/Timing"
import { Context, Duration, Effect, Fiber, Layer, Predicate, Ref, Schema, Stream } from "effect"
import { Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

/** The pace of a small hosted model. */
export const realistic: Timing = { firstToken: Duration.millis(350), tokensPerSecond: 120 }

export const toolMillis = 40

export class Broken extends Schema.TaggedError<Broken>()("Broken", { sentence: Schema.String }) {
  override get message(): string {
    return this.sentence
  }
}

const parameters = Schema.Struct({ key: Schema.String })

/** Tools touch what their key names, so calls of different keys have nothing to do with each other. */
const tags: Annotations.Tags = (decoded) => (Predicate.hasProperty(decoded, "key") ? [String(decoded.key)] : [])

/** `key` chooses how it ends: "fail", "die", "interrupt", else with its value. */
const look = Tool.make("look", {
  description: "Looks a key up.",
  parameters,
  success: Schema.Struct({ value: Schema.String }),
  failure: Broken,
  failureMode: "return"
})
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.TagsRead, tags)
  .annotate(Annotations.Renderer, ({ parameters, result }) =>
    parameters["key"] === "mute" ? undefined : `${JSON.stringify(parameters["key"])} is ${JSON.stringify(result)}.`
  )

/** Says of anything what it is. */
const scan = Tool.make("scan", { parameters, success: Schema.String })
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.TagsRead, tags)

/** One at a time. */
const slow = Tool.make("slow", { parameters, success: Schema.String })
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.Concurrency, 1)
  .annotate(Annotations.TagsRead, tags)

/** Fails in `failureMode: "error"`. */
const fragile = Tool.make("fragile", { parameters, failure: Broken }).annotate(Tool.Readonly, true)

/** Changes something, and says nothing of how bad that is, so it waits for approval. */
const change = Tool.make("change", { parameters, success: Schema.String, failureMode: "return" }).annotate(
  Annotations.TagsWritten,
  tags
)

/** Tells how far it is before it ends. */
const gradual = Tool.make("gradual", { success: Schema.Finite }).annotate(Tool.Readonly, true)

const tools = Toolkit.make(look, scan, slow, fragile, change, gradual)

/** What the handlers did, in order: "start look a", then "end look a", or "stop look a" where it was interrupted. */
export class Diary extends Context.Service<Diary, Ref.Ref<ReadonlyArray<string>>>()("@callsheet/core/test/Diary") {
  static readonly layer = Layer.effect(Diary, Ref.make<ReadonlyArray<string>>([]))
}

export const handlers = tools.toLayer(
  Effect.gen(function* () {
    const diary = yield* Diary
    const write = (entry: string) => Ref.update(diary, (entries) => [...entries, entry])
    const works = (entry: string) =>
      write(`start ${entry}`).pipe(
        Effect.andThen(Effect.sleep(toolMillis)),
        Effect.onInterrupt(() => write(`stop ${entry}`)),
        Effect.andThen(write(`end ${entry}`))
      )
    return tools.of({
      look: Effect.fnUntraced(function* ({ key }) {
        yield* works(`look ${key}`)
        if (key === "fail") return yield* new Broken({ sentence: "The shelf is empty." })
        if (key === "die") return yield* Effect.die("a secret detail")
        if (key === "interrupt") return yield* Effect.interrupt
        return { value: `value of ${key}` }
      }),
      slow: ({ key }) => Effect.as(works(`slow ${key}`), `slow ${key}`),
      scan: ({ key }) => Effect.as(works(`scan ${key}`), `scan of ${key}`),
      fragile: () => Effect.fail(new Broken({ sentence: "It snapped." })),
      change: ({ key }) => Effect.as(works(`change ${key}`), `changed ${key}`),
      gradual: Effect.fnUntraced(function* (_, { preliminary }) {
        yield* preliminary(1)
        yield* preliminary(2)
        return 3
      })
    })
  })
)

export const calls = (name: string, ...keys: ReadonlyArray<string>) => keys.map((key) => ({ name, input: { key } }))

/** An agent over `tools`. */
export const agent = (policy: Partial<Policy.Policy> = {}) =>
  Agent.make({ name: "test", instructions: "Answer.", toolkit: tools, policy })

/** What a router says that knows nothing but `known`. */
export const analysis = (known: Partial<Analysis>): Analysis => ({
  intent: "looking",
  entities: [],
  filters: {},
  writes: false,
  complexity: "complex",
  tools: [],
  confidence: 0.3,
  reason: "It is a test.",
  answerable: undefined,
  foreseen: [],
  wishes: [],
  ...known
})

/** The same with a router that says of every question what `known` says. */
export const routed = (known: Partial<Analysis>, policy: Partial<Policy.Policy> = {}) =>
  routedBy(Effect.succeed(analysis(known)), policy)

export const routedBy = (analysis: Effect.Effect<Analysis>, policy: Partial<Policy.Policy> = {}) => {
  const router = Effect.succeed({ analyse: () => analysis })
  return Agent.make({ name: "test", instructions: "Answer.", toolkit: tools, policy, router })
}

/** As a router names calls. */
export const reads = (name: string, ...keys: ReadonlyArray<string>) =>
  keys.map((key) => ({ name, parameters: { key } }))

/** The world of a run: a scripted model through Effect's `LanguageModel`, the handlers, and their diary. */
export const world = (script: Script, timing: Timing = instant) =>
  Layer.mergeAll(
    LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
      Layer.provide(ScriptedModel.layer({ script, timing }))
    ),
    handlers,
    Layer.effect(Shared.Shared, Shared.make)
  ).pipe(Layer.provideMerge(Diary.layer))

/** Runs `effect` while an hour of virtual time passes. */
export const settle = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  yield* TestClock.adjust("1 hour")
  return yield* Fiber.join(fiber)
})

/** All events of a run, also of one that fails. */
export const eventsOf = <E, R>(events: Stream.Stream<AgentEvent, E, R>) =>
  settle(Stream.runCollect(Stream.catchCause(events, () => Stream.empty)))

export const tagged = <Tag extends AgentEvent["_tag"]>(events: ReadonlyArray<AgentEvent>, tag: Tag) =>
  events.filter((event): event is Extract<AgentEvent, { _tag: Tag }> => event._tag === tag)
