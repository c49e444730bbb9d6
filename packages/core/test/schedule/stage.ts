/**
 * Stage: an agent over a scripted model and tools that take as long as their input says, and what each of them did when.
 *
 * At `pace` a token takes 10 ms, and 4 bytes of text or arguments are a token, so times can be reckoned on paper:
 * `{"key":"a"}` has 11 bytes, so a reply of one such call begins at 100 ms and ends at 120 ms. "Done." ends at 110 ms.
 */
import * as Agent from "@callsheet/core/Agent"
import type { AgentRequest } from "@callsheet/core/AgentRequest"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import { ModelStream } from "@callsheet/core/model/ModelStream"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Hedge from "@callsheet/core/schedule/Hedge"
import type * as Policy from "@callsheet/core/schedule/Policy"
import * as Retry from "@callsheet/core/schedule/Retry"
import * as Shared from "@callsheet/core/schedule/Shared"
import { type Reply, type Script, turns, type View } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import type { Timing } from "@callsheet/testkit/scripted/Timing"
import { Clock, Duration, Effect, Exit, identity, Layer, Predicate, Schema } from "effect"
import { Tool, Toolkit } from "effect/ai"

import { eventsOf, tagged } from "../fixtures.ts"

export const pace: Timing = { firstToken: Duration.millis(100), tokensPerSecond: 100 }

/** How a tool may fail. `status` 429 asks to slow down. */
export class Trouble extends Schema.TaggedError<Trouble>()("Trouble", {
  sentence: Schema.String,
  isRetryable: Schema.Boolean,
  status: Schema.optionalKey(Schema.Int),
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis)
}) {
  override get message(): string {
    return this.sentence
  }
}

const parameters = Schema.Struct({
  key: Schema.String,
  millis: Schema.Finite.pipe(Schema.withDecodingDefaultKey(Effect.succeed(40))),
  /** How many parts the result has: the key with 1, 2, ... after it. */
  parts: Schema.optionalKey(Schema.Int),
  note: Schema.optionalKey(Schema.Unknown)
})

/** Tools touch what their key names, so calls of different keys have nothing to do with each other. */
const tags: Annotations.Tags = (decoded) => (Predicate.hasProperty(decoded, "key") ? [String(decoded.key)] : [])

const task = (name: string) =>
  Tool.make(name, {
    parameters,
    success: Schema.Struct({ key: Schema.String, parts: Schema.Array(Schema.String) }),
    failure: Trouble,
    failureMode: "return"
  })
type Task = ReturnType<typeof task>

export const reading = (name: string): Task =>
  task(name).annotate(Tool.Readonly, true).annotate(Annotations.TagsRead, tags)

/** Needs no approval. */
export const writing = (name: string): Task =>
  task(name).annotate(Tool.Destructive, false).annotate(Annotations.TagsWritten, tags)

/** Needs approval. */
export const destroying = (name: string): Task => task(name).annotate(Annotations.TagsWritten, tags)

export interface Doing {
  readonly name: string
  readonly key: string
  readonly millis: number
  /** From 1, counted for each name and key. */
  readonly attempt: number
}

const sleeping = ({ millis }: Doing): Effect.Effect<void, Trouble> => Effect.sleep(millis)

/** `tools`, all of which do `act`, and a diary of it: "120 start look a", then "160 end look a", or `fail` or `stop`. */
export const troupe = (tools: ReadonlyArray<Task>, act = sleeping) => {
  const lines: Array<string> = []
  const attempts = new Map<string, number>()
  const perform = (name: string) =>
    Effect.fnUntraced(function* ({ key, millis, parts = 3 }: typeof parameters.Type) {
      const write = (what: string) =>
        Effect.map(Clock.currentTimeMillis, (now) => void lines.push(`${now} ${what} ${name} ${key}`))
      const attempt = (attempts.get(`${name} ${key}`) ?? 0) + 1
      attempts.set(`${name} ${key}`, attempt)
      yield* write("start")
      yield* Effect.onExit(act({ name, key, millis, attempt }), (exit) =>
        write(Exit.isSuccess(exit) ? "end" : Exit.hasInterrupts(exit) ? "stop" : "fail")
      )
      return { key, parts: Array.from({ length: parts }, (_, index) => `${key}${index + 1}`) }
    })
  const toolkit = Toolkit.make(...tools)
  const handlers = toolkit.toLayer(Object.fromEntries(tools.map(({ name }) => [name, perform(name)])))
  return { toolkit: Effect.provide(toolkit, handlers), lines }
}

/** A model that speaks `script`. */
export const model = (script: Script, timing = pace) =>
  LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
    Layer.provide(ScriptedModel.layer({ script, timing }))
  )

/** A model whose streams are changed by `edit`. */
export const editing =
  (edit: (stream: ModelStream["Service"]["stream"]) => ModelStream["Service"]["stream"]) =>
  (model: Layer.Layer<ModelStream>) =>
    Layer.effect(
      ModelStream,
      Effect.map(ModelStream, (whole) => ModelStream.of({ ...whole, stream: edit(whole.stream) }))
    ).pipe(Layer.provide(model))

/** What runs share, not with those of other tests; retries wait without jitter. */
export const calm = Layer.merge(Layer.effect(Shared.Shared, Shared.make), Layer.succeed(Retry.Jitter, false))

export interface Play {
  readonly tools: ReadonlyArray<Task>
  readonly act?: typeof sleeping
  readonly policy?: Partial<Policy.Policy>
  /** Whether slow reads are hedged; they are not where left out. */
  readonly hedges?: boolean
  readonly ask?: AgentRequest
  /** What the model says, turn by turn; "Done." after that. */
  readonly replies: ReadonlyArray<Partial<Reply>>
  /** Stands between the script and the agent. */
  readonly through?: (model: Layer.Layer<ModelStream>) => Layer.Layer<ModelStream>
}

/** The results that stand in `view` since the model last spoke, in order: what calls told the model. */
export const told = (view: View | undefined): ReadonlyArray<unknown> => {
  const messages = view?.messages ?? []
  const last = messages.findLastIndex(({ role }) => role === "assistant")
  return messages.slice(last + 1).flatMap((message) => (message.role === "tool" ? [message.result] : []))
}

/** Plays one run to its end: the diary of its tools, its events, what the model saw at each turn, and how it ended. */
export const play = Effect.fnUntraced(function* (options: Play) {
  const { act, ask = { question: "Go" }, hedges = false, policy = {}, replies, through = identity, tools } = options
  const { lines, toolkit } = troupe(tools, act)
  const views: Array<View> = []
  const speak = turns([...replies, { text: "Done." }])
  const script: Script = (view) => {
    views.push(view)
    return speak(view)
  }
  const agent = Agent.make({ name: "test", instructions: "Answer.", toolkit, policy })
  const events = yield* eventsOf(agent.run(ask)).pipe(
    Effect.provide(Layer.mergeAll(through(model(script)), calm, Layer.succeed(Hedge.Enabled, hedges)))
  )
  return { lines, events, views, finished: tagged(events, "RunFinished")[0] }
})
