/**
 * Work: answers a question, wherever it is loaded: the same in a process, a thread, and where it is called. It remembers nothing.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Runs from "../baseline/Runs.ts"
import * as SetUps from "../baseline/SetUps.ts"
import type { Job, Result } from "./Query.ts"

export interface Where {
  readonly environment: Readonly<Record<string, string>>
  readonly model: string
}

/** Its connections end with the scope. A question without an answer is a defect. */
export const make = Effect.fnUntraced(function* ({ environment, model }: Where) {
  const wires = yield* Layer.build(SetUps.wires(SetUps.sequential, { baseUrl: model }))
  const house = yield* Layer.build(SetUps.household(SetUps.sequential, { environment })).pipe(
    Effect.provideContext(wires),
    Effect.orDie
  )
  return ({ payload, question }: Job): Effect.Effect<Result> =>
    Runs.ask(SetUps.sequential.agent, house, question, "cold").pipe(
      Effect.provideContext(wires),
      Effect.flatMap(({ answer }) =>
        answer === "" ? Effect.die(new Error(`No answer to: ${question}`)) : Effect.succeed({ answer, payload })
      )
    )
})
