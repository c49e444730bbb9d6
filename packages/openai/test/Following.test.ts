/** A conversation of two runs, where the provider holds what was said before. */
import * as Agent from "@callsheet/core/Agent"
import * as Ledger from "@callsheet/core/model/Ledger"
import * as Transcript from "@callsheet/core/model/Transcript"
import type { Script } from "@callsheet/testkit/scripted/Script"
import { ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted } from "effect"
import { Toolkit } from "effect/ai"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { runClock } from "./servers.ts"

const never = Duration.days(10_000)
const agent = Agent.make({ name: "echo", instructions: "Answer.", toolkit: Toolkit.empty })

/** What the model was told beside the conversation. */
const script: Script = ({ system }) => ({ text: system, calls: [] })

describe("continuation by id", () => {
  it.effect("never goes on from what the provider holds of another run, which began with other instructions", () =>
    Effect.gen(function* () {
      const { apiKey, baseUrl } = yield* ScriptedServer
      const model = OpenAiModel.layerModelStream({
        apiKey: Redacted.make(apiKey),
        baseUrl,
        api: "responses",
        continuation: "previousResponse",
        connectTimeout: never,
        idleTimeout: never
      })
      const ledger = Ledger.makeUnsafe()
      const ask = (request: Parameters<typeof agent.ask>[0]) =>
        Effect.provideService(agent.ask(request), Ledger.Current, ledger)
      const first = { question: "Which?", instructions: "Be brief." }
      const both = Effect.gen(function* () {
        const { answer } = yield* ask(first)
        const history = Transcript.added(ledger.transcript(), first)
        return [answer, (yield* ask({ question: "And?", history, instructions: "Be thorough." })).answer]
      })
      const answers = yield* runClock(yield* Effect.forkChild(Effect.scoped(Effect.provide(both, model))), "100 millis")
      assert.deepStrictEqual(answers, ["Answer.\n\nBe brief.", "Answer.\n\nBe thorough."])
    }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant })))
  )
})
