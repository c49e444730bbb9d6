/**
 * world: runs a graph with the engine, and tells what its handlers saw.
 */
import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Hedge from "@callsheet/core/schedule/Hedge"
import * as PlanTool from "@callsheet/core/schedule/PlanTool"
import * as Retry from "@callsheet/core/schedule/Retry"
import * as Shared from "@callsheet/core/schedule/Shared"
import * as Script from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { Clock, Effect, Fiber, Layer, Schema, Stream } from "effect"
import { Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import { Broken, tagged } from "../../fixtures.ts"
import { type ToolOf, valueOf, type Written, type WrittenCall } from "./graph.ts"

const parameters = Schema.Struct({
  tags: Schema.Array(Schema.String),
  millis: Schema.Finite,
  isFailing: Schema.Boolean,
  after: Schema.Array(Schema.String)
})
type Parameters = typeof parameters.Type

const tagsOf: Annotations.Tags = (decoded) => (Schema.is(parameters)(decoded) ? decoded.tags : [])

const makeTool = ({ isReadOnly, limit, name, tags, upstream }: ToolOf) => {
  const annotation = isReadOnly ? Annotations.TagsRead : Annotations.TagsWritten
  return Tool.make(name, {
    parameters,
    success: Schema.Struct({ value: Schema.String }),
    failure: Broken,
    failureMode: "return"
  })
    .annotate(Tool.Readonly, isReadOnly)
    .annotate(Tool.Destructive, false)
    .annotate(annotation, tags === "arguments" ? tagsOf : tags)
    .annotate(Annotations.Upstream, upstream)
    .annotate(Annotations.Concurrency, limit)
}

/** A handler's time with one call, in milliseconds since the run began. */
export interface Entry {
  readonly callId: string
  readonly startMillis: number
  endMillis: number | undefined
  /** The calls that ran when it began. */
  readonly beside: ReadonlyArray<string>
}

/** Runs `written` in a world of its own while virtual time passes. */
export const run = Effect.fnUntraced(function* (written: Written) {
  const { calls, limits, plain, tools } = written
  const diary: Array<Entry> = []
  const running = new Set<Entry>()
  const toolkit = Toolkit.make(...tools.map(makeTool))
  const handlers = toolkit.toLayer(
    Object.fromEntries(
      tools.map((tool) => [
        tool.name,
        Effect.fnUntraced(function* (
          parameters: Parameters,
          { toolCallId = "" }: { readonly toolCallId?: string | undefined }
        ) {
          const entry: Entry = {
            callId: toolCallId,
            startMillis: (yield* Clock.currentTimeMillis) - 1,
            endMillis: undefined,
            beside: [...running].map(({ callId }) => callId)
          }
          diary.push(entry)
          running.add(entry)
          yield* Effect.sleep(parameters.millis)
          running.delete(entry)
          entry.endMillis = (yield* Clock.currentTimeMillis) - 1
          if (parameters.isFailing) return yield* new Broken({ sentence: "It broke." })
          return { value: valueOf(tool.name, parameters) }
        })
      ])
    )
  )

  let messages: ReadonlyArray<Script.Message> = []
  const script: Script.Script = (view) => {
    messages = view.messages
    return Script.turnOf(view) === 0 ? { text: "", calls: asked } : { text: "Done.", calls: [] }
  }
  const inputOf = (call: WrittenCall) => ({
    ...call.arguments,
    after: call.needs.map((need) => ({ $from: calls[need]?.stepId ?? "", path: ["value"] }))
  })
  const steps = calls.slice(plain).map((call) => ({ id: call.stepId, tool: call.tool, input: inputOf(call) }))
  const asked = [
    ...calls.slice(0, plain).map((call) => ({ name: call.tool, input: inputOf(call) })),
    ...(steps.length === 0 ? [] : [{ name: PlanTool.name, input: { steps } }])
  ]

  const shared = yield* Shared.make
  const agent = Agent.make({
    name: "graphs",
    instructions: "Answer.",
    toolkit,
    policy: { toolConcurrency: limits.run, plans: true }
  })
  const fiber = yield* Stream.runCollect(agent.run("Go")).pipe(
    Effect.provide([
      LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
        Layer.provide(ScriptedModel.layer({ script, timing: instant }))
      ),
      handlers,
      Layer.succeed(Shared.Shared, shared)
    ]),
    Effect.provideService(Retry.Jitter, false),
    Effect.provideService(Hedge.Enabled, false),
    // The clock waits for all that follows from a sleep that it ends, so the start of the run must be such an end.
    Effect.delay(1),
    Effect.forkChild
  )
  yield* TestClock.adjust("1 hour")
  // A run that hangs would hang the test: it fails here instead.
  const exit = fiber.pollUnsafe() ?? (yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber)))
  const events = yield* exit
  return {
    diary,
    settled: new Map(tagged(events, "ToolSettled").map((event) => [event.callId, event])),
    /** How long the calls took together: the model takes no time. */
    millis: tagged(events, "StepFinished")[0]?.atMillis,
    /** What the model read, in the order in which it read it. */
    results: messages.flatMap((message) => (message.role === "tool" ? [message] : [])),
    left: shared.admission.running + shared.admission.waiting
  }
})

export type Ran = Effect.Success<ReturnType<typeof run>>
