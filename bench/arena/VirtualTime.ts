/**
 * VirtualTime: how long a run takes on a clock that only moves when everything waits: exact, on any machine.
 */
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as Hedge from "@callsheet/core/schedule/Hedge"
import * as Script from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"

import * as Backend from "./Backend.ts"
import * as Callsheet from "./Callsheet.ts"
import { timing, toolMillis } from "./Limit.ts"
import { answer, questionOf, type Workload } from "./Workloads.ts"

const names = { provider: "scripted", model: "script" }

/** Milliseconds that a run of `workload` takes, at the realistic pace. A wrong answer is a defect. */
export const millisOf = ({ scripts: [script] }: Workload): Effect.Effect<number> =>
  Effect.gen(function* () {
    if (script === undefined) return 0
    const model = ScriptedModel.layer({ script: Script.turns(script.replies), timing })
    const handlers = Callsheet.handlers(
      (name) => (input) =>
        Effect.delay(
          Effect.sync(() => JSON.parse(JSON.stringify(Backend.results[name]({ ...input })))),
          toolMillis(name)
        )
    )
    const run = Effect.gen(function* () {
      const summary = yield* Callsheet.agent(script.isPlan).ask(questionOf(script, 0))
      if (summary.answer !== answer)
        return yield* Effect.die(new Error(`${script.key} was answered: ${summary.answer}`))
      return yield* Clock.currentTimeMillis
    }).pipe(
      Effect.provideService(Hedge.Enabled, false),
      Effect.provide([Layer.provide(LanguageModelStream.layer(names), model), handlers])
    )
    const start = yield* Clock.currentTimeMillis
    const running = yield* Effect.forkChild(run)
    yield* TestClock.adjust("1 hour")
    return (yield* Fiber.join(running)) - start
  }).pipe(Effect.provide(TestClock.layer()), Effect.orDie)
