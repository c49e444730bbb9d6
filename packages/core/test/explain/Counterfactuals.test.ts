import * as Counterfactuals from "@callsheet/core/explain/Counterfactuals"
import * as Profile from "@callsheet/core/explain/Profile"
import * as Recorder from "@callsheet/core/explain/Recorder"
import * as RunGraph from "@callsheet/core/explain/RunGraph"
import { Attribute } from "@callsheet/core/explain/Trace"
import type { Policy } from "@callsheet/core/schedule/Policy"
import type { Reply } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"

import { calls } from "../fixtures.ts"
import { planOf } from "../schedule/planning.ts"
import { step } from "../schedule/plans.ts"
import { play, reading, writing } from "../schedule/stage.ts"
import { call, graphOf, round, Sketch, toGraph } from "./graphs.ts"
import * as spanOf from "./spans.ts"

type Found = ReadonlyArray<Profile.Counterfactual>

const rowOf = (kind: "model" | "tool", id: string, startMillis: number, millis: number): Profile.Row => ({
  id,
  kind,
  name: id,
  step: 0,
  startMillis,
  millis,
  pieces: [],
  criticalMillis: 0,
  source: null,
  ok: true,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null
})

/** A profile that tells nothing but the length of the run, and its calls. */
const profileOf = (wallMillis: number, rows: ReadonlyArray<Profile.Row> = []): Profile.Profile => ({
  runId: null,
  agent: "test",
  route: null,
  startedAtMillis: 0,
  wallMillis,
  rows,
  criticalPath: [],
  selfMillis: {
    "start-up": 0,
    routing: 0,
    "tool-selection": 0,
    "tool-definitions": 0,
    prompt: 0,
    "model-wait": 0,
    decoding: 0,
    tools: 0,
    queueing: 0,
    approval: 0,
    overhead: 0
  },
  tools: {},
  hiddenMillis: 0,
  chainLength: 0,
  heapDeltaBytes: null,
  findings: [],
  counterfactuals: []
})

const lineOf = ({ kind, savesMillis, subject }: Profile.Counterfactual) =>
  `${kind}${subject === null ? "" : ` ${subject}`} saves ${savesMillis}`

const savingOf = (found: Found, kind: Profile.Counterfactual["kind"], subject: string | null = null) =>
  found.find((one) => one.kind === kind && one.subject === subject)?.savesMillis ?? Number.NaN

/** A run of the stage, recorded: what it took by its events, its profile and its graph. */
const record = Effect.fnUntraced(function* (replies: ReadonlyArray<Partial<Reply>>, policy: Partial<Policy> = {}) {
  const recorder = Recorder.make()
  const tools = [reading("look"), reading("list"), writing("change")]
  const { events } = yield* recorder
    .record(play({ tools, replies, policy }))
    .pipe(Effect.provideService(Recorder.Content, true))
  const profile = Result.getOrThrow(Profile.make(recorder.spans))
  const graph = Result.getOrThrow(RunGraph.of(recorder.spans))
  return { millis: events.at(-1)?.atMillis ?? Number.NaN, profile, graph }
})

const look = (key: string, millis: number) => ({ name: "look", input: { key, millis } })

