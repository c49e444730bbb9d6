import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as Profile from "../../src/explain/Profile.ts"
import * as RunGraph from "../../src/explain/RunGraph.ts"
import { Attribute, type RecordedSpan } from "../../src/explain/Trace.ts"
import { chat, origin, phase, run, span, tool } from "./spans.ts"

const profileOf = (...spans: ReadonlyArray<RecordedSpan>) => Result.getOrThrow(Profile.make(spans))

const components = (profile: Profile.Profile) =>
  Object.fromEntries(Object.entries(profile.selfMillis).filter(([, millis]) => millis > 0))

const path = ({ criticalPath }: Profile.Profile) =>
  criticalPath.map(({ component, millis, row }) => `${row ?? "-"} ${component} ${millis}`)

describe("a profile", () => {
  const whole = [
    run(1000, {
      attributes: {
        [Attribute.runId]: "r1",
        [Attribute.route]: "model",
        [Attribute.heapDelta]: -12
      },
      events: [phase("start-up", 20, 20), phase("tool-selection", 40, 15)]
    }),
    span("s0", "step 1", 40, 700, { parent: "run", attributes: { [Attribute.step]: 0 } }),
    chat("c0", 50, 450, {
      parent: "s0",
      attributes: {
        [Attribute.step]: 0,
        [Attribute.firstToken]: 300,
        [Attribute.inputTokens]: 900,
        [Attribute.cachedInputTokens]: 512,
        [Attribute.outputTokens]: 40
      },
      events: [phase("tool-definitions", 55, 5), phase("prompt", 60, 5)]
    }),
    tool("a", "look", 400, 500, { parent: "s0", attributes: { [Attribute.step]: 0, [Attribute.source]: "memory" } }),
    tool("b", "find", 450, 690, {
      parent: "s0",
      attributes: { [Attribute.step]: 0, [Attribute.queueWait]: 100, [Attribute.source]: "upstream" },
      problem: "Nobody answered."
    }),
    span("http", "GET", 560, 680, { parent: "b" }),
    span("s1", "step 2", 710, 990, { parent: "run", attributes: { [Attribute.step]: 1 } }),
    chat("c1", 710, 990, { parent: "s1", attributes: { [Attribute.step]: 1, [Attribute.firstToken]: 200 } })
  ]

  it("says of each instant what it was spent on", () => {
    const profile = profileOf(...whole)
    assert.deepStrictEqual(path(profile), [
      "- start-up 20",
      "- overhead 5",
      "- tool-selection 15",
      "- overhead 10",
      "c0 tool-definitions 5",
      "c0 prompt 5",
      "c0 model-wait 290",
      "c0 decoding 100",
      "b queueing 100",
      "b tools 140",
      "- overhead 20",
      "c1 model-wait 200",
      "c1 decoding 80",
      "- overhead 10"
    ])
    assert.deepStrictEqual(components(profile), {
      "start-up": 20,
      overhead: 45,
      "tool-selection": 15,
      "tool-definitions": 5,
      prompt: 5,
      "model-wait": 490,
      decoding: 180,
      queueing: 100,
      tools: 140
    })
  })

  it("has a row for each model call and tool call", () => {
    const profile = profileOf(...whole)
    assert.deepStrictEqual(
      profile.rows.map(({ criticalMillis, id, kind, millis, name, ok, source, step }) =>
        [id, kind, name, step, millis, criticalMillis, source, ok].join(" ")
      ),
      [
        "c0 model tiny 0 400 400  true",
        "a tool look 0 100 0 memory true",
        "b tool find 0 240 240 upstream false",
        "c1 model tiny 1 280 280  true"
      ]
    )
    const { cachedInputTokens, inputTokens, outputTokens } = profile.rows[0] ?? {}
    assert.deepStrictEqual([inputTokens, cachedInputTokens, outputTokens], [900, 512, 40])
    assert.deepStrictEqual(profile.rows[2]?.pieces, [
      { component: "queueing", millis: 100 },
      { component: "tools", millis: 140 }
    ])
    assert.deepStrictEqual(profile.tools, {
      look: { calls: 1, millis: 100, criticalMillis: 0 },
      find: { calls: 1, millis: 240, criticalMillis: 240 }
    })
    assert.strictEqual(profile.hiddenMillis, 100)
    assert.strictEqual(profile.chainLength, 2)
    assert.deepStrictEqual([profile.runId, profile.agent, profile.route], ["r1", "helper", "model"])
    assert.deepStrictEqual([profile.heapDeltaBytes, profile.startedAtMillis, profile.wallMillis], [-12, origin, 1000])
  })

  it("crosses a boundary as it is", () => {
    const profile = profileOf(...whole)
    const json = Schema.fromJsonString(Profile.Profile)
    assert.deepStrictEqual(Schema.decodeSync(json)(Schema.encodeSync(json)(profile)), profile)
  })

  it("leaves out a wait for a person that something else hid", () => {
    const waiting = (end: number) =>
      profileOf(
        run(300, { events: [phase("approval", 200, 100)] }),
        chat("c", 0, 100),
        tool("a", "look", 100, end),
        tool("b", "add", 200, 300)
      )
    assert.deepStrictEqual(components(waiting(150)), { "model-wait": 100, approval: 50, tools: 150 })
    assert.deepStrictEqual(components(waiting(200)), { "model-wait": 100, tools: 200 })
  })

  it("has calls without a step that were made before the model was asked", () => {
    const { rows } = profileOf(
      run(100),
      tool("rules_0", "look", 0, 10),
      tool("guess", "look", 0, 10, { attributes: { [Attribute.origin]: "foreseen", [Attribute.source]: "foreseen" } }),
      tool("early", "look", 0, 10),
      chat("c", 20, 90),
      tool("late", "look", 90, 99)
    )
    assert.deepStrictEqual(
      rows.map(({ id, step }) => [id, step]),
      [
        ["rules_0", null],
        ["guess", null],
        ["early", null],
        ["c", 0],
        ["late", 0]
      ]
    )
  })

  it("does not wait for a guess that ended because the run did", () => {
    const guess = (problem: string) =>
      profileOf(
        run(100),
        tool("foreseen_0", "look", 10, 100, { problem }),
        chat("c", 10, 90, { attributes: { [Attribute.firstToken]: 50 } })
      )
    assert.deepStrictEqual(components(guess("interrupted")), { overhead: 20, "model-wait": 50, decoding: 30 })
    assert.deepStrictEqual(components(guess("Nobody answered.")), { overhead: 10, tools: 90 })
  })

  it("counts what lies under a tool to the tool, another agent too", () => {
    const { rows } = profileOf(
      run(100),
      chat("c", 0, 50),
      tool("ask", "helper", 50, 100),
      span("inner", "invoke_agent other", 50, 100, { parent: "ask" }),
      chat("deep", 60, 90, { parent: "inner" })
    )
    assert.deepStrictEqual(
      rows.map(({ id }) => id),
      ["c", "ask"]
    )
  })

  it("takes a model call that holds another for a wrapper around it, and finds tools inside of model calls", () => {
    const profile = profileOf(
      run(100),
      chat("outer", 0, 100),
      chat("inner", 0, 50, { parent: "outer" }),
      tool("a", "look", 30, 90, { parent: "inner" })
    )
    assert.deepStrictEqual(
      profile.rows.map(({ id, step }) => [id, step]),
      [
        ["inner", 0],
        ["a", 0]
      ]
    )
    assert.deepStrictEqual(path(profile), ["inner model-wait 50", "- overhead 50"])
  })

  it("tells calls apart whose ids are one", () => {
    const call = { attributes: { [Attribute.callId]: "same" } }
    const { rows } = profileOf(run(9), chat("c", 0, 3), tool("a", "x", 3, 6, call), tool("b", "x", 6, 9, call))
    assert.deepStrictEqual(
      rows.map(({ id }) => id),
      ["c", "same", "b"]
    )
  })

  it("is of the run that is asked for, of the longest where none is", () => {
    const other = span("other", "invoke_agent other", 200, 900, { trace: "u" })
    const spans = [
      other,
      run(100),
      chat("c", 0, 100),
      chat("d", 200, 900, { trace: "u", parent: "other" }),
      span("nested", "invoke_agent nested", 10, 20, { parent: "run" })
    ]
    const roots = Profile.runs(spans)
    assert.deepStrictEqual(
      roots.map(({ spanId }) => spanId),
      ["run", "other"]
    )
    assert.strictEqual(Result.getOrThrow(Profile.make(spans)).agent, "other")
    assert.strictEqual(Result.getOrThrow(Profile.make(spans, { root: roots[0] })).agent, "helper")
  })

  it("is made of a trace in which no span is an agent's", () => {
    const under = (parent: string) => ({ parent })
    const served = profileOf(span("http", "POST /chat", 0, 100), chat("c", 10, 90, under("http")))
    assert.deepStrictEqual(path(served), ["- overhead 10", "c model-wait 80", "- overhead 10"])
    const bare = profileOf(chat("c", 10, 50, under("gone")), tool("a", "x", 60, 80, under("gone")), chat("d", 80, 90))
    assert.deepStrictEqual(path(bare), ["c model-wait 40", "- overhead 10", "a tools 20", "d model-wait 10"])
    assert.deepStrictEqual(path(profileOf(chat("c", 10, 50))), ["c model-wait 40"])
  })

  it("is not made of what holds no run, and says why", () => {
    const why = (...spans: ReadonlyArray<RecordedSpan>) => {
      const made = Profile.make(spans)
      return Result.isFailure(made) ? made.failure.message : "made"
    }
    assert.strictEqual(why(), "There are no spans.")
    assert.match(why(span("a", "GET", 0, 10)), /^None of the 1 spans is an agent's or a model call/)
    assert.strictEqual(why(chat("c", Number.NaN, 5)).slice(0, 7), "None of")
    const asked = Profile.make([run(5)], { root: span("x", "y", 0, 1) })
    assert.strictEqual(Result.isFailure(asked) && asked.failure.message, 'No run begins with the span "y" (x).')
  })
})

describe("a profile of spans that make no sense", () => {
  const instants = [-5, 0, 1, 2, 3, 5, 8, 8.000001, 13, 40, Number.NaN, Infinity]
  const Instant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: instants.length - 1 }))
  const Odd = Schema.Struct({
    id: Schema.Literals(["run", "a", "b", "c", "d", "e", "f"]),
    parent: Schema.Literals(["run", "a", "b", "c", "d", "e", "f", "gone", ""]),
    name: Schema.Literals(["chat m", "execute_tool t", "invoke_agent x", "step 1", "GET"]),
    start: Instant,
    end: Instant,
    millis: Schema.Literals([-1, 0, 2, 100]),
    component: Schema.Literals(["approval", "prompt", "nothing"]),
    waitsFor: Schema.Literals(["a", "b", "c", 7]),
    isGuess: Schema.Boolean
  })

  it.prop("still takes each instant once", [Schema.Array(Odd)], ([odd]) => {
    const spans = odd.map(({ component, end, id, isGuess, millis, name, parent, start, waitsFor }) =>
      span(id, name, instants[start] ?? 0, instants[end] ?? 0, {
        parent,
        events: [phase(component, instants[end] ?? 0, millis), phase("queueing", start + 1, millis)],
        attributes: {
          [Attribute.callId]: id,
          [Attribute.firstToken]: millis,
          [Attribute.queueWait]: millis,
          [Attribute.callOffsets]: [millis],
          [Attribute.waitsFor]: [waitsFor, id],
          ...(isGuess && { [Attribute.origin]: "foreseen" })
        }
      })
    )
    for (const root of Profile.runs(spans)) {
      const made = Profile.make(spans, { root })
      const { criticalPath, rows, selfMillis, wallMillis } = Result.getOrThrow(made)
      const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, number) => total + number, 0)
      assert.closeTo(sum(Object.values(selfMillis)), wallMillis, 1e-6)
      assert.closeTo(sum(criticalPath.map(({ millis }) => millis)), wallMillis, 1e-6)
      assert.isTrue(criticalPath.every(({ millis }) => millis > 0))
      assert.isTrue(rows.every(({ criticalMillis, millis }) => criticalMillis <= millis + 1e-9 && millis >= 0))
      assert.strictEqual(new Set(rows.map(({ id }) => id)).size, rows.length)
      const { restMillis, rounds } = Result.getOrThrow(RunGraph.of(spans, { root }))
      const calls = rounds.flatMap(({ calls }) => calls)
      const times = rounds.flatMap(({ gapMillis, model }) => [
        gapMillis,
        model?.waitMillis ?? 0,
        model?.decodeMillis ?? 0
      ])
      const all = [restMillis, ...times, ...calls.flatMap(({ millis, writtenMillis }) => [millis, writtenMillis])]
      assert.isTrue(all.every((millis) => millis >= 0 && millis <= wallMillis + 1e-9))
    }
  })

  it("is made of 50,000 of them in one chain, or beside one another", () => {
    const kinds = ["chat m", "execute_tool t", "step 1"]
    const many = Array.from({ length: 50_000 }, (_, n) =>
      span(`s${n}`, kinds[n % 3] ?? "", n, n + 2, { parent: "run" })
    )
    assert.strictEqual(profileOf(run(50_001), ...many).rows.length, 33_334)
    const nested = many.map((one, n) => ({
      ...one,
      name: n === 49_999 ? "chat m" : "step 1",
      parentId: n === 0 ? "run" : `s${n - 1}`,
      startMillis: origin,
      endMillis: origin + 5
    }))
    assert.deepStrictEqual(path(profileOf(run(10), ...nested)), ["s49999 model-wait 5", "- overhead 5"])
  })
})
