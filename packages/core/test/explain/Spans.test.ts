/** What a run's spans say, to the millisecond of the test clock. */
import { Cache } from "@callsheet/cache/Cache"
import * as Agent from "@callsheet/core/Agent"
import { HeapUsed } from "@callsheet/core/explain/HeapUsed"
import * as Recorder from "@callsheet/core/explain/Recorder"
import { Attribute } from "@callsheet/core/explain/Trace"
import * as Worth from "@callsheet/core/foresee/Worth"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import { Approval } from "@callsheet/core/schedule/Approval"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Stream } from "effect"
import { TestClock } from "effect/testing"

import { analysis, calls, eventsOf, reads, routed, routedBy, settle, tagged, world } from "../fixtures.ts"
import { ask, makeWorld } from "../household.ts"
import { plan } from "../schedule/planning.ts"
import { from, step } from "../schedule/plans.ts"
import { destroying, type Doing, play, reading, Trouble, troupe, writing } from "../schedule/stage.ts"
import { lines, named, phases, traced, values } from "../traced.ts"

const failing =
  (times: number, trouble: Partial<Trouble> = {}) =>
  ({ attempt, millis }: Doing) =>
    Effect.andThen(
      Effect.sleep(millis),
      attempt <= times ? Effect.fail(new Trouble({ sentence: "Not now.", isRetryable: true, ...trouble })) : Effect.void
    )

