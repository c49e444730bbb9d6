/** What habits let a run read before its model asks. */
import type { Script } from "@callsheet/testkit/scripted/Script"
import { replyMillis } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"

import { Habits } from "../../src/foresee/Habits.ts"
import { Identity } from "../../src/Identity.ts"
import { agent, calls, realistic, settle, toolMillis, world } from "../fixtures.ts"

const answer = { text: "There are four of them, and all four have been found on the shelf.", calls: [] }

/** Looks up the quoted name of the question, then scans what it was told of that, and then answers. */
const chain: Script = ({ messages, question }) => {
  const name = /"(.*)"/.exec(question)?.[1] ?? ""
  const known = JSON.stringify(messages)
  if (!known.includes(`value of ${name}`)) return { text: "", calls: calls("look", name) }
  if (!known.includes(`scan of value of ${name}`)) return { text: "", calls: calls("scan", `value of ${name}`) }
  return answer
}

const learning = (identity: string | undefined = "home") =>
  Layer.mergeAll(world(chain, realistic), Habits.layerMemory, Layer.succeed(Identity, identity))

const asking = (name: string, policy: Parameters<typeof agent>[0] = {}) =>
  settle(agent(policy).ask(`What of "${name}"?`))

describe("Habits of an agent", () => {
  it.effect("spare it the rounds that runs alike needed, for a name that was never asked", () =>
    Effect.gen(function* () {
      const rounds: Array<number> = []
      for (const name of ["alpha", "beta", "gamma"]) rounds.push((yield* asking(name)).modelCalls.length)
      assert.deepStrictEqual(rounds, [3, 3, 1])
      const again = yield* asking("delta")
      assert.strictEqual(again.wallMillis, 2 * toolMillis + replyMillis(answer, realistic))
      // What stands in the prompt need not be asked for: nobody knows what it was worth.
      assert.deepInclude(yield* Effect.flatMap(Habits, ({ stats }) => stats), { hits: 0, misses: 0, failures: 0 })
    }).pipe(Effect.provide(learning()))
  )

  it.effect("have the next read under way while the model thinks, where nothing was there in time", () =>
    Effect.gen(function* () {
      const foresight = { mostCalls: 6, wait: Duration.zero }
      for (const name of ["alpha", "beta"]) yield* asking(name)
      const { modelCalls, toolCalls } = yield* asking("gamma", { foresight })
      assert.strictEqual(modelCalls.length, 3)
      assert.deepStrictEqual(
        toolCalls.map(({ id, source }) => `${id} ${source}`),
        ["foreseen_0 upstream", "call_0_0 foreseen", "foreseen_1 upstream", "call_1_0 foreseen"]
      )
    }).pipe(Effect.provide(learning()))
  )

  it.effect("are none without an identity, and none of another's", () =>
    Effect.gen(function* () {
      for (const name of ["alpha", "beta"]) yield* asking(name)
      const other = yield* Effect.provideService(asking("gamma"), Identity, "elsewhere")
      const nobody = yield* Effect.provideService(asking("delta"), Identity, undefined)
      assert.deepStrictEqual([other.modelCalls.length, nobody.modelCalls.length], [3, 3])
    }).pipe(Effect.provide(learning()))
  )
})
