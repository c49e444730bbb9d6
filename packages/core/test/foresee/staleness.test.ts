import { Cache } from "@callsheet/cache/Cache"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"

import { asking, makeWorld, type Ran } from "../household.ts"

const key = Schema.Literals(["a", "b"])
const keys = Schema.Array(key).check(Schema.isMinLength(1), Schema.isMaxLength(2))

/** One question, put `afterMillis` after the one before it, whether that has been answered or not. */
const Asked = Schema.Struct({
  afterMillis: Schema.Literals([0, 3, 7, 12, 30]),
  act: Schema.Union([
    Schema.Struct({ tool: Schema.Literals(["look"]), keys }),
    Schema.Struct({ tool: Schema.Literals(["look", "browse", "survey"]), keys }),
    Schema.Struct({ tool: Schema.Literals(["change"]), key, mode: Schema.Literals(["ok", "fail", "die"]) }),
    // Its client leaves before, while, or after it is done.
    Schema.Struct({ tool: Schema.Literals(["leave"]), key, afterMillis: Schema.Literals([2, 7, 20]) })
  ])
})
type Asked = typeof Asked.Type

const seen = { memory: 0, answers: 0, outdated: 0 }

const runs = 40

describe("any questions that read and write side by side", () => {
  it.effect.prop(
    "are never answered with what is older than the last write that had ended before they were put",
    [Schema.Array(Asked).check(Schema.isMinLength(8), Schema.isMaxLength(24))],
    Effect.fnUntraced(function* ([all]) {
      const world = makeWorld()
      /** How often each thing was written by runs that have ended. */
      const ended = new Map<string, number>()
      const faults: Array<string> = []

      const write = (question: string, key: string) =>
        Effect.ensuring(
          asking(question, { world }),
          Effect.sync(() => void ended.set(key, world.values.get(key) ?? 0))
        )
      const read = (question: string) =>
        Effect.suspend(() => {
          const least = new Map(ended)
          const sum = [...least.values()].reduce((total, value) => total + value, 0)
          return Effect.map(asking(question, { world }), (ran: Ran) => {
            seen.memory += Number(ran.sources.some((source) => source.endsWith("memory")))
            seen.answers += Number(ran.route === "memory")
            for (const { key, value } of Schema.decodeSync(Told)(ran.answer ?? "[]")) {
              const bound = key === "sum" ? sum : (least.get(key) ?? 0)
              if (value < bound) faults.push(`${question}: ${key} was ${bound}, and not ${value}`)
              seen.outdated += Number(bound > 0)
            }
          })
        })
      const put = ({ act }: Asked) => {
        switch (act.tool) {
          case "change":
            return write(`change ${act.key} ${act.mode}`, act.key)
          case "leave":
            return Effect.timeoutOption(write(`change ${act.key}`, act.key), act.afterMillis)
          case "survey":
            return read("survey sum")
          default:
            return read(act.keys.map((key) => `${act.tool} ${key}`).join(" then "))
        }
      }

      const fibers: Array<Fiber.Fiber<unknown>> = []
      for (const asked of all) {
        yield* TestClock.adjust(asked.afterMillis)
        fibers.push(yield* Effect.forkChild(put(asked), { startImmediately: true }))
      }
      yield* TestClock.adjust("1 minute")
      yield* Fiber.joinAll(fibers)
      assert.isEmpty(faults, `\n${faults.join("\n")}\n`)
    }, Effect.provide(Cache.layerMemory())),
    { arbitrary: { runs, size: 100 } }
  )

  it("were met: results and answers from memory, and things that had been written", () => {
    for (const [what, count] of Object.entries(seen)) assert.isAtLeast(count, runs / 4, what)
  })
})

const Told = Schema.fromJsonString(Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.Finite })))
