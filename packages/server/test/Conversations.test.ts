import type { Message } from "@callsheet/core/Message"
import { type ModelRequest, ModelStream } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"

import { Conversations } from "../src/Conversations.ts"
import * as Exchange from "../src/Exchange.ts"
import * as Limits from "../src/Limits.ts"
import { type Ask, Runs } from "../src/Runs.ts"
import * as MemoryConversationStore from "../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../src/store/MemoryRunStore.ts"
import * as Summary from "../src/Summary.ts"
import * as Toy from "./support/Toy.ts"

type Summarize = (request: ModelRequest) => ReturnType<ModelStream["Service"]["stream"]>

const worded: Summarize = () => {
  const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 }
  const finish = { responseId: undefined, model: undefined, requestBytes: 1, responseBytes: 1, retries: 0 }
  return Stream.make(
    { _tag: "TextDelta", delta: "They talked." } as const,
    { _tag: "Finish", reason: "stop", usage, ...finish } as const
  )
}

const isSummary = ({ messages }: ModelRequest) => messages[0]?.text === Summary.instructions

/** Runs over the toy agent, and what its model was asked. */
const start = Effect.fnUntraced(function* (limits: Partial<Limits.Limits> = {}, summarize: Summarize = worded) {
  const requests: Array<ModelRequest> = []
  const recorded = Layer.effect(
    ModelStream,
    Effect.map(ModelStream, (model) => ({
      ...model,
      stream: (request: ModelRequest) => {
        requests.push(request)
        return isSummary(request) ? summarize(request) : model.stream(request)
      }
    }))
  )
  const services = yield* Layer.build(
    Runs.layer(Toy.agent).pipe(
      Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer()]),
      Layer.provide(recorded),
      Layer.provide(Toy.world()),
      Layer.provide(Layer.succeed(Limits.Current, { ...Limits.standard, ...limits }))
    )
  )
  const runs = Context.get(services, Runs)
  const answerTo = (ask: Ask) =>
    Effect.scoped(
      Effect.flatMap(runs.start(ask), (run) => Effect.map(run.outcome, (summary) => ({ ...summary, ...run })))
    )
  return { requests, runs, answerTo, conversations: Context.get(services, Conversations) }
})

/** As a provider is sent them. */
const spelled = (messages: ReadonlyArray<Message>) => Exchange.encode({ closed: messages, open: [] })
const beginsWith = (messages: ReadonlyArray<Message>, before: ReadonlyArray<Message>) =>
  messages.length > before.length && spelled(messages.slice(0, before.length)) === spelled(before)

/** Whether each call has its result before anything else is said, and each result its call. */
const isWhole = (messages: ReadonlyArray<Message>) => {
  let waiting: ReadonlyArray<string> = []
  for (const message of messages) {
    if (message.role === "tool") {
      if (!waiting.includes(message.callId)) return false
      waiting = waiting.filter((id) => id !== message.callId)
    } else if (waiting.length > 0) return false
    else if (message.role === "assistant") waiting = message.calls.map(({ id }) => id)
  }
  return waiting.length === 0
}

const pick = { name: "pick", description: undefined, parameters: { type: "object" } }

