/** A whole run over WebSocket, its socket cut at every event there is. */
import * as Agent from "@callsheet/core/Agent"
import * as Script from "@callsheet/testkit/scripted/Script"
import { type Chaos, ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted, Ref, Schema, Stream } from "effect"
import { Tool, Toolkit } from "effect/ai"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { runClock } from "./servers.ts"

const never = Duration.days(10_000)

const Look = Tool.make("look", {
  description: "Looks a key up.",
  parameters: Schema.Struct({ key: Schema.String }),
  success: Schema.String
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Look)

const call = (key: string) => ({ name: "look", input: { key } })

const answer = "All three are on the shelf."
const script = Script.turns([
  { text: "Let me look.", calls: [call("a"), call("b")] },
  { calls: [call("c")] },
  { text: answer }
])

/** Runs the script once, with what is to go wrong. */
const run = Effect.fnUntraced(function* (chaos: Chaos) {
  const looked = yield* Ref.make<ReadonlyArray<string>>([])
  const tools = Effect.provide(
    toolkit,
    toolkit.toLayer({
      look: ({ key }) =>
        Effect.as(
          Ref.update(looked, (keys) => [...keys, key]),
          key
        )
    })
  )
  const agent = Agent.make({ name: "shelf", instructions: "Answer.", toolkit: tools })
  /** What each step said. */
  const texts: Array<string> = []
  const model = Layer.unwrap(
    Effect.map(ScriptedServer, ({ apiKey, baseUrl }) =>
      OpenAiModel.layerModelStream({
        apiKey: Redacted.make(apiKey),
        baseUrl,
        api: "responses",
        transport: "websocket",
        connectTimeout: never,
        idleTimeout: never
      })
    )
  )
  return yield* Effect.gen(function* () {
    const events = agent.run("Where?").pipe(
      Stream.tap((event) =>
        Effect.sync(() => {
          if (event._tag === "TextDelta") texts[event.step] = (texts[event.step] ?? "") + event.delta
        })
      ),
      Stream.runCollect
    )
    const exit = yield* runClock(yield* Effect.forkChild(Effect.result(Effect.provide(events, model))), "100 millis")
    const { requests } = yield* ScriptedServer
    return { exit, texts, looked: yield* Ref.get(looked), requests: yield* requests }
  }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant, chaos })))
})

type Ran = Effect.Success<ReturnType<typeof run>>

const isAnswered = ({ exit }: Ran) => exit._tag === "Success"

/** More than any of the responses has; the first has 23. */
const maxEvents = 25

describe("a run over WebSocket whose socket is cut", () => {
  for (const response of [0, 1, 2]) {
    it.effect(`in its response ${response}, at whatever event, answers once or fails cleanly, and calls once`, () =>
      Effect.gen(function* () {
        const whole = yield* run({})
        assert.strictEqual(whole.texts.join(""), `Let me look.${answer}`)
        let failed = 0
        for (let events = 0; events < maxEvents; events++) {
          const ran = yield* run({ cut: { response, events } })
          const place = `event ${events}`
          // The first two events hold no part.
          if (events <= 2) assert.isTrue(isAnswered(ran), place)
          assert.strictEqual(new Set(ran.looked).size, ran.looked.length, place)
          if (isAnswered(ran)) {
            assert.deepStrictEqual([ran.texts, ran.looked], [whole.texts, whole.looked], place)
            continue
          }
          failed++
          // What has left is the beginning of what would have been said, and no more is asked for.
          assert.isTrue(whole.texts.join("").startsWith(ran.texts.join("")), place)
          const asked = ran.requests.filter(({ method }) => method !== "GET")
          assert.strictEqual(asked.length, response + 1, place)
          assert.strictEqual(asked.at(-1)?.outcome, "abandoned", place)
        }
        assert.isAbove(failed, 0)
      })
    )
  }

  it.effect("between its responses sends the conversation whole, once, over another socket", () =>
    Effect.gen(function* () {
      const ran = yield* run({ cut: { response: 0, events: 23 } })
      assert.isTrue(isAnswered(ran))
      assert.deepStrictEqual(
        ran.requests.map(({ body, method }) => [method, JSON.stringify(body)?.includes("previous_response_id")]),
        [
          ["GET", undefined],
          ["WS", false],
          ["GET", undefined],
          ["WS", false],
          ["WS", true]
        ]
      )
    })
  )
})
