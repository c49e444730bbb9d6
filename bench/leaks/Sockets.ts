/**
 * Sockets: runs over HTTP that are left at random moments, and what of the process is still open after them.
 */
import * as Agent from "@callsheet/core/Agent"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as ServerProcess from "../ServerProcess.ts"

const Look = Tool.make("look", {
  parameters: Schema.Struct({ id: Schema.String }),
  success: Schema.Struct({ id: Schema.String })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Look)
const handlers = toolkit.toLayer({ look: ({ id }) => Effect.as(Effect.sleep(3), { id }) })
const agent = Agent.make({ name: "leaks", instructions: "Answer.", toolkit })

/** What of this process is open: sockets and timers by kind, listeners of the process itself by event. */
const open = (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  for (const event of process.eventNames()) counts[`on ${String(event)}`] = process.listenerCount(event)
  return counts
}

/** A run alone takes some 30 ms, beside others more. */
const longestMillis = 150
const concurrency = 20

const one = Effect.gen(function* () {
  const run = yield* Effect.forkChild(Stream.runDrain(agent.run("Are they there?")))
  yield* Effect.sleep(yield* Random.nextIntBetween(0, longestMillis))
  const isOver = run.pollUnsafe() !== undefined
  yield* Fiber.interrupt(run)
  return isOver
})

/** Makes `runs` of them: how many ended by themselves, and what is open before and after. */
export const leave = (runs: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const baseUrl = yield* ServerProcess.start(new URL("server.ts", import.meta.url))
      const some = (count: number) =>
        Effect.forEach(Array.from({ length: count }), () => one, { concurrency }).pipe(
          Effect.provide(Layer.merge(handlers, OpenAiModel.layerModelStream({ baseUrl, api: "responses" }))),
          Effect.map((ends) => ends.filter(Boolean).length)
        )
      const settled = Effect.map(Effect.sleep("200 millis"), open)
      // What is made once has been made.
      yield* some(100)
      const before = yield* settled
      const finished = yield* some(runs)
      const after = yield* settled
      return { runs, finished, before, after }
    })
  )
