/**
 * A run on a terminal, and the questions it puts to the person there.
 */
import * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Schema, Stdio, Stream, Terminal } from "effect"
import { Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import * as Approvals from "../src/Approvals.ts"
import { show } from "../src/RunScreen.ts"
import { screen } from "./support/screen.ts"

const size = { columns: 60, rows: 12 }

/** A terminal at which `answers` are given, in their order, and what it showed when each was. Ctrl-D where undefined. */
const terminalWith = (answers: ReadonlyArray<string | undefined>) => {
  let output = ""
  const shown: Array<ReadonlyArray<string>> = []
  const terminal = Terminal.make({
    columns: Effect.succeed(size.columns),
    rows: Effect.succeed(size.rows),
    size: Effect.never,
    readInput: Effect.never,
    readLine: Effect.gen(function* () {
      // Time enough for anything that would draw over the question.
      yield* TestClock.adjust("1 second")
      const answer = answers[shown.length]
      shown.push(screen(output, size))
      if (answer === undefined) return yield* new Terminal.QuitError()
      output += `${answer}\n`
      return answer
    }),
    display: (text) =>
      Effect.sync(() => {
        output += text
      })
  })
  const layer = Layer.merge(
    Layer.succeed(Terminal.Terminal, terminal),
    Stdio.layerTest({ stdoutIsTerminal: Effect.succeed(true) })
  )
  return { layer, shown, lines: () => screen(output, size) }
}

const key = { key: Schema.String }
const tools = Toolkit.make(
  Tool.make("change", { parameters: Schema.Struct(key), success: Schema.String }),
  Tool.make("watch", { success: Schema.String }).annotate(Tool.Readonly, true)
)

/** An agent that asks for two changes at once while it watches something that takes two seconds. */
const agent = Agent.make({ name: "test", instructions: "Change.", toolkit: tools })
const calls = [
  { id: "w", name: "watch", input: {} },
  { id: "a", name: "change", input: { key: "a" } },
  { id: "b", name: "change", input: { key: "b\u001B[2J" } }
]
const model = LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
  Layer.provide(
    ScriptedModel.layer({
      timing: instant,
      script: ({ messages }) =>
        messages.some(({ role }) => role === "tool") ? { text: "Done.", calls: [] } : { text: "", calls }
    })
  )
)

const askWith = Effect.fnUntraced(function* (answers: ReadonlyArray<string | undefined>) {
  const changed: Array<string> = []
  const handlers = tools.toLayer({
    change: ({ key }) => Effect.sync(() => `changed ${changed.push(key)}`),
    watch: () => Effect.as(Effect.sleep("2500 millis"), "seen")
  })
  const terminal = terminalWith(answers)
  const approvals = yield* Approvals.make("asked")
  const fiber = yield* show(agent.run("Change it"), approvals.pending).pipe(
    Effect.provideService(Approval, approvals.approve),
    Effect.provide(Layer.mergeAll(handlers, model, terminal.layer)),
    Effect.forkChild
  )
  yield* Effect.repeat(Effect.andThen(Effect.yieldNow, TestClock.adjust("100 millis")), { times: 60 })
  yield* Fiber.join(fiber)
  return { ...terminal, changed, refused: [...approvals.refused] }
})

const promptA = '? run change {"key":"a"}? [y/N] '
const promptB = '? run change {"key":"b\\u001b[2J"}? [y/N] '

describe("RunScreen", () => {
  it.effect("puts one question at a time, with its arguments, and draws nothing over it", () =>
    Effect.gen(function* () {
      const { changed, lines, refused, shown } = yield* askWith(["y", "no"])
      assert.deepStrictEqual(
        shown.map((lines) => lines.at(-1)),
        [promptA, promptB]
      )
      assert.deepStrictEqual([changed, refused], [["a"], ["change"]])
      const text = lines().join("\n")
      assert.include(text, `${promptA}y\n`)
      assert.include(text, `${promptB}no\n`)
      assert.include(text, '✓ step 1  change {"key":"a"}')
      assert.match(text, /✗ step 1 {2}change .*not approved/)
      assert.include(text, "✓ step 1  watch")
      assert.notMatch(text, /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/)
    })
  )

  it.effect("gives the second yes to the second call alone", () =>
    Effect.gen(function* () {
      const { changed, refused } = yield* askWith(["", "YES"])
      assert.deepStrictEqual([changed, refused], [["b\u001B[2J"], ["change"]])
    })
  )

  it.effect("takes the end of the input for a no", () =>
    Effect.gen(function* () {
      const { changed, lines, refused } = yield* askWith([undefined, undefined])
      assert.deepStrictEqual([changed, refused], [[], ["change"]])
      assert.include(lines(), promptA)
      assert.include(lines(), promptB)
    })
  )

  it.effect("goes on without an answer once the call no longer waits for one", () =>
    Effect.gen(function* () {
      const approvals = yield* Approvals.make("asked")
      const events = yield* Queue.unbounded<AgentEvent>()
      const call = { runId: "run", step: 0, callId: "a", name: "change" }
      let output = ""
      const terminal = Terminal.make({
        columns: Effect.succeed(80),
        rows: Effect.succeed(24),
        size: Effect.never,
        readInput: Effect.never,
        readLine: Effect.never,
        display: (text) =>
          Effect.sync(() => {
            output += text
          })
      })
      const shown = yield* show(Stream.take(Stream.fromQueue(events), 2), approvals.pending).pipe(
        Effect.provideService(Terminal.Terminal, terminal),
        Effect.provide(Stdio.layerTest({})),
        Effect.forkChild
      )
      const asking = yield* Effect.forkChild(approvals.approve({ callId: "a", name: "change", input: { key: "a" } }))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(output, "", "asked before the run told of it")
      yield* Queue.offer(events, { _tag: "ApprovalNeeded", seq: 0, atMillis: 0, input: { key: "a" }, ...call })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(output, promptA)
      yield* Fiber.interrupt(asking)
      const ended = {
        startMillis: 0,
        millis: 0,
        queueMillis: 0,
        retries: 0,
        source: "upstream",
        ok: false,
        problem: "Too late."
      } as const
      yield* Queue.offer(events, { _tag: "ToolSettled", seq: 1, atMillis: 0, ...call, ...ended })
      yield* Fiber.join(shown)
      assert.strictEqual(output, `${promptA}\n✗ step 1  change  0 ms: Too late.\n`)
      assert.deepStrictEqual([...approvals.refused], ["change"])
    })
  )
})
