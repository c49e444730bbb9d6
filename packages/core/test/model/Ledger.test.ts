import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as Ledger from "../../src/model/Ledger.ts"
import * as Transcript from "../../src/model/Transcript.ts"
import type { Turn } from "../../src/model/Turn.ts"

const read = (id: string): Ledger.ToolCall => ({ id, name: "look", isReadOnly: true })
const write = (id: string): Ledger.ToolCall => ({ id, name: "change", isReadOnly: false })

const turnOf = (text: string, calls: ReadonlyArray<Ledger.ToolCall>): Turn => ({
  text,
  calls: calls.map(({ id, name }) => ({ id, name, input: {}, inputText: "{}", fault: undefined })),
  echo: ["reasoning"],
  finish: {
    _tag: "Finish",
    reason: "stop",
    usage: {
      inputTokens: undefined,
      cachedInputTokens: undefined,
      outputTokens: undefined,
      reasoningTokens: undefined
    },
    responseId: "response",
    model: undefined,
    requestBytes: undefined,
    responseBytes: undefined,
    retries: undefined
  },
  isComplete: true,
  modelCall: {
    step: 0,
    startMillis: 0,
    millis: 0,
    firstTokenMillis: null,
    inputTokens: null,
    cachedInputTokens: null,
    outputTokens: null,
    requestBytes: null,
    responseBytes: null,
    retries: null
  }
})

const question = Transcript.start("Answer.", { question: "Heat?" })
const ok = (text: string) => ({ ok: true, text })

/** A ledger of a run that has asked its question. */
const asked = () => {
  const ledger = Ledger.makeUnsafe()
  ledger.reported(question)
  return ledger
}

const states = (ledger: Ledger.Ledger) => ledger.entries().map(({ callId, state }) => `${callId} ${state}`)

const results = (ledger: Ledger.Ledger) =>
  ledger.transcript().flatMap((message) => (message.role === "tool" ? [[message.callId, message.text]] : []))

describe("Ledger.entries", () => {
  it("tells of each call how far it came when the run was interrupted", () => {
    const ledger = asked()
    ledger.started(read("early"))
    ledger.turn(turnOf("", [read("early"), write("half"), write("never")]))
    ledger.settled(read("early"), ok("1"))
    ledger.started(write("half"))
    assert.deepStrictEqual(states(ledger), ["early done", "half running", "never not-started"])
    ledger.interrupted()
    assert.deepStrictEqual(states(ledger), ["early done-but-not-reported", "half interrupted", "never not-started"])
  })

  it("calls a result reported once it has gone to the model", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [read("a")]))
    ledger.started(read("a"))
    ledger.settled(read("a"), ok("1"))
    ledger.reported(ledger.transcript())
    ledger.interrupted()
    assert.deepStrictEqual(states(ledger), ["a done"])
  })

  it("believes a handler that came to its end though the run was interrupted", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [write("w")]))
    ledger.started(write("w"))
    ledger.interrupted()
    ledger.settled(write("w"), ok("1"))
    assert.deepStrictEqual(states(ledger), ["w done-but-not-reported"])
  })

  it("does not call done what was refused, and keeps the reason", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [write("w")]))
    ledger.settled(write("w"), { ok: false, text: "refused" })
    assert.deepStrictEqual(ledger.entries(), [
      { callId: "w", name: "change", state: "not-started", result: { ok: false, text: "refused" } }
    ])
  })

  it("calls done what an equal call had already found", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [read("a")]))
    ledger.settled(read("a"), ok("1"))
    assert.deepStrictEqual(states(ledger), ["a done"])
  })

  it("keeps a write interrupted that the engine cut, though the run went on", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [write("w"), write("late")]))
    ledger.started(write("w"))
    ledger.cut(write("w"), "out of time")
    ledger.cut(write("late"), "out of time")
    ledger.reported(ledger.transcript())
    assert.deepStrictEqual(states(ledger), ["w interrupted", "late not-started"])
  })

  it("tells a call from a later one with the same id", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [read("0")]))
    ledger.started(read("0"))
    ledger.settled(read("0"), ok("1"))
    ledger.reported(ledger.transcript())
    ledger.turn(turnOf("", [read("0")]))
    assert.deepStrictEqual(states(ledger), ["0 done", "0 not-started"])
    assert.deepStrictEqual(results(ledger), [
      ["0", "1"],
      ["0", `{"error":"Not run: the conversation was stopped."}`]
    ])
  })
})

