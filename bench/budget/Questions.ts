/**
 * Questions: the ten questions of a household, answered by the media assistant over demo services that take their measured time.
 *
 * Two set-ups: `model` leaves each step to the model, `everything` has what is known before the model speaks. Nothing is
 * remembered from one question to the next. The model is a script of written rules: what depends on its choices is no measure of a
 * real one.
 */
import * as Questions from "@callsheet/testkit/Questions"
import { script } from "@callsheet/testkit/scripted/MediaScript"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Agents from "../baseline/Agents.ts"
import * as Answers from "../baseline/Answers.ts"
import * as DemoHttp from "./DemoHttp.ts"
import * as Figures from "./Figures.ts"

const setUps = { model: Agents.off, everything: Agents.on } as const

const figuresOf = Effect.fnUntraced(function* (setUp: keyof typeof setUps, question: string) {
  const house = Layer.provide(Agents.household({ environment: DemoHttp.environment }), DemoHttp.layer)
  const { answer, figures } = yield* Figures.of(setUps[setUp], question, script, house)
  if (!Answers.isTrue(question, answer)) return yield* Effect.die(new Error(`${question} was answered: ${answer}`))
  return figures
})

/** By question and set-up. */
export const all = Effect.gen(function* () {
  // What is loaded when it is first wanted is loaded now, so that no run waits for the disk.
  yield* Effect.promise(() => import("@callsheet/core/foresee/ToolIndex"))
  const found: Array<readonly [string, Readonly<Record<keyof typeof setUps, Figures.Figures>>]> = []
  for (const question of [...Questions.simple, ...Questions.complex]) {
    const model = yield* figuresOf("model", question)
    found.push([question, { model, everything: yield* figuresOf("everything", question) }])
  }
  return Object.fromEntries(found)
})
