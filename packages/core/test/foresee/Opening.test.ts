/** What comes before a run's first model call. */
import * as Agent from "@callsheet/core/Agent"
import type { Analysis } from "@callsheet/core/foresee/Route"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"

import { analysis, reads, settle } from "../fixtures.ts"
import { model, reading, troupe } from "../schedule/stage.ts"
import { lines, named, phases, traced } from "../traced.ts"

/** Bundles that cannot be used: who chooses from them breaks. */
const bundles = ["same", "same"].map((name) => ({ name, tools: ["look"] }))

const agentOf = (known: Partial<Analysis>, render = (): string | undefined => "It is b.") => {
  const { toolkit } = troupe([reading("look"), reading("scan")])
  const answerable = { calls: reads("look", "b"), render }
  const router = Effect.succeed({ analyse: () => Effect.succeed(analysis({ answerable, ...known })) })
  return Agent.make({ name: "test", instructions: "Answer.", toolkit, router, bundles })
}

const sure = { confidence: 1, complexity: "simple" } as const

describe("tools", () => {
  it.effect("are not chosen for a question that rules answer", () =>
    Effect.gen(function* () {
      const { spans, value } = yield* traced(settle(agentOf(sure).ask("Which?")))
      assert.deepStrictEqual([value.answer, value.route], ["It is b.", "rules"])
      assert.deepStrictEqual(phases(spans[0]), [])
    }).pipe(Effect.provide(model(turns([{ text: "Done." }]))))
  )

  it.effect("are chosen once rules have come to nothing, and only that choice is told as such", () =>
    Effect.gen(function* () {
      const nothing = () => undefined
      const { spans, value } = yield* traced(settle(Effect.exit(agentOf(sure, nothing).ask("Which?"))))
      assert.isTrue(Exit.hasDies(value))
      // The 40 ms that the rules' call took before it are no choice of tools.
      assert.deepStrictEqual(lines(named(spans, "execute_tool look")), ["execute_tool look 0-40"])
      assert.deepStrictEqual(phases(spans[0]), [])
    }).pipe(Effect.provide(model(turns([{ text: "Done." }]))))
  )
})