describe("the spans of a run", () => {
  it.effect("stand as its steps, with each its model call and its tools", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(play({ tools: [reading("look")], replies: [{ calls: calls("look", "a", "b") }] }))
      assert.deepStrictEqual(
        lines(spans),
        [
          "invoke_agent test 0-300",
          "step 1 0-190",
          "chat script 0-150 in step 1",
          "execute_tool look 120-160 in step 1",
          "execute_tool look 150-190 in step 1",
          "step 2 190-300",
          "chat script 190-300 in step 2"
        ].map((line) => (line.startsWith("step") ? `${line} in invoke_agent test` : line))
      )
      const [run] = spans
      assert.deepInclude(run?.attributes, {
        [Attribute.operation]: "invoke_agent",
        [Attribute.agent]: "test",
        [Attribute.route]: "model",
        [Attribute.endReason]: "answered",
        [Attribute.steps]: 2
      })
      assert.match(String(run?.attributes[Attribute.runId]), /^run_/)
      assert.isUndefined(run?.attributes[Attribute.heapDelta])
      assert.deepStrictEqual(values(named(spans, "step 2"), Attribute.step), [[1]])
    })
  )

  it.effect("say of a model call when its first token and each of its calls was there", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(play({ tools: [reading("look")], replies: [{ calls: calls("look", "a", "b") }] }))
      const [first, last] = named(spans, "chat script")
      assert.deepInclude(first?.attributes, {
        [Attribute.operation]: "chat",
        [Attribute.provider]: "scripted",
        [Attribute.requestModel]: "script",
        [Attribute.step]: 0,
        [Attribute.finishReasons]: ["tool-calls"],
        [Attribute.callOffsets]: [120, 150]
      })
      assert.deepInclude(last?.attributes, { [Attribute.finishReasons]: ["stop"], [Attribute.firstToken]: 100 })
      assert.isUndefined(last?.attributes[Attribute.callOffsets])
      // Nobody sees the requests of a foreign `LanguageModel`.
      assert.isUndefined(last?.attributes[Attribute.requestBytes])
    })
  )

  it.effect("say how long a call waited for a place, which its event tells too", () =>
    Effect.gen(function* () {
      const one = reading("look").annotate(Annotations.Concurrency, 1)
      const { spans, value } = yield* traced(play({ tools: [one], replies: [{ calls: calls("look", "a", "b") }] }))
      assert.deepStrictEqual(lines(named(spans, "execute_tool look")), [
        "execute_tool look 120-160",
        "execute_tool look 150-200"
      ])
      assert.deepStrictEqual(values(named(spans, "execute_tool look"), Attribute.queueWait), [[0], [10]])
      assert.deepStrictEqual(
        tagged(value.events, "ToolSettled").map(({ millis, queueMillis, startMillis }) => [
          startMillis,
          millis,
          queueMillis
        ]),
        [
          [120, 40, 0],
          [160, 40, 10]
        ]
      )
    })
  )

  it.effect("say how often a call was tried again and what it waited for that", () =>
    Effect.gen(function* () {
      const replies = [{ calls: calls("look", "a") }]
      const { spans, value } = yield* traced(play({ tools: [reading("look")], replies, act: failing(2) }))
      const [call] = named(spans, "execute_tool look")
      assert.deepStrictEqual(phases(call), ["queueing 100 retry", "queueing 200 retry"])
      assert.strictEqual(call?.attributes[Attribute.retries], 2)
      assert.deepStrictEqual(
        tagged(value.events, "ToolSettled").map(({ retries }) => retries),
        [2]
      )
    })
  )

  it.effect("tell the wait for an upstream that asked to slow down from others", () =>
    Effect.gen(function* () {
      const slowed = reading("look").annotate(Annotations.Upstream, { name: "shelf" })
      const act = failing(1, { status: 429, retryAfter: Duration.seconds(2) })
      const replies = [{ calls: calls("look", "a") }]
      const { spans } = yield* traced(play({ tools: [slowed], replies, act }))
      const [call] = named(spans, "execute_tool look")
      assert.deepStrictEqual(phases(call), ["queueing 2000 rate_limit"])
      assert.strictEqual(call?.attributes[Attribute.upstream], "shelf")
    })
  )

  it.effect("say where a result came from, and have one for a call that shares another's", () =>
    Effect.gen(function* () {
      const kept = reading("look").annotate(Annotations.Freshness, "1 hour")
      const replies = [{ calls: calls("look", "a", "a") }, { calls: calls("look", "a") }]
      const { spans } = yield* traced(play({ tools: [kept], replies }))
      const looks = named(spans, "execute_tool look")
      assert.deepStrictEqual(values(looks, Attribute.source, Attribute.step, Attribute.origin), [
        ["upstream", 0, "model"],
        ["shared", 0, "model"],
        ["memory", 1, "model"]
      ])
      assert.deepStrictEqual(
        looks.map(({ endMillis, startMillis }) => endMillis - startMillis),
        [40, 10, 0]
      )
    })
  )

  it.effect("are short for what is remembered of another run, and say as much of it", () =>
    Effect.gen(function* () {
      const setting = { world: makeWorld(), policy: { rememberAnswers: false } }
      const first = yield* traced(ask("look a", setting))
      const second = yield* traced(ask("look a", setting))
      const sizes = [Attribute.source, Attribute.resultBytes, Attribute.shownBytes]
      assert.deepStrictEqual(values(named(first.spans, "execute_tool look"), ...sizes), [["upstream", 21, 21]])
      const [again] = named(second.spans, "execute_tool look")
      assert.deepStrictEqual(values(again === undefined ? [] : [again], ...sizes), [["memory", 21, 21]])
      assert.strictEqual(again?.startMillis, again?.endMillis)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("are failed where a call failed, in its own sentence", () =>
    Effect.gen(function* () {
      const act = failing(9, { isRetryable: false })
      const { spans } = yield* traced(play({ tools: [reading("look")], replies: [{ calls: calls("look", "a") }], act }))
      const [call] = named(spans, "execute_tool look")
      assert.strictEqual(call?.problem, "Not now.")
      assert.strictEqual(call?.attributes[Attribute.errorType], "Trouble")
      assert.isUndefined(spans.find(({ name }) => name === "invoke_agent test")?.problem)
    })
  )

  it.effect("are none of calls that never ran", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(play({ tools: [reading("look")], replies: [{ calls: calls("invented", "a") }] }))
      assert.deepStrictEqual(
        spans.filter(({ name }) => name.startsWith("execute_tool")),
        []
      )
    })
  )

  it.effect("hold what is waited for a person in the step", () =>
    Effect.gen(function* () {
      const replies = [{ calls: calls("erase", "x") }]
      const approved = Effect.provideService(play({ tools: [destroying("erase")], replies }), Approval, () =>
        Effect.as(Effect.sleep(9000), true)
      )
      const { spans } = yield* traced(approved)
      assert.deepStrictEqual(phases(named(spans, "step 1")[0]), ["approval 9000 approval"])
      assert.deepStrictEqual(lines(named(spans, "execute_tool erase")), ["execute_tool erase 9120-9160"])
      assert.deepStrictEqual(values(named(spans, "execute_tool erase"), Attribute.isReadOnly), [[false]])
    })
  )

  it.effect("of a plan's calls say which calls their arguments were made of", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a" }),
        step("b", "look", { key: from("$item") }, from("a", "parts")),
        step("c", "look", { key: "c", note: from("b") })
      ]
      const { spans } = yield* traced(plan(steps))
      const ids = values(named(spans, "execute_tool look"), Attribute.callId, Attribute.waitsFor).map(([id, waits]) => [
        String(id).replace(/^[^.]*\./, ""),
        Array.isArray(waits) ? waits.map((wait) => String(wait).replace(/^[^.]*\./, "")) : undefined
      ])
      assert.deepStrictEqual(ids, [
        ["a", undefined],
        ["b[0]", ["a"]],
        ["b[1]", ["a"]],
        ["b[2]", ["a"]],
        ["c", ["b[0]", "b[1]", "b[2]"]]
      ])
      // A plan is no call of a tool, so its step says how much of it the model reads.
      assert.isAbove(Number(named(spans, "step 1")[0]?.attributes[Attribute.shownBytes]), 0)
    })
  )

  it.effect("say how long a result is, and how long as the model reads it", () =>
    Effect.gen(function* () {
      const input = { key: "abcdefghijklmnopqrstuvwxyz", parts: 200 }
      const { spans, value } = yield* traced(
        play({
          tools: [reading("look")],
          replies: [{ calls: [{ name: "look", input }] }],
          policy: { resultBytes: 1000 }
        })
      )
      const [[resultBytes, shownBytes] = []] = values(
        named(spans, "execute_tool look"),
        Attribute.resultBytes,
        Attribute.shownBytes
      )
      const [shown] = value.views[1]?.messages.flatMap((message) => (message.role === "tool" ? [message] : [])) ?? []
      assert.isAbove(Number(resultBytes), 5000)
      assert.strictEqual(shownBytes, JSON.stringify(shown?.result).length)
    })
  )

  it.effect("hold arguments and results only where content is wanted", () =>
    Effect.gen(function* () {
      const played = play({ tools: [reading("look")], replies: [{ calls: calls("look", "a") }] })
      const contents = (spans: Parameters<typeof values>[0]) =>
        values(named(spans, "execute_tool look"), Attribute.callArguments, Attribute.callResult)
      const without = yield* traced(played)
      assert.deepStrictEqual(contents(without.spans), [[undefined, undefined]])
      const whole = yield* traced(Effect.provideService(played, Recorder.Content, true))
      assert.deepStrictEqual(contents(whole.spans), [['{"key":"a"}', '{"key":"a","parts":["a1","a2","a3"]}']])
    })
  )

  it.effect("hold no arguments by other names where content is not wanted, be a tool asked by Effect's `handle`", () =>
    Effect.gen(function* () {
      const replies = [{ calls: calls("look", "a private word") }]
      const asked = (act: (doing: Doing) => Effect.Effect<void, Trouble>) =>
        traced(play({ tools: [reading("look")], replies, act }))
      const succeeded = yield* asked(({ millis }) => Effect.sleep(millis))
      const failed = yield* asked(failing(9, { isRetryable: false }))
      const left = yield* asked(() => Effect.interrupt)
      for (const { spans } of [succeeded, failed, left])
        assert.notInclude(JSON.stringify(named(spans, "execute_tool look")), "private")
    })
  )

  it.effect("tell what a call waited for that was given up before it ran", () =>
    Effect.gen(function* () {
      const policy = { runLimit: Duration.seconds(5) }
      const one = reading("look").annotate(Annotations.Concurrency, 1)
      const queued = yield* traced(
        play({ tools: [one], replies: [{ calls: calls("look", "a", "b") }], act: () => Effect.never, policy })
      )
      assert.deepStrictEqual(values(named(queued.spans, "execute_tool look"), Attribute.queueWait), [[0], [4350]])
      assert.deepStrictEqual(
        tagged(queued.value.events, "ToolSettled").map(({ millis, queueMillis }) => [millis, queueMillis]),
        [
          [4380, 0],
          [0, 4350]
        ]
      )

      const slowed = reading("look").annotate(Annotations.Upstream, { name: "shelf" })
      const act = failing(1, { status: 429, retryAfter: Duration.seconds(20) })
      const replies = [{ calls: calls("look", "a") }, { calls: calls("look", "b") }]
      const rated = yield* traced(play({ tools: [slowed], replies, act, policy }))
      const [, second] = named(rated.spans, "execute_tool look")
      assert.deepStrictEqual(phases(second), ["queueing 4220 rate_limit"])

      const asked = play({ tools: [destroying("erase")], replies: [{ calls: calls("erase", "x") }], policy })
      const { spans } = yield* traced(Effect.provideService(asked, Approval, () => Effect.never))
      assert.deepStrictEqual(phases(named(spans, "step 1")[0]), ["approval 4380 approval"])
    })
  )

  it.effect("tell of a place that a call still waits for where the run is left", () =>
    Effect.gen(function* () {
      const one = reading("look").annotate(Annotations.Concurrency, 1)
      const left = Effect.timeoutOption(
        play({ tools: [one], replies: [{ calls: calls("look", "a", "b") }], act: () => Effect.never }),
        1000
      )
      const { spans } = yield* traced(settle(left))
      assert.deepStrictEqual(values(named(spans, "execute_tool look"), Attribute.queueWait), [[0], [850]])
    })
  )

  it.effect("tell what a call waits for another attempt where the run is left", () =>
    Effect.gen(function* () {
      const act = failing(1, { retryAfter: Duration.seconds(20) })
      const played = play({ tools: [reading("look")], replies: [{ calls: calls("look", "a") }], act })
      const { spans } = yield* traced(settle(Effect.timeoutOption(played, 1000)))
      assert.deepStrictEqual(phases(named(spans, "execute_tool look")[0]), ["queueing 840 retry"])
    })
  )

  it.effect("tell the first token of a model call that was given up after it", () =>
    Effect.gen(function* () {
      const policy = { runLimit: Duration.millis(130) }
      const { spans } = yield* traced(
        play({ tools: [], replies: [{ text: "As long as the time that it has." }], policy })
      )
      const [chat] = named(spans, "chat script")
      assert.strictEqual(chat?.problem, "interrupted")
      assert.strictEqual(chat?.attributes[Attribute.firstToken], 100)
    })
  )

  it.effect("of what was foreseen stand in the run itself, and so do the calls of rules", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "a") }, { foresight: { mostCalls: 6, wait: Duration.zero } })
      const { spans } = yield* traced(settle(agent.ask("Which?")))
      const looks = named(spans, "execute_tool look")
      assert.deepStrictEqual(values(looks, Attribute.origin, Attribute.source, Attribute.step), [
        ["foreseen", "upstream", undefined],
        ["model", "foreseen", 0]
      ])
      assert.deepStrictEqual(
        looks.map(({ parentId }) => spans.find(({ spanId }) => spanId === parentId)?.name),
        ["invoke_agent test", "step 1"]
      )
      const answerable = { calls: reads("look", "b"), render: () => "It is b." }
      const ruled = yield* traced(settle(routed({ answerable, confidence: 1, complexity: "simple" }).ask("Which?")))
      assert.deepStrictEqual(
        lines(ruled.spans).map((line) => line.replace(/ \d.*? in/, " in")),
        ["invoke_agent test 0-40", "execute_tool look in invoke_agent test"]
      )
      assert.deepStrictEqual(values(named(ruled.spans, "execute_tool look"), Attribute.origin), [["rules"]])
      assert.strictEqual(ruled.spans[0]?.attributes[Attribute.route], "rules")
    }).pipe(
      Effect.provideServiceEffect(Worth.Worth, Effect.sync(Worth.makeUnsafe)),
      Effect.provide(world(turns([{ text: "", calls: calls("look", "a") }, { text: "Done." }])))
    )
  )

  it.effect("say what came before the first model call", () =>
    Effect.gen(function* () {
      const slow = routedBy(Effect.as(Effect.sleep(30), analysis({})))
      const { spans } = yield* traced(settle(slow.ask("Which?")))
      assert.deepStrictEqual(phases(spans[0]), ["routing 30"])
    }).pipe(Effect.provide(world(turns([{ text: "Done." }]))))
  )

  it.effect("say what a run waited for before it was routed", () =>
    Effect.gen(function* () {
      const { toolkit } = troupe([reading("look")])
      const facts = Effect.as(Effect.sleep(20), { text: "It is Monday.", key: "monday" })
      const dated = Agent.make({ name: "test", instructions: "Answer.", toolkit, facts })
      const { spans } = yield* traced(settle(dated.ask("Which?")))
      assert.deepStrictEqual(phases(spans[0]), ["start-up 20"])
    }).pipe(Effect.provide(world(turns([{ text: "Done." }]))))
  )

  it.effect("end where the run is left, and what had not ended is interrupted", () =>
    Effect.gen(function* () {
      const { spans } = yield* traced(
        settle(Stream.runDrain(Stream.takeUntil(routed({}).run("Which?"), (event) => event._tag === "ToolStarted")))
      )
      assert.deepStrictEqual(
        spans.map(({ name, problem }) => [name, problem]),
        [
          ["invoke_agent test", "interrupted"],
          ["step 1", "interrupted"],
          ["chat script", undefined],
          ["execute_tool look", "interrupted"]
        ]
      )
    }).pipe(Effect.provide(world(turns([{ text: "", calls: calls("look", "a") }]))))
  )

  it.effect("say by how much the heap grew where the application tells", () =>
    Effect.gen(function* () {
      let bytes = 1000
      const heapUsed = () => (bytes += 500)
      const { spans } = yield* traced(Effect.provideService(settle(routed({}).ask("Which?")), HeapUsed, heapUsed))
      assert.strictEqual(spans[0]?.attributes[Attribute.heapDelta], 500)
    }).pipe(Effect.provide(world(turns([{ text: "Done." }]))))
  )

  it.effect("of a handler's own work stand under its call", () =>
    Effect.gen(function* () {
      const act = ({ millis }: Doing) => Effect.withSpan(Effect.sleep(millis), "GET")
      const { spans } = yield* traced(
        play({ tools: [writing("change")], replies: [{ calls: calls("change", "a") }], act })
      )
      assert.include(lines(spans), "GET 120-160 in execute_tool change")
    })
  )

  it.effect("take no time of the run's own", () =>
    Effect.gen(function* () {
      const asked = eventsOf(routed({}).run("Which?"))
      const times = (events: Effect.Success<typeof asked>) => events.map(({ _tag, atMillis }) => [_tag, atMillis])
      const without = yield* asked
      yield* TestClock.setTime(0)
      const { value } = yield* traced(asked)
      assert.deepStrictEqual(times(value), times(without))
    }).pipe(Effect.provide(world(turns([{ text: "Done." }]))))
  )
})