describe("counterfactuals of a recorded run", () => {
  const replies = [
    { calls: [...calls("look", "a", "b"), { name: "list", input: { key: "c", millis: 300 } }] },
    { calls: [{ name: "change", input: { key: "d", millis: 70 } }, look("e", 90), look("f", 30)] }
  ]

  it.effect("take the run for what it was", () =>
    Effect.gen(function* () {
      for (const policy of [{}, { toolConcurrency: 1 }, { toolConcurrency: 2 }]) {
        const { graph, millis, profile } = yield* record(replies, policy)
        const [asRecorded] = yield* Counterfactuals.of(profile, graph)
        assert.deepInclude(asRecorded, { kind: "as-recorded", millis, savesMillis: 0 })
      }
    })
  )

  it.effect("find what a run of one place would have taken with more, and which calls would have gained", () =>
    Effect.gen(function* () {
      const reads = [{ calls: [look("a", 90), look("b", 80), look("c", 70)] }, { calls: calls("look", "d", "e") }]
      const one = yield* record(reads, { toolConcurrency: 1 })
      const many = yield* record(reads)
      const [, , parallel] = yield* Counterfactuals.of(one.profile, one.graph)
      assert.isBelow(many.millis, one.millis)
      assert.strictEqual(parallel?.kind, "parallel")
      assert.strictEqual(parallel?.millis, many.millis)
      assert.strictEqual(parallel?.savesMillis, one.millis - many.millis)
      assert.isNotNull(parallel?.subject)
    })
  )

  it.effect("find what a run would have taken call by call", () =>
    Effect.gen(function* () {
      const { graph, millis, profile } = yield* record(replies)
      const [, sequential, parallel] = yield* Counterfactuals.of(profile, graph)
      // Its messages begin after 100 ms each and take 10 ms a token; its tools take what their calls say.
      const messages = profile.rows.reduce((sum, { kind, millis }) => (kind === "model" ? sum + millis : sum), 0)
      assert.strictEqual(sequential?.kind, "sequential")
      assert.strictEqual(sequential?.millis, messages + 40 + 40 + 300 + 70 + 90 + 30)
      assert.strictEqual(parallel?.millis, millis)
      assert.isNull(parallel?.subject)
    })
  )

  it.effect("take a plan for what it was: each step after what it needed", () =>
    Effect.gen(function* () {
      const plan = [
        step("b", "look", { key: { $from: "a", path: ["parts", 0] }, millis: 50 }),
        step("a", "look", { key: "x", millis: 80 }),
        step("c", "list", { key: { $from: "b", path: "parts.1" }, millis: 60 })
      ]
      const { graph, millis, profile } = yield* record([planOf(plan)], { plans: true })
      assert.strictEqual(graph.rounds[0]?.calls.filter(({ needs }) => needs.length > 0).length, 2)
      const found = yield* Counterfactuals.of(profile, graph)
      assert.strictEqual(found[0]?.millis, millis)
      // The list was written 10 ms before the end of the message and took 60; all else was hidden by the writing.
      assert.strictEqual(savingOf(found, "remembered", "list"), 50)
      assert.strictEqual(savingOf(found, "remembered", "look"), 0)
    })
  )

  it.effect("find what rounds that needed each other would have taken as a plan", () =>
    Effect.gen(function* () {
      const found = (key: string) => `${key}1`
      const chain = [{ calls: [look("start", 80)] }, { calls: [look(found("start"), 50)] }]
      const { graph, profile } = yield* record(chain)
      const counterfactuals = yield* Counterfactuals.of(profile, graph)
      const [first, second] = graph.rounds.flatMap(({ calls }) => calls.map(({ id }) => id))
      // The second message waits 100 ms and is written in 60, which the first call now hides.
      assert.strictEqual(savingOf(counterfactuals, "plan", `${first} ${second}`), 160)
      assert.isUndefined(counterfactuals.find(({ kind, subject }) => kind === "parallel" && subject !== null))
    })
  )

  it.effect("find what rounds that needed nothing of each other would have taken as one", () =>
    Effect.gen(function* () {
      const rounds = [{ calls: [look("alpha", 80)] }, { calls: [look("omega", 50)] }]
      const { graph, profile } = yield* record(rounds)
      const counterfactuals = yield* Counterfactuals.of(profile, graph)
      const ids = graph.rounds.flatMap(({ calls }) => calls.map(({ id }) => id)).join(" ")
      assert.isAtLeast(savingOf(counterfactuals, "parallel", ids), 100)
      assert.deepStrictEqual(
        Counterfactuals.remedies(counterfactuals).map(({ kind }) => kind),
        ["parallel", "remembered"]
      )
    })
  )
})

