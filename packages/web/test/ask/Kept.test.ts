import { assert, describe, it } from "vitest"

import * as Kept from "../../src/ask/Kept.ts"
import type { Exchange } from "../../src/wire/Conversations.ts"
import type { RunRecord } from "../../src/wire/Runs.ts"

const exchange = (runId: string, atMillis: number): Exchange => ({
  runId,
  question: "?",
  answer: "!",
  reason: "answered",
  atMillis,
  calls: []
})

const run = (runId: string, startedAtMillis: number, more: Partial<RunRecord> = {}): RunRecord => ({
  runId,
  question: "?",
  conversationId: "c",
  startedAtMillis,
  state: "failed",
  endedAtMillis: startedAtMillis + 5,
  route: null,
  answer: null,
  reason: null,
  problem: "It broke.",
  wallMillis: 5,
  ...more
})

const names = (kept: ReadonlyArray<Kept.Kept>) =>
  kept.map((one) => (one.kind === "exchange" ? one.exchange.runId : one.run.runId)).join(" ")

describe("Kept", () => {
  it("puts runs that failed where they were, and what is under way at the end", () => {
    const runs = [run("now", 400, { state: "running", endedAtMillis: null }), run("b", 200), run("a", 100)]
    assert.strictEqual(names(Kept.merged("c", [exchange("a", 100), exchange("d", 300)], runs, false)), "a b d now")
  })

  it("has nothing of other conversations, of runs that left an exchange, nor of an earlier page", () => {
    const runs = [
      run("other", 250, { conversationId: "x" }),
      run("done", 260, { state: "finished" }),
      run("old", 100),
      run("failed", 270)
    ]
    const exchanges = [exchange("e", 200), exchange("f", 300)]
    assert.strictEqual(names(Kept.merged("c", exchanges, runs, true)), "e failed f")
    assert.strictEqual(names(Kept.merged("c", exchanges, runs, false)), "old e failed f")
  })

  it("is what runs there are, where the server keeps no exchange yet", () => {
    assert.strictEqual(
      names(Kept.merged("c", [], [run("a", 1, { state: "running", endedAtMillis: null })], false)),
      "a"
    )
  })
})