describe("Conversations", () => {
  it.effect("goes on from what was said, in a conversation and after any run", () =>
    Effect.gen(function* () {
      const { answerTo } = yield* start()
      const first = yield* answerTo({ question: "say 1", conversationId: "c" })
      const second = yield* answerTo({ question: "recall", conversationId: "c" })
      assert.strictEqual(second.answer, "say 1|word|recall")
      const branch = yield* answerTo({ question: "recall", previousRunId: first.runId })
      assert.strictEqual(branch.answer, "say 1|word|recall")
      const further = yield* answerTo({ question: "recall", previousRunId: branch.runId })
      assert.strictEqual(further.answer, "say 1|word|recall|say 1|word|recall|recall")
      const other = yield* answerTo({ question: "recall", conversationId: "d" })
      assert.strictEqual(other.answer, "recall")
    })
  )

  it.effect("refuses to go on from a run that it does not know, or that was not to be kept", () =>
    Effect.gen(function* () {
      const { answerTo, runs } = yield* start()
      const refused = (previousRunId: string) =>
        Effect.gen(function* () {
          const asking = yield* Effect.forkChild(
            Effect.scoped(Effect.flip(runs.start({ question: "say 1", previousRunId }))),
            { startImmediately: true }
          )
          yield* TestClock.adjust("1 second")
          return (yield* Fiber.join(asking)).reason._tag
        })
      assert.strictEqual(yield* refused("run_unknown"), "UnknownRun")
      const passing = yield* answerTo({ question: "say 1", keep: false })
      assert.strictEqual(yield* refused(passing.runId), "UnknownRun")
      assert.deepStrictEqual(runs.counts(), { running: 0, waiting: 0 })
    })
  )

  it.effect("keeps nothing of a question that is refused, and says so at once", () =>
    Effect.gen(function* () {
      const { answerTo } = yield* start()
      const history = [{ role: "tool", callId: "none", name: "look", text: "1", isFailure: false }] as const
      const refused = yield* Effect.flip(answerTo({ question: "say 1", conversationId: "c", history }))
      assert.strictEqual(refused.reason._tag, "InvalidQuestion")
      const next = yield* answerTo({ question: "recall", conversationId: "c" })
      assert.strictEqual(next.answer, "recall")
    })
  )

  it.effect("forgets nothing that was done by a run that failed or was stopped", () =>
    Effect.gen(function* () {
      const { answerTo, requests, runs } = yield* start()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { outcome, runId } = yield* runs.start({ question: "hang kept", conversationId: "c" })
          while (!Toy.diary.includes("begin hang kept")) yield* Effect.yieldNow
          yield* runs.stop(runId)
          yield* Effect.flip(outcome)
        })
      )
      yield* Effect.flip(answerTo({ question: "break", conversationId: "c" }))
      yield* answerTo({ question: "recall", conversationId: "c" })
      const sent = requests.at(-1)?.messages ?? []
      assert.isTrue(isWhole(sent))
      assert.deepStrictEqual(
        sent.map(({ role }) => role),
        ["system", "user", "assistant", "tool", "user", "user"]
      )
      assert.include(sent[3]?.text, "Interrupted")
    })
  )

  it.effect(
    "goes on with the client's results beside those of its own tools, also of a client that only knows the call",
    () =>
      Effect.gen(function* () {
        const { answerTo, conversations, requests } = yield* start()
        const asked = yield* answerTo({ question: "pick a", conversationId: "c", clientTools: [pick] })
        assert.strictEqual(asked.reason, "client-calls")
        const { openCalls = [] } = (yield* conversations.back("c", undefined, 1))[0] ?? {}
        const [callId = ""] = openCalls
        assert.strictEqual(openCalls.length, 1)
        assert.strictEqual(yield* conversations.ofCall(callId), asked.runId)
        const result = { role: "tool", callId, name: "pick", text: '"picked"', isFailure: false } as const
        const done = yield* answerTo({
          question: "",
          previousRunId: yield* conversations.ofCall(callId),
          history: [result],
          clientTools: [pick]
        })
        assert.strictEqual(done.answer, '["value of a","picked"]')
        // Who asks something else instead leaves no call without a result.
        yield* answerTo({ question: "recall", conversationId: "c" })
        assert.isTrue(isWhole(requests.at(-1)?.messages ?? []))
        assert.include(JSON.stringify(requests.at(-1)?.messages), "gave no result")
        yield* answerTo({ question: "recall", previousRunId: done.runId })
        assert.isTrue(isWhole(requests.at(-1)?.messages ?? []))
      })
  )

  it.effect(
    "begins each request with the bytes of the one before, but for few summaries, and cuts no call from its result",
    () =>
      Effect.gen(function* () {
        const conversationBytes = 6000
        const { answerTo, requests } = yield* start({ conversationBytes })
        for (let index = 0; index < 60; index++) {
          const question = index % 3 === 0 ? `look key${index}` : `say ${20 + index} question ${index}`
          yield* answerTo({ question, conversationId: "c" })
        }
        const asked = requests.filter((request) => !isSummary(request))
        const breaks = asked.filter(
          ({ messages }, index) => index > 0 && !beginsWith(messages, asked[index - 1]?.messages ?? [])
        )
        const summaries = requests.filter(isSummary)
        const said = new Set(asked.flatMap(({ messages }) => messages.map((message) => spelled([message]))))
        const bytes = [...said].reduce((sum, { length }) => sum + length, 0)
        assert.strictEqual(breaks.length, summaries.length)
        assert.isAbove(summaries.length, 1)
        assert.isAtMost(summaries.length, Math.ceil(bytes / (conversationBytes * 0.5)))
        for (const { messages } of asked) {
          assert.isTrue(isWhole(messages))
          // What was there when it was too long, and one turn.
          assert.isBelow(spelled(messages).length, conversationBytes * 1.5)
        }
        for (const { messages } of breaks) assert.include(messages[1]?.text, "They talked.")
        // A summary is made of the one before it too.
        assert.include(summaries[1]?.messages[1]?.text, "They talked.")
      })
  )

  it.effect("leaves out the oldest turns, and says so, where they cannot be summed up", () =>
    Effect.gen(function* () {
      for (const failing of [() => Stream.empty, () => Stream.die("broken")]) {
        const { answerTo, requests } = yield* start({ conversationBytes: 2000 }, failing)
        for (let index = 0; index < 20; index++) yield* answerTo({ question: "say 60", conversationId: "c" })
        const last = requests.findLast((request) => !isSummary(request))?.messages ?? []
        assert.include(last[1]?.text, "Older messages of this conversation are left out.")
        assert.isBelow(spelled(last).length, 3000)
      }
    })
  )

  it.effect("waits for a summary so long and no longer, and then goes on from all of it", () =>
    Effect.gen(function* () {
      const limits = { conversationBytes: 1000, summaryWait: Duration.seconds(5) }
      const { answerTo, requests } = yield* start(limits, () => Stream.never)
      yield* answerTo({ question: "say 300", conversationId: "c" })
      const asking = yield* Effect.forkChild(answerTo({ question: "recall", conversationId: "c" }), {
        startImmediately: true
      })
      yield* TestClock.adjust("4900 millis")
      assert.isUndefined(asking.pollUnsafe())
      yield* TestClock.adjust("200 millis")
      yield* Fiber.join(asking)
      assert.strictEqual(requests.at(-2)?.messages[1]?.text, "say 300")
      // The model is given up after a minute.
      yield* TestClock.adjust("1 minute")
      yield* answerTo({ question: "recall", conversationId: "c" })
      assert.include(requests.findLast((request) => !isSummary(request))?.messages[1]?.text, "left out")
    })
  )
})
