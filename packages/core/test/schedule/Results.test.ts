import { Cache } from "@callsheet/cache/Cache"
import * as Agent from "@callsheet/core/Agent"
import { Identity } from "@callsheet/core/Identity"
import * as Ledger from "@callsheet/core/model/Ledger"
import * as Policy from "@callsheet/core/schedule/Policy"
import type { Message, Reply, Script, View } from "@callsheet/testkit/scripted/Script"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Predicate, Schema } from "effect"
import { Prompt, Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import * as Results from "../../src/schedule/Results.ts"
import * as ResultStore from "../../src/schedule/ResultStore.ts"
import * as ResultTool from "../../src/schedule/ResultTool.ts"
import { eventsOf, settle, tagged } from "../fixtures.ts"
import { restore } from "../model/paging.ts"
import { from, step } from "./plans.ts"
import { calm, model, troupe, reading } from "./stage.ts"

const limitBytes = 2048

const Film = Schema.Struct({ title: Schema.String, year: Schema.Int })
const films = Array.from({ length: 1000 }, (_, index) => ({ title: `Film ${index}`, year: 1900 + (index % 120) }))

const list = Tool.make("list", {
  parameters: Schema.Struct({ genre: Schema.optionalKey(Schema.String), fail: Schema.optionalKey(Schema.String) }),
  success: Schema.Struct({ total: Schema.Int, items: Schema.Array(Film) }),
  failure: Schema.String,
  failureMode: "return"
}).annotate(Tool.Readonly, true)

/** Tells how many titles it was given. */
const count = Tool.make("count", {
  parameters: Schema.Struct({ titles: Schema.Array(Schema.String) }),
  success: Schema.Int
}).annotate(Tool.Readonly, true)

/** Writes for the model itself. */
const describeAll = Tool.make("describe_all", {
  success: Schema.Int,
  toModelOutput: () => [Prompt.makePart("text", { text: "A film. ".repeat(1000) })]
}).annotate(Tool.Readonly, true)

/** Writes JSON that is nested deeper than a stack is. */
const deepText = `${"[".repeat(20_000)}${"]".repeat(20_000)}`
const dig = Tool.make("dig", {
  success: Schema.Int,
  toModelOutput: () => [Prompt.makePart("text", { text: deepText })]
}).annotate(Tool.Readonly, true)

const tools = Toolkit.make(list, count, describeAll, dig)
const handlers = tools.toLayer({
  list: ({ fail, genre }) =>
    fail === undefined
      ? Effect.succeed({ total: films.length, items: genre === "b" ? films.toReversed() : films })
      : Effect.fail(fail),
  count: ({ titles }) => Effect.succeed(titles.length),
  describe_all: () => Effect.succeed(7),
  dig: () => Effect.succeed(7)
})

const agentOf = (policy: Partial<Policy.Policy> = { resultBytes: limitBytes }) =>
  Agent.make({ name: "test", instructions: "Answer.", toolkit: Effect.provide(tools, handlers), policy })

const listReference = Results.referenceOf(JSON.stringify({ total: films.length, items: films }))

const call = (name: string, input: Readonly<Record<string, unknown>> = {}) => ({ text: "", calls: [{ name, input }] })
const done: Reply = { text: "Done.", calls: [] }

type Told = Extract<Message, { readonly role: "tool" }>
const results = (view: View | undefined): ReadonlyArray<Told> =>
  (view?.messages ?? []).filter((message): message is Told => message.role === "tool")

/** Runs `script`, and tells the last that the model saw, the events and what the ledger holds. */
const run = Effect.fnUntraced(function* (script: Script, policy?: Partial<Policy.Policy>) {
  const views: Array<View> = []
  const seeing: Script = (view) => {
    views.push(view)
    return script(view)
  }
  const ledger = Ledger.makeUnsafe()
  const events = yield* eventsOf(agentOf(policy).run("Go")).pipe(
    Effect.provideService(Ledger.Current, ledger),
    Effect.provide(Layer.mergeAll(model(seeing, instant), calm))
  )
  return { views, events, ledger, last: results(views.at(-1)) }
})

/** The replies in turn, then "Done.". */
const inTurn =
  (...replies: ReadonlyArray<Reply>): Script =>
  (view) =>
    replies[view.messages.filter(({ role }) => role === "assistant").length] ?? done

/** Where it stands: the first `more` in a result. */
const moreOf = (result: unknown): Readonly<Record<string, unknown>> | undefined => {
  if (!Predicate.isObject(result)) return undefined
  if (Predicate.isObject(result["more"])) return { ...result["more"] }
  return Object.values(result)
    .map(moreOf)
    .find((more) => more !== undefined)
}

/** Lists, then reads on as long as there is more. */
const paging: Script = (view) => {
  const told = results(view)
  const last = told.at(-1)
  if (last === undefined) return call("list")
  const more = moreOf(last.result)
  return more === undefined ? done : call("read_result", more)
}

describe("a result of 1,000 rows", () => {
  it.effect("is read by the model page by page to its end, and no page is larger than the limit", () =>
    Effect.gen(function* () {
      const { events, last, ledger } = yield* run(paging, { resultBytes: limitBytes, maxSteps: 100 })
      assert.isAbove(last.length, 5)
      const pages = new Map(
        last.slice(1).map(({ result }, index) => [JSON.stringify(moreOf(last[index]?.result)), result])
      )
      const fetch = (reference: string, from: number) => pages.get(JSON.stringify({ reference, from }))
      assert.deepStrictEqual(restore(last[0]?.result, fetch), { total: 1000, items: films })
      const texts = ledger.transcript().flatMap((message) => (message.role === "tool" ? [message.text] : []))
      assert.deepStrictEqual(
        texts.map((text) => JSON.parse(text)),
        last.map(({ result }) => result)
      )
      for (const text of texts) assert.isAtMost(Buffer.byteLength(text), limitBytes)
      const ofReading = [...tagged(events, "ToolStarted"), ...tagged(events, "ToolSettled")].filter(
        ({ name }) => name === "read_result"
      )
      assert.strictEqual(ofReading.length, 2 * (last.length - 1))
      assert.isTrue(tagged(events, "ToolSettled").every(({ ok }) => ok))
    })
  )

  it.effect("is shown alike, to the byte, by equal calls in every run", () =>
    Effect.gen(function* () {
      const two = inTurn(call("list", { genre: "a" }), call("list", { genre: "b" }))
      const texts = (one: Effect.Success<ReturnType<typeof run>>) =>
        one.last.map(({ result }) => JSON.stringify(result))
      const [first, second] = [yield* run(two), yield* run(two)]
      assert.deepStrictEqual(texts(first), texts(second))
      assert.notStrictEqual(texts(first)[0], texts(first)[1])
    })
  )

  it.effect("has 512 bytes at least, whatever the limit", () =>
    Effect.gen(function* () {
      const { last } = yield* run(inTurn(call("list")), { resultBytes: 1 })
      const bytes = Buffer.byteLength(JSON.stringify(last[0]?.result))
      assert.isTrue(bytes > 400 && bytes <= 512)
    })
  )

  it.effect("is whole without a limit, and no tool more is offered", () =>
    Effect.gen(function* () {
      const { last, views } = yield* run(inTurn(call("list")), {})
      assert.deepStrictEqual(last[0]?.result, { total: 1000, items: films })
      assert.deepStrictEqual(views[0]?.tools, ["list", "count", "describe_all", "dig"])
      assert.isUndefined(Policy.standard.resultBytes)
    })
  )

  it.effect("is whole for the steps of a plan, whose own result obeys the limit", () =>
    Effect.gen(function* () {
      const steps = [
        step("all", "list"),
        step("n", "count", { titles: from("all", "items", "*", "title") }),
        step("again", "list", { genre: "x" })
      ]
      const { last, ledger } = yield* run(inTurn(call("run_plan", { steps })), { resultBytes: limitBytes, plans: true })
      const told = Object(last[0]?.result)
      assert.strictEqual(told.results.n, 1000)
      assert.strictEqual(told.results.again.items.rowsInAll, 1000)
      const [text = ""] = ledger.transcript().flatMap((message) => (message.role === "tool" ? [message.text] : []))
      assert.isAtMost(Buffer.byteLength(text), limitBytes)
    })
  )
})

describe("what else a call gives", () => {
  it.effect("is cut as a text where the tool wrote it for the model, and read on as such", () =>
    Effect.gen(function* () {
      const { last } = yield* run((view) => {
        const [first] = results(view)
        return first === undefined
          ? call("describe_all")
          : results(view).length === 1
            ? call("read_result", { ...moreOf(first.result) })
            : done
      })
      const [shown, more] = last.map(({ result }) => Object(result))
      assert.strictEqual(shown.charactersInAll, 8000)
      assert.isTrue("A film. ".repeat(1000).startsWith(shown.text + more.text))
    })
  )

  it.effect("is cut as a text where it is nested deeper than it could be written again, and read on as such", () =>
    Effect.gen(function* () {
      const { events, last } = yield* run((view) => {
        const [first, second] = results(view)
        if (first === undefined) return call("dig")
        return second === undefined ? call("read_result", { ...moreOf(first.result) }) : done
      })
      const [shown, more] = last.map(({ result }) => Object(result))
      assert.deepStrictEqual([shown.charactersInAll, more.charactersInAll], [40_000, 40_000])
      assert.isTrue(deepText.startsWith(shown.text + more.text))
      assert.strictEqual(tagged(events, "RunFinished")[0]?.answer, "Done.")
    })
  )

  it.effect("is what its reference stands for, whatever an equal call gives later", () =>
    Effect.gen(function* () {
      let asked = 0
      const shelf = Tool.make("shelf", { success: Schema.Array(Film) }).annotate(Tool.Readonly, true)
      const toolkit = Toolkit.make(shelf)
      const handlers = toolkit.toLayer({ shelf: () => Effect.sync(() => (asked++ === 0 ? films : films.slice(500))) })
      const views: Array<View> = []
      const agent = Agent.make({
        name: "test",
        instructions: "",
        toolkit: Effect.provide(toolkit, handlers),
        policy: { resultBytes: limitBytes }
      })
      const script: Script = (view) => {
        views.push(view)
        const [first, ...others] = results(view)
        if (others.length > 1) return done
        return first === undefined || others.length === 0
          ? call("shelf")
          : call("read_result", { ...moreOf(first.result), count: 1 })
      }
      yield* eventsOf(agent.run("Go")).pipe(Effect.provide(Layer.mergeAll(model(script, instant), calm)))
      const [first, second, more] = results(views.at(-1)).map(({ result }) => Object(result))
      assert.deepStrictEqual([first.rowsInAll, second.rowsInAll], [1000, 500])
      const next = first.rows.length
      assert.deepStrictEqual([more.rowsInAll, more.rows], [1000, [[films[next]?.title, films[next]?.year]]])
    })
  )

  it.effect("is left whole where it is a failure's sentence", () =>
    Effect.gen(function* () {
      const fail = `${"It went wrong. ".repeat(300)}`
      const { last } = yield* run(inTurn(call("list", { fail })))
      assert.deepStrictEqual(last[0]?.result, { error: fail })
    })
  )
})

describe("read_result", () => {
  it("costs less than 420 bytes of each prompt, of which its description has less than 80", () => {
    const description = Tool.getDescription(ResultTool.tool) ?? ""
    assert.isBelow(Buffer.byteLength(description), 80)
    const offered = { name: ResultTool.name, description, parameters: Tool.getJsonSchema(ResultTool.tool) }
    assert.isBelow(Buffer.byteLength(JSON.stringify(offered)), 420)
  })

  it.effect("stands in one place: after the tool for plans, before the agent's own", () =>
    Effect.gen(function* () {
      const { views } = yield* run(inTurn(call("list")), { resultBytes: limitBytes, plans: true })
      for (const { tools } of views)
        assert.deepStrictEqual(tools, ["run_plan", "read_result", "list", "count", "describe_all", "dig"])
    })
  )

  it.effect("fails with what to do where nothing is kept under the reference, or nothing is there", () =>
    Effect.gen(function* () {
      const { events, last } = yield* run(
        inTurn(call("list"), {
          text: "",
          calls: [
            { name: "read_result", input: { reference: "nowhere" } },
            { name: "read_result", input: { reference: `${listReference}.77777` } },
            { name: "read_result", input: { from: 2 } }
          ]
        })
      )
      const [, gone, none] = last.map(({ result }) => Object(result).error)
      assert.strictEqual(gone, "No result is kept under that reference: call the tool that gave it again.")
      assert.strictEqual(none, "That reference stands in no result: copy one as it is written.")
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ ok }) => ok),
        [true, false, false, false]
      )
    })
  )

  it.effect("is refused to an agent whose own toolkit has a tool of that name, if it were offered", () =>
    Effect.gen(function* () {
      const { toolkit } = troupe([reading("read_result")])
      const ask = (policy: Partial<Policy.Policy>) =>
        Agent.make({ name: "test", instructions: "", toolkit, policy })
          .ask("Go")
          .pipe(Effect.provide(model(() => done, instant)), Effect.exit)
      assert.include(String(yield* settle(ask({ resultBytes: limitBytes }))), ResultTool.taken)
      assert.strictEqual((yield* settle(ask({})))._tag, "Success")
    })
  )
})