describe("counterfactuals of a graph", () => {
  const told = (id: string, argument: string, result: string) =>
    call(id, {
      arguments: JSON.stringify({ of: argument }),
      result: JSON.stringify(result),
      millis: 10,
      writtenMillis: 120
    })

  it.effect("join no rounds of which the trace holds no content", () =>
    Effect.gen(function* () {
      const found = yield* Counterfactuals.of(
        profileOf(390),
        graphOf([round([call("a")]), round([call("b")]), round()])
      )
      assert.deepStrictEqual(
        found.map(({ kind }) => kind),
        ["as-recorded", "sequential", "parallel", "remembered"]
      )
    })
  )

  /** Two rounds of one call each: messages of 120 ms and tools of 10. */
  const pair = (first: RunGraph.GraphCall, second: RunGraph.GraphCall, decodeMillis: number) => {
    const model = (id: string) => ({ id, waitMillis: 120 - decodeMillis, decodeMillis })
    const rows = [
      rowOf("model", "one", 0, 120),
      rowOf("tool", first.id, 120, 10),
      rowOf("model", "two", 130, 120),
      rowOf("tool", second.id, 250, 10)
    ]
    const graph = graphOf([round([first], { model: model("one") }), round([second], { model: model("two") })])
    return Counterfactuals.of(profileOf(260, rows), graph)
  }
  const joinedOf = (found: Found) => found.filter(({ kind, subject }) => kind === "parallel" && subject !== null)

  it.effect("say what they take for true where no first token is told", () =>
    Effect.gen(function* () {
      const [untold] = joinedOf(yield* pair(told("a", "alpha", "one"), told("b", "omega", "two"), 0))
      assert.deepInclude(untold, { kind: "parallel", subject: "a b", savesMillis: 130 })
      assert.include(untold?.what, "no first token")
      const [known] = joinedOf(yield* pair(told("a", "alpha", "one"), told("b", "omega", "two"), 20))
      assert.deepInclude(known, { kind: "parallel", subject: "a b", savesMillis: 110 })
      assert.notInclude(known?.what, "no first token")
    })
  )

  it.effect(
    "free the calls of an agent that runs them one after another, though its trace says no more than when they ran",
    () =>
      Effect.gen(function* () {
        const ids = ["a", "b", "c"]
        const calls = ids.map((id, index) => {
          const before = ids.slice(Math.max(0, index - 1), index)
          return call(id, { millis: 300, writtenMillis: 120, needs: before, cameAfter: before })
        })
        const rows = [
          rowOf("model", "chat", 0, 120),
          ...ids.map((id, index) => rowOf("tool", id, 120 + 300 * index, 300))
        ]
        const found = yield* Counterfactuals.of(profileOf(1020, rows), graphOf([round(calls)]))
        assert.deepStrictEqual(found.slice(0, 3).map(lineOf), [
          "as-recorded saves 0",
          "sequential saves 0",
          "parallel b c saves 600"
        ])
        assert.deepStrictEqual(Counterfactuals.remedies(found).map(lineOf), [
          "remembered look saves 900",
          "parallel b c saves 600"
        ])
      })
  )

  it.effect("leave a call after what its arguments stand in, and say where nothing tells of that", () =>
    Effect.gen(function* () {
      const content = (args: unknown, result: unknown) => ({
        attributes: {
          [Attribute.callArguments]: JSON.stringify(args),
          [Attribute.callResult]: JSON.stringify(result)
        }
      })
      const foundIn = Effect.fnUntraced(function* (hasContent: boolean) {
        const fields = (args: unknown, result: unknown) => (hasContent ? content(args, result) : {})
        const spans = [
          spanOf.run(2000),
          spanOf.chat("one", 0, 500),
          spanOf.tool("a", "film", 500, 700, fields({ title: "Alien" }, { id: "tt0078748" })),
          spanOf.tool("b", "film", 700, 1000, fields({ title: "Solaris" }, { id: "tt0069293" })),
          spanOf.tool("c", "reviews", 1000, 1400, fields({ id: "tt0069293" }, { stars: 5 })),
          spanOf.chat("two", 1400, 2000)
        ]
        const profile = Result.getOrThrow(Profile.make(spans))
        const [, , parallel] = yield* Counterfactuals.of(profile, Result.getOrThrow(RunGraph.of(spans)))
        return parallel
      })
      const told = yield* foundIn(true)
      assert.deepInclude(told, { kind: "parallel", subject: "b", savesMillis: 200 })
      assert.notInclude(told?.what, "does not tell")
      const untold = yield* foundIn(false)
      assert.deepInclude(untold, { kind: "parallel", subject: "b c", savesMillis: 500 })
      assert.include(untold?.what, "does not tell")
    })
  )

  it.effect("join no write with what touches the same", () =>
    Effect.gen(function* () {
      const write = { ...told("w", "alpha", "done"), isReadOnly: false, upstream: "radarr" }
      const beside = (upstream: string) =>
        Effect.map(pair(write, { ...told("r", "omega", "two"), upstream }, 20), joinedOf)
      assert.deepStrictEqual(yield* beside("radarr"), [])
      assert.deepStrictEqual(
        (yield* beside("plex")).map(({ subject }) => subject),
        ["w r"]
      )
    })
  )

  it.effect("count the replay's own error neither as saved nor as lost", () =>
    Effect.gen(function* () {
      const graph = graphOf([round([call("a", { writtenMillis: 120 })]), round()])
      const found = yield* Counterfactuals.of(profileOf(1000), graph, { processMillis: 250 })
      assert.deepStrictEqual(found.map(lineOf), [
        "as-recorded saves 720",
        "sequential saves 0",
        "parallel saves 0",
        "remembered look saves 40",
        "process saves -250"
      ])
      assert.deepStrictEqual(
        found.map(({ millis }) => millis),
        [280, 1000, 1000, 960, 1250]
      )
    })
  )

  it.effect("remember nothing that writes", () =>
    Effect.gen(function* () {
      const found = yield* Counterfactuals.of(profileOf(1), graphOf([round([call("w", { isReadOnly: false })])]))
      assert.isUndefined(found.find(({ kind }) => kind === "remembered"))
    })
  )

  it.effect("remember nothing that failed, which gave nothing to remember", () =>
    Effect.gen(function* () {
      const graph = graphOf([
        round([call("a", { name: "look", millis: 500 }), call("b", { name: "look", millis: 40 })])
      ])
      const rows = [{ ...rowOf("tool", "a", 0, 500), ok: false }, rowOf("tool", "b", 500, 40)]
      const found = yield* Counterfactuals.of(profileOf(540, rows), graph)
      const remembered = found.filter(({ kind }) => kind === "remembered")
      assert.deepStrictEqual(
        remembered.map(({ savesMillis, what }) => [what, savesMillis <= 40]),
        [["What look gave remembered: 1 call.", true]]
      )
    })
  )

  it.effect.prop("gain nothing by one by one, and lose nothing by together or remembered", [Sketch], ([sketch]) =>
    Effect.gen(function* () {
      const found = yield* Counterfactuals.of(profileOf(0), toGraph(sketch, true))
      for (const { kind, savesMillis } of found.slice(1)) {
        if (kind === "sequential") assert.isAtMost(savesMillis, 0)
        else assert.isAtLeast(savesMillis, 0)
      }
      const all = savingOf(found, "remembered")
      for (const { kind, savesMillis } of found) {
        if (kind === "remembered" && !Number.isNaN(all)) assert.isAtMost(savesMillis, all)
      }
    })
  )
})

