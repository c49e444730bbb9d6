/**
 * Workloads: what the arena asks of its contestants, asked of this engine in virtual time. A wrong answer is a defect.
 */
import * as Script from "@callsheet/testkit/scripted/Script"
import * as Effect from "effect/Effect"

import * as Backend from "../arena/Backend.ts"
import * as Callsheet from "../arena/Callsheet.ts"
import { toolMillis } from "../arena/Limit.ts"
import * as Arena from "../arena/Workloads.ts"
import * as Figures from "./Figures.ts"

const handlers = Callsheet.handlers(
  (name) => (input) =>
    Effect.delay(
      Effect.sync(() => JSON.parse(JSON.stringify(Backend.results[name]({ ...input })))),
      toolMillis(name)
    )
)

const figuresOf = Effect.fnUntraced(function* (script: Arena.Script) {
  const agent = Callsheet.agent(script.isPlan)
  const { answer, figures } = yield* Figures.of(
    agent,
    Arena.questionOf(script, 0),
    Script.turns(script.replies),
    handlers
  )
  if (answer !== Arena.answer) return yield* Effect.die(new Error(`${script.key} was answered: ${answer}`))
  return [script.key, figures] as const
})

/** By script: workload f has ten. */
export const all = Effect.map(
  Effect.forEach(
    Object.values(Arena.workloads).flatMap(({ scripts }) => scripts),
    figuresOf,
    { concurrency: 1 }
  ),
  (found) => Object.fromEntries(found)
)