describe("the full results of a run", () => {
  it.effect("leave memory in the order in which they came, and the last one never", () =>
    Effect.gen(function* () {
      const store = ResultStore.inMemory(100)
      const kept = Effect.map(
        Effect.forEach(["a", "b", "c"], (reference) => store.get(reference)),
        (texts) => texts.map((text) => text?.length)
      )
      yield* store.set("a", "x".repeat(20))
      yield* store.set("b", "x".repeat(20))
      yield* store.set("a", "x".repeat(25))
      assert.deepStrictEqual(yield* kept, [25, 20, undefined])
      yield* store.set("c", "x".repeat(10))
      assert.deepStrictEqual(yield* kept, [25, undefined, 10])
      yield* store.set("b", "x".repeat(1000))
      assert.deepStrictEqual(yield* kept, [undefined, 1000, undefined])
    })
  )

  it.effect("are there for later runs of the same identity for an hour, for no other and for none", () =>
    Effect.gen(function* () {
      const readAlone = call("read_result", { reference: `${listReference}.1`, from: 1000 })
      const ask = Effect.fnUntraced(function* (reply: Reply, identity: string | undefined) {
        const fiber = yield* agentOf()
          .ask("Go")
          .pipe(
            Effect.provideService(Identity, identity),
            Effect.provide(Layer.mergeAll(model(inTurn(reply), instant), calm)),
            Effect.forkChild
          )
        yield* TestClock.adjust("1 minute")
        const { toolCalls } = yield* Fiber.join(fiber)
        return toolCalls.map(({ ok }) => ok)
      })
      assert.deepStrictEqual(yield* ask(call("list"), "ours"), [true])
      assert.deepStrictEqual(yield* ask(readAlone, "theirs"), [false])
      assert.deepStrictEqual(yield* ask(readAlone, undefined), [false])
      assert.deepStrictEqual(yield* ask(readAlone, "ours"), [true])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* ask(readAlone, "ours"), [false])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
