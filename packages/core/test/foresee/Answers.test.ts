import { Cache } from "@callsheet/cache/Cache"
import * as Ledger from "@callsheet/core/model/Ledger"
import { Approval } from "@callsheet/core/schedule/Approval"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import { tagged } from "../fixtures.ts"
import { ask, asking, lasting, makeWorld, type Setting, toolkit } from "../household.ts"

const memory = Cache.layerMemory()

/** Whether `question`, asked twice, is answered from memory the second time. */
const isRemembered = Effect.fnUntraced(function* (
  question: string,
  first: Partial<Setting> = {},
  second: Partial<Setting> = first
) {
  const world = makeWorld()
  yield* ask(question, { world, ...first })
  return (yield* ask(question, { world, ...second })).route === "memory"
}, Effect.provide(memory))

describe("an answer", () => {
  it.effect("is given again to the same question without a model call or a handler", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const first = yield* ask("look a, browse b then look c", { world })
      const ledger = Ledger.makeUnsafe()
      const again = yield* Effect.provideService(ask("look a, browse b then look c", { world }), Ledger.Current, ledger)
      assert.deepStrictEqual([first.route, first.modelCalls, first.asked.length], ["model", 3, 3])
      assert.deepStrictEqual([again.route, again.modelCalls, again.asked.length], ["memory", 0, 0])
      assert.deepStrictEqual(again.answer, first.answer)
      assert.deepStrictEqual(
        again.events.map(({ _tag, seq }) => `${seq} ${_tag}`),
        ["0 RunStarted", "1 Routed", "2 TextDelta", "3 RunFinished"]
      )
      assert.deepInclude(tagged(again.events, "TextDelta")[0], { step: 0, delta: first.answer ?? "" })
      assert.deepInclude(tagged(again.events, "RunFinished")[0], { steps: 0, reason: "answered", atMillis: 0 })
      assert.deepStrictEqual(
        ledger.transcript().map(({ role, text }) => [role, text]),
        [
          ["system", "Answer."],
          ["user", "look a, browse b then look c"],
          ["assistant", first.answer]
        ]
      )
    }).pipe(Effect.provide(memory))
  )

  it.effect("is the same for a question that differs by white space or by its form of Unicode, but not by case", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const routes = yield* Effect.forEach(
        ["Caf\u00e9: look a, look b", " Cafe\u0301:\n look  a,\tlook b ", "caf\u00e9: look a, look b"],
        (question) => Effect.map(ask(question, { world }), ({ route }) => route)
      )
      assert.deepStrictEqual(routes, ["model", "memory", "model"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("is remembered only where the run did nothing but read what may be remembered", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* isRemembered("look a, browse b, survey c"))
      for (const question of [
        "Hello there",
        "look a, glance a",
        "look a, look b fail",
        "look a then look b die",
        "look a, change b",
        "look a, change b fail",
        "look a, erase b",
        "look a, vanish b"
      ]) {
        assert.isFalse(yield* isRemembered(question), question)
      }
      const yes = () => Effect.succeed(true)
      for (const question of ["look a, erase b", "look a, reveal b"]) {
        assert.isFalse(yield* Effect.provideService(isRemembered(question), Approval, yes), question)
      }
    })
  )

  it.effect("is remembered only where the model said that it was done", () =>
    Effect.gen(function* () {
      const limited: ReadonlyArray<Partial<Setting>> = [
        { policy: { maxSteps: 2 } },
        { policy: { budget: { modelCalls: 2 } } },
        { policy: { budget: { toolCalls: 1 } } },
        { deadlineMillis: 15 }
      ]
      for (const setting of limited) {
        assert.isFalse(yield* isRemembered("look a then look b", setting), JSON.stringify(setting))
      }
      // Within its limits it is whole.
      assert.isTrue(yield* isRemembered("look a then look b", { policy: { maxSteps: 4 }, deadlineMillis: 60_000 }))
    })
  )

  it.effect("is nobody else's, and not remembered for nobody or where the policy says so", () =>
    Effect.gen(function* () {
      const others: ReadonlyArray<Partial<Setting>> = [
        { identity: "away" },
        { name: "other" },
        { instructions: "Answer in verse." },
        { model: "another" },
        { address: "http://other.test" },
        { policy: { maxSteps: 11 } },
        { toolkit: reordered }
      ]
      for (const other of others) {
        assert.isFalse(yield* isRemembered("look a", {}, other), JSON.stringify(other))
      }
      assert.isFalse(yield* isRemembered("look a", { identity: undefined }))
      assert.isFalse(yield* isRemembered("look a", { policy: { rememberAnswers: false } }))
    })
  )

  it.effect("lives no longer than the shortest-lived of what it was made of", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const routes = Effect.fnUntraced(function* (question: string, minutes: number) {
        yield* ask(question, { world })
        yield* TestClock.adjust(`${minutes - 1} minutes`)
        const before = yield* ask(question, { world })
        yield* TestClock.adjust("1 minute")
        const after = yield* ask(question, { world })
        return [before.route, after.route]
      })
      // A day by the tool; six hours by what its handler read, though that is still served for six more.
      assert.deepStrictEqual(yield* routes("look a", 24 * 60), ["memory", "model"])
      assert.deepStrictEqual(yield* routes("look b, browse c", 6 * 60), ["memory", "model"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("lives no longer than a remembered result that it was made of", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* ask("look a", { world })
      yield* TestClock.adjust("23 hours")
      yield* ask("Now: look a, look b", { world })
      assert.strictEqual((yield* ask("Now: look a, look b", { world })).route, "memory")
      yield* TestClock.adjust("61 minutes")
      const { sources } = yield* ask("Now: look a, look b", { world })
      assert.sameMembers([...sources], ["look upstream", "look memory"])
    }).pipe(Effect.provide(memory))
  )

  it.effect("is made anew after a write that concerns it, and not after another", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      for (const question of ["look a", "browse a", "survey s"]) {
        yield* ask(question, { world })
        assert.strictEqual((yield* ask(question, { world })).route, "memory", question)
        yield* ask("change a", { world })
        const { answer, route } = yield* ask(question, { world })
        assert.strictEqual(route, "model", question)
        assert.include(answer, `"value":${world.values.get("a")}`)
      }
      for (const question of ["look a", "browse a", "change c"]) yield* ask(question, { world })
      for (const question of ["look a", "browse a"]) {
        assert.strictEqual((yield* ask(question, { world })).route, "memory", question)
      }
    }).pipe(Effect.provide(memory))
  )

  it.effect("is not remembered where something that it was made of was written before it was there", () =>
    Effect.gen(function* () {
      for (const question of ["look a then look b ok 40", "browse a then look b ok 40"]) {
        const world = makeWorld()
        const run = yield* Effect.forkChild(asking(question, { world }), { startImmediately: true })
        yield* TestClock.adjust("15 millis")
        yield* ask("change a", { world })
        assert.include((yield* lasting(Fiber.join(run))).answer, '"key":"a","value":0')
        const again = yield* ask(question, { world })
        assert.strictEqual(again.route, "model", question)
        assert.include(again.answer, '"key":"a","value":1')
      }
    }).pipe(Effect.provide(memory))
  )

  it.effect("of a run that was left is not remembered", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const run = yield* Effect.forkChild(asking("look a", { world }), { startImmediately: true })
      yield* TestClock.adjust("7 millis")
      yield* Fiber.interrupt(run)
      assert.strictEqual((yield* ask("look a", { world })).route, "model")
    }).pipe(Effect.provide(memory))
  )

  it.effect("may be made of calls that shared one result", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* isRemembered("look a, look a, browse b, browse b"))
    })
  )

  it.effect("may be made of what another run's equal call gave, and is outdated as that is", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const questions = ["look a", "Again: look a"]
      const runs = yield* Effect.forEach(questions, (question) => Effect.forkChild(asking(question, { world })))
      yield* lasting(Effect.forEach(runs, Fiber.join))
      assert.strictEqual(world.asked.length, 1)
      for (const question of questions) assert.strictEqual((yield* ask(question, { world })).route, "memory", question)
      yield* ask("change a", { world })
      for (const question of questions) assert.strictEqual((yield* ask(question, { world })).route, "model", question)
    }).pipe(Effect.provide(memory))
  )

  it.effect("may be made of a large result that was read page by page, but of none that another run was told", () =>
    Effect.gen(function* () {
      const policy = { resultBytes: 512 }
      const world = makeWorld()
      const key = "a".repeat(2000)
      const question = `look ${key} then more then more`
      const first = yield* ask(question, { world, policy })
      assert.deepStrictEqual(first.sources, ["look upstream", "read_result upstream", "read_result upstream"])
      assert.strictEqual((yield* ask(question, { world, policy })).route, "memory")
      const reference = /"reference":"(\w+)/.exec(first.answer ?? "")?.[1] ?? ""
      for (const question of [`read ${reference}`, `look b then read ${reference}`]) {
        for (let turn = 0; turn < 2; turn++) {
          const { answer, route } = yield* ask(question, { world, policy })
          assert.strictEqual(route, "model")
          assert.include(answer, "aaa")
        }
      }
      yield* ask(`change ${key}`, { world, policy })
      assert.strictEqual((yield* ask(question, { world, policy })).route, "model")
    }).pipe(Effect.provide(memory))
  )

  it.effect("may be made of a plan", () =>
    Effect.gen(function* () {
      assert.isTrue(yield* isRemembered("plan a", { policy: { plans: true } }))
    })
  )
})

/** The same tools, but offered in another order: another prompt. */
const { change, ...others } = toolkit.tools
const reordered: typeof toolkit = Toolkit.make(...Object.values(others), change)