describe("Ledger.transcript", () => {
  it("gives each call its result, or the reason why it has none", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [read("done"), read("read"), write("write"), read("never")]))
    for (const call of [read("done"), read("read"), write("write")]) ledger.started(call)
    ledger.settled(read("done"), ok("1"))
    ledger.interrupted()
    assert.deepStrictEqual(results(ledger), [
      ["done", "1"],
      ["read", `{"error":"Interrupted before it ended."}`],
      ["write", `{"error":"Interrupted: it may or may not have taken effect."}`],
      ["never", `{"error":"Not run: the conversation was stopped."}`]
    ])
  })

  it("keeps the text of a message that was cut short, without its calls", () => {
    const ledger = asked()
    ledger.text("Let me ")
    ledger.text("look")
    ledger.started(read("a"))
    ledger.interrupted()
    const partial = { role: "assistant", text: "Let me look", calls: [], echo: [], responseId: undefined } as const
    assert.deepStrictEqual(ledger.transcript(), [...question, partial])
    assert.deepStrictEqual(states(ledger), ["a interrupted"])
  })

  it("keeps nothing of a message without a word", () => {
    const ledger = asked()
    ledger.text("\n")
    assert.strictEqual(ledger.transcript(), question)
    ledger.turn(turnOf("", []))
    assert.strictEqual(ledger.transcript(), question)
  })

  it("keeps both of two messages without a model call between them", () => {
    const ledger = asked()
    ledger.turn(turnOf("", [read("a")]))
    ledger.settled(read("a"), ok("1"))
    ledger.turn(turnOf("Heat.", []))
    assert.deepStrictEqual(
      ledger
        .transcript()
        .slice(question.length)
        .map(({ role, text }) => [role, text]),
      [
        ["assistant", ""],
        ["tool", "1"],
        ["assistant", "Heat."]
      ]
    )
  })

  it("keeps the final answer, with what the provider wants back", () => {
    const ledger = asked()
    ledger.text("He")
    ledger.turn(turnOf("Heat.", []))
    assert.deepStrictEqual(ledger.transcript().slice(question.length), [
      { role: "assistant", text: "Heat.", calls: [], echo: ["reasoning"], responseId: "response" }
    ])
  })

  const Ids = Schema.Array(Schema.Literals(["a", "b", "c", "d"])).check(Schema.isMaxLength(4), Schema.isUnique())
  const Operation = Schema.Union([
    Schema.Struct({ op: Schema.Literals(["reported", "interrupted"]) }),
    Schema.Struct({ op: Schema.Literal("text"), text: Schema.Literals(["", " ", "word"]) }),
    Schema.Struct({ op: Schema.Literal("turn"), ids: Ids, text: Schema.Literals(["", "word"]) }),
    Schema.Struct({
      op: Schema.Literals(["started", "settled", "cut"]),
      id: Schema.Literals(["a", "b", "c", "d"]),
      isReadOnly: Schema.Boolean
    })
  ])

  const perform = (ledger: Ledger.Ledger, operation: typeof Operation.Type) => {
    switch (operation.op) {
      case "reported":
        return ledger.reported(ledger.transcript())
      case "interrupted":
        return ledger.interrupted()
      case "text":
        return ledger.text(operation.text)
      case "turn":
        return ledger.turn(turnOf(operation.text, operation.ids.map(read)))
      case "started":
        return ledger.started({ ...read(operation.id), isReadOnly: operation.isReadOnly })
      case "settled":
        return ledger.settled(read(operation.id), ok("1"))
      case "cut":
        return ledger.cut(read(operation.id), "cut")
    }
  }

  /** What providers demand: after a message with calls its results, one each, in order; no result elsewhere; no empty message. */
  const assertAccepted = (transcript: Transcript.Transcript) => {
    let owed: ReadonlyArray<{ readonly id: string; readonly name: string }> = []
    for (const message of transcript) {
      if (message.role === "tool") {
        const [due, ...rest] = owed
        assert.deepStrictEqual([message.callId, message.name], [due?.id, due?.name])
        owed = rest
        continue
      }
      assert.deepStrictEqual(owed, [])
      if (message.role !== "assistant") continue
      assert.isTrue(message.calls.length > 0 || message.text.trim() !== "")
      owed = message.calls
    }
    assert.deepStrictEqual(owed, [])
  }

  it.prop(
    "is accepted by a provider after any sequence of operations, and only grows from what was sent",
    [Schema.Array(Operation).check(Schema.isMaxLength(30))],
    ([operations]) => {
      const ledger = asked()
      let sent: Transcript.Transcript = question
      for (const operation of operations) {
        perform(ledger, operation)
        const transcript = ledger.transcript()
        if (operation.op === "reported") sent = transcript
        assertAccepted([...transcript, { role: "user", text: "And now?" }])
        for (const [index, message] of sent.entries()) assert.strictEqual(transcript[index], message)
      }
    },
    { arbitrary: { runs: 500 } }
  )
})

describe("Ledger.Current", () => {
  it.effect("keeps nothing unless a ledger is provided", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* Ledger.Current)
      const ledger = Ledger.makeUnsafe()
      assert.strictEqual(yield* Effect.provideService(Ledger.Current, Ledger.Current, ledger), ledger)
    })
  )
})
