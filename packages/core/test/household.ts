/**
 * Household: things with a value each, tools that read and write them, and an agent that does what its question says:
 * "look a, look b then change a fail" are two messages of calls, after which it answers with all that it was told. "more" reads
 * on in the first result that was cut, and "read abc" in that of reference abc.
 *
 * Tools take 10 ms, and the model none. A read gives what is true at its half, and a write is done at its half.
 */
import { Cache, type Change } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { Call } from "@callsheet/core/foresee/Route"
import { Identity } from "@callsheet/core/Identity"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as PlanTool from "@callsheet/core/schedule/PlanTool"
import type * as Policy from "@callsheet/core/schedule/Policy"
import * as ResultTool from "@callsheet/core/schedule/ResultTool"
import * as Retry from "@callsheet/core/schedule/Retry"
import * as Shared from "@callsheet/core/schedule/Shared"
import { type Script, turnOf, type View } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { Effect, Fiber, Layer, Predicate, type Redacted, Schema, Stream } from "effect"
import { Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import { analysis, tagged } from "./fixtures.ts"
import { Trouble } from "./schedule/stage.ts"

const parameters = Schema.Struct({
  key: Schema.String,
  mode: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("ok"))),
  millis: Schema.Finite.pipe(Schema.withDecodingDefaultKey(Effect.succeed(10)))
})

const tags: Annotations.Tags = (decoded) => (Predicate.hasProperty(decoded, "key") ? [String(decoded.key)] : [])

const tool = <Name extends string>(name: Name) =>
  Tool.make(name, {
    parameters,
    success: Schema.Struct({ key: Schema.String, value: Schema.Finite }),
    failure: Trouble,
    failureMode: "return"
  })
const reading = <Name extends string>(name: Name) => tool(name).annotate(Tool.Readonly, true)
const writing = <Name extends string>(name: Name) => tool(name).annotate(Tool.Destructive, false)

/** Reads through the cache, and its result may not be used again. */
const peruse = reading("peruse").annotate(Annotations.TagsRead, tags)
const look = reading("look").annotate(Annotations.TagsRead, tags).annotate(Annotations.Freshness, "1 day")
/** Its result may not be used again. */
const glance = reading("glance").annotate(Annotations.TagsRead, tags)
/** Reads through the cache. */
const browse = reading("browse").annotate(Annotations.TagsRead, tags).annotate(Annotations.Freshness, "1 day")
/** Says nothing of what it reads, which is the sum of all. */
const survey = reading("survey").annotate(Annotations.Freshness, "1 day")
/** Waits for approval, though it changes nothing. */
const reveal = Tool.make("reveal", { parameters, success: look.successSchema, needsApproval: true })
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.TagsRead, tags)
  .annotate(Annotations.Freshness, "1 day")
const change = writing("change").annotate(Annotations.TagsWritten, tags).annotate(Annotations.TimeLimit, "1 minute")
/** Says nothing of what it writes. */
const overhaul = writing("overhaul")
/** Waits for approval. */
const erase = tool("erase").annotate(Annotations.TagsWritten, tags)

export const toolkit = Toolkit.make(look, glance, browse, peruse, survey, reveal, change, overhaul, erase)

const half = "5 millis"

/** What there is, and what was done with it. */
export const makeWorld = () => {
  const values = new Map<string, number>()
  /** Handlers that were asked: "look a". */
  const asked: Array<string> = []
  /** Keys that `browse` asked its upstream for. */
  const browsed: Array<string> = []
  const valueOf = (key: string) => ({ key, value: values.get(key) ?? 0 })
  const Value = Schema.Struct({ key: Schema.String, value: Schema.Finite })
  const Record = Read.make("test/record", {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({ key: Schema.String }),
    result: Value,
    freshness: { fresh: "6 hours", stale: "6 hours" },
    tags: ({ key }) => [key],
    lookup: ({ key }) =>
      Effect.sleep(half).pipe(
        Effect.andThen(() => {
          browsed.push(key)
          return Effect.succeed(valueOf(key))
        }),
        Effect.delay(half)
      )
  })
  const work = (name: string, done: (key: string) => typeof Value.Type) =>
    Effect.fnUntraced(function* ({ key, millis, mode }: typeof parameters.Type) {
      asked.push(`${name} ${key}`)
      yield* Effect.sleep(millis / 2)
      const value = done(key)
      yield* Effect.sleep(millis / 2)
      if (mode === "fail") return yield* new Trouble({ sentence: "No.", isRetryable: false })
      if (mode === "die") return yield* Effect.die("broken")
      if (mode === "hang") return yield* Effect.never
      return value
    })
  const written = (key: string) => {
    values.set(key, valueOf(key).value + 1)
    return valueOf(key)
  }
  const handlers = toolkit.toLayer(
    Effect.gen(function* () {
      const cache = yield* Cache
      return toolkit.of({
        look: work("look", valueOf),
        glance: work("glance", valueOf),
        browse: ({ key }) => {
          asked.push(`browse ${key}`)
          return cache.read(Record, { key })
        },
        peruse: ({ key }) => cache.read(Record, { key }),
        survey: work("survey", (key) => ({ key, value: [...values.values()].reduce((sum, value) => sum + value, 0) })),
        reveal: ({ key }) => Effect.sync(() => valueOf(key)),
        change: work("change", written),
        overhaul: work("overhaul", written),
        erase: work("erase", written)
      })
    })
  )
  // Its runs are those of one process.
  return { values, asked, browsed, handlers, shared: Effect.runSync(Shared.make) }
}

