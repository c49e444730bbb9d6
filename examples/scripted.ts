/**
 * A stand-in model for the examples: asks for `calls` at once, then answers from what they returned. It follows a script and
 * decides nothing.
 */
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import type { Reply } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"

export const scripted = (
  calls: Reply["calls"],
  answer: (results: ReadonlyArray<Readonly<Record<string, unknown>>>) => string
) =>
  LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
    Layer.provide(
      ScriptedModel.layer({
        timing: { firstToken: Duration.millis(100), tokensPerSecond: 120 },
        script: ({ messages }) => {
          const results = messages.flatMap((message) => (message.role === "tool" ? [message.result] : []))
          return results.length === 0
            ? { text: "", calls }
            : { text: answer(results.map((result) => (Predicate.isObject(result) ? { ...result } : {}))), calls: [] }
        }
      })
    )
  )