describe("remedies", () => {
  const saving = (
    kind: Profile.Counterfactual["kind"],
    subject: string | null,
    savesMillis: number
  ): Profile.Counterfactual => ({ kind, subject, what: "", millis: 0, savesMillis })
  const chosen = (found: Found) => Counterfactuals.remedies(found).map(lineOf)

  it("are the three that save most, none of which saves nothing", () => {
    const found = [
      saving("as-recorded", null, 999),
      saving("sequential", null, 998),
      saving("remembered", "look", 30),
      saving("parallel", "a b", 10),
      saving("plan", "c d", 50),
      saving("remembered", "list", 20)
    ]
    assert.deepStrictEqual(chosen(found), ["plan c d saves 50", "remembered look saves 30", "remembered list saves 20"])
    assert.deepStrictEqual(chosen([saving("parallel", "a b", 0), saving("process", null, -250)]), [])
  })

  it("are each about something else", () => {
    const found = [saving("parallel", "a b", 40), saving("plan", "b c", 50), saving("parallel", "d e", 5)]
    assert.deepStrictEqual(chosen(found), ["plan b c saves 50", "parallel d e saves 5"])
  })

  it("are single tools where one is enough, and all where it is not", () => {
    const all = saving("remembered", null, 100)
    assert.deepStrictEqual(chosen([all, saving("remembered", "look", 60)]), ["remembered look saves 60"])
    assert.deepStrictEqual(chosen([all, saving("remembered", "look", 5)]), ["remembered saves 100"])
  })
})