type World = ReturnType<typeof makeWorld>

/** Looks at `key`, and then browses what that look says. */
const planOf = (key: string) => [
  { id: "first", tool: "look", input: { key } },
  { id: "second", tool: "browse", input: { key: { $from: "first", path: ["key"] } } }
]

/** "look a, change b fail, change c ok 40" as calls; "plan a" as a plan. */
const callsOf = (text: string) =>
  text.split(",").map((call) => {
    const [name = "", key = "", mode, millis] = call.trim().split(" ")
    if (name === "plan") return { name: PlanTool.name, input: { steps: planOf(key) } }
    return { name, input: { key, ...(mode && { mode }), ...(millis && { millis: Number(millis) }) } }
  })

/** Where the first result that was cut goes on. */
const moreOf = (view: View): Readonly<Record<string, unknown>> => {
  const text = JSON.stringify(view.messages.map((message) => (message.role === "tool" ? message.result : null)))
  return JSON.parse(/"more":(\{.*?\})/.exec(text)?.[1] ?? "{}")
}

const script: Script = (view) => {
  const messages = view.question.replace(/^.*?: /, "").split(" then ")
  const message = messages[turnOf(view)]
  const [verb, reference] = message?.split(" ") ?? []
  if (verb === "more") return { text: "", calls: [{ name: ResultTool.name, input: moreOf(view) }] }
  if (verb === "read") return { text: "", calls: [{ name: ResultTool.name, input: { reference } }] }
  if (message !== undefined && /^[a-z]+ \p{L}/u.test(message.trim())) return { text: "", calls: callsOf(message) }
  const results = view.messages.flatMap((message) => (message.role === "tool" ? [message.result] : []))
  return { text: JSON.stringify(results), calls: [] }
}

export interface Setting {
  readonly world: World
  readonly identity?: string | Redacted.Redacted | undefined
  readonly policy?: Partial<Policy.Policy>
  readonly instructions?: string
  readonly name?: string
  readonly model?: string
  readonly address?: string
  readonly toolkit?: typeof toolkit
  readonly deadlineMillis?: number
  /** Reads that a router foresees of every question. */
  readonly foreseen?: ReadonlyArray<Call>
}

/** Runs `effect` while time passes, no more of it than it takes. */
export const lasting = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
  while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("5 millis")
  return yield* Fiber.join(fiber)
})

/** What one run did, seen from outside. */
export interface Ran {
  readonly events: ReadonlyArray<AgentEvent>
  readonly answer: string | undefined
  readonly route: string | undefined
  /** "look upstream", for each call, in the order in which they ended. */
  readonly sources: ReadonlyArray<string>
  readonly modelCalls: number
  /** Handlers that were asked. */
  readonly asked: ReadonlyArray<string>
}

/** Asks; time must pass for it to end. */
export const asking = Effect.fnUntraced(function* (question: string, setting: Setting) {
  const {
    address = "http://model.test",
    deadlineMillis,
    instructions = "Answer.",
    model = "script",
    name = "test",
    policy = {},
    world
  } = setting
  const before = world.asked.length
  let modelCalls = 0
  const counted: Script = (view) => {
    modelCalls++
    return script(view)
  }
  const router = Effect.succeed({
    analyse: () => Effect.succeed(analysis({ foreseen: setting.foreseen ?? [] }))
  })
  const agent = Agent.make({
    name,
    instructions,
    toolkit: setting.toolkit ?? toolkit,
    policy,
    ...(setting.foreseen !== undefined && { router })
  })
  const request = { question, ...(deadlineMillis !== undefined && { deadlineMillis }) }
  const events = yield* Stream.runCollect(Stream.catchCause(agent.run(request), () => Stream.empty)).pipe(
    Effect.provide(
      Layer.mergeAll(
        LanguageModelStream.layer({ provider: "scripted", model, address }).pipe(
          Layer.provide(ScriptedModel.layer({ script: counted, timing: instant }))
        ),
        world.handlers,
        Layer.succeed(Retry.Jitter, false)
      )
    ),
    Effect.provideService(Shared.Shared, world.shared),
    Effect.provideService(Identity, "identity" in setting ? setting.identity : "home")
  )
  const ran: Ran = {
    events,
    answer: tagged(events, "RunFinished")[0]?.answer,
    route: tagged(events, "Routed")[0]?.route,
    sources: tagged(events, "ToolSettled").map((event) => `${event.name} ${event.source}`),
    modelCalls,
    asked: world.asked.slice(before)
  }
  return ran
})

export const ask = (question: string, setting: Setting) => lasting(asking(question, setting))

/** A cache that tells what is forgotten when. */
export const watched = (told: Array<Change>, invalidating: Effect.Effect<void> = Effect.void) =>
  Layer.effect(
    Cache,
    Effect.map(Cache, (cache) =>
      Cache.of({
        ...cache,
        invalidate: (change) => {
          told.push(change)
          return Effect.andThen(invalidating, cache.invalidate(change))
        }
      })
    )
  ).pipe(Layer.provide(Cache.layerMemory()))
