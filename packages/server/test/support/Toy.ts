/**
 * Toy: an agent whose scripted model does what its question says, over tools that are made for tests.
 *
 * | question | what comes of it |
 * | --- | --- |
 * | `say N` | a text of N tokens |
 * | `look K` | one read, then its value |
 * | `change K` | one write that waits for approval, then what came of it |
 * | `hang K` | a tool that ends only when it is interrupted |
 * | `stubborn K` | one that takes 300 ms to end though it is interrupted |
 * | `recall` | all that was said to it before, with a bar between |
 * | `pick K` | one read, and beside it one call of the client's tool `pick`; then what came of both |
 * | `break` | the model breaks |
 * | `recall all` | all that the model was sent, as JSON |
 * | `NAME K` | a call of any other tool, as one of the client's, then what came of it |
 */
import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import type { Script } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant, type Timing } from "@callsheet/testkit/scripted/Timing"
import { Effect, Layer, Schema } from "effect"
import { Tool, Toolkit } from "effect/ai"

const parameters = Schema.Struct({ key: Schema.String })

export const tools = Toolkit.make(
  Tool.make("look", { parameters, success: Schema.String }).annotate(Tool.Readonly, true),
  Tool.make("change", { parameters, success: Schema.String, failureMode: "return" }),
  Tool.make("hang", { parameters, success: Schema.String }).annotate(Tool.Readonly, true),
  Tool.make("stubborn", { parameters, success: Schema.String }).annotate(Tool.Readonly, true)
)

/** What its handlers did, in order, over all runs: "begin hang a", then "stop hang a" where it was interrupted. */
export const diary: Array<string> = []

const write = (line: string) => Effect.sync(() => void diary.push(line))

const hang = (name: string, key: string) =>
  write(`begin ${name} ${key}`).pipe(
    Effect.andThen(Effect.never),
    Effect.onInterrupt(() => write(`stop ${name} ${key}`))
  )

const handlers = tools.toLayer({
  look: ({ key }) => Effect.as(write(`look ${key}`), `value of ${key}`),
  change: ({ key }) => Effect.as(write(`change ${key}`), `changed ${key}`),
  hang: ({ key }) => hang("hang", key),
  stubborn: ({ key }) =>
    write(`begin stubborn ${key}`).pipe(
      Effect.andThen(Effect.sleep(300)),
      Effect.uninterruptible,
      Effect.as(key),
      Effect.ensuring(write(`end stubborn ${key}`))
    )
})

const script: Script = ({ messages, question, system }) => {
  const [verb = "", key = ""] = question.split(" ")
  if (verb === "recall" && key !== "all")
    return { text: messages.map((message) => ("text" in message ? message.text : "")).join("|"), calls: [] }
  const last = messages.at(-1)
  if (verb === "recall") return { text: JSON.stringify([system, ...messages]), calls: [] }
  if (verb === "break") throw new Error("a secret detail")
  if (verb === "say") return { text: "word".repeat(Number(key)), calls: [] }
  if (verb === "pick") {
    if (last?.role !== "tool") return { text: "", calls: ["look", "pick"].map((name) => ({ name, input: { key } })) }
    const results = messages.slice(-2).map((message) => (message.role === "tool" ? message.result : null))
    return { text: JSON.stringify(results), calls: [] }
  }
  if (last?.role === "tool") return { text: String(JSON.stringify(last.result)), calls: [] }
  return { text: "", calls: [{ name: verb, input: { key } }] }
}

export const agent = Agent.make({ name: "toy", instructions: "Do as you are told.", toolkit: tools })

/** What its runs need. */
export const world = (timing: Timing = instant) =>
  Layer.merge(
    handlers,
    LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
      Layer.provide(ScriptedModel.layer({ script, timing }))
    )
  )
