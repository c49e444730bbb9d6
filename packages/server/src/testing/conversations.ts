/**
 * The conformance suite of a store of conversations, as `@callsheet/server/testing` is of one of runs.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

import { type Bounds, ConversationStore } from "../ConversationStore.ts"
import type { Exchange } from "../Exchange.ts"
import * as Places from "../Places.ts"
import type { StoreFailed } from "../RunError.ts"
import { check } from "./events.ts"

export interface Subject {
  /** An empty store with these bounds. */
  readonly make: (bounds: Partial<Bounds>) => Layer.Layer<ConversationStore, StoreFailed>
  /** The same store as each of several processes sees it; none where it is one process's own. */
  readonly shared: (() => Layer.Layer<ConversationStore, StoreFailed>) | undefined
}

export interface Case {
  readonly name: string
  /** Dies where the promise is not kept. */
  readonly run: Effect.Effect<void, StoreFailed, Scope.Scope>
}

const build = (layer: Layer.Layer<ConversationStore, StoreFailed>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (services) => Context.get(services, ConversationStore))

const exchange = (runId: string, more: Partial<Exchange> = {}): Exchange => ({
  runId,
  parentId: null,
  conversationId: "c",
  question: `What is ${runId}?`,
  answer: `It is ${runId}.`,
  reason: "answered",
  atMillis: 1000,
  text: `{"closed":[],"open":[]}`,
  promptBytes: 10,
  openCalls: [],
  summary: null,
  ...more
})

/** Exchanges of one conversation, each after the one before. */
const chained = (count: number, conversationId = "c") =>
  Array.from({ length: count }, (_, index) =>
    exchange(`run_${conversationId}${index}`, {
      conversationId,
      parentId: index === 0 ? null : `run_${conversationId}${index - 1}`,
      atMillis: 1000 + index
    })
  )

const ids = (exchanges: ReadonlyArray<Exchange>) => exchanges.map(({ runId }) => runId).join(" ")
const checkIds = (found: ReadonlyArray<Exchange>, expected: string) =>
  check(ids(found) === expected, `It is "${ids(found)}" rather than "${expected}".`)

const keeping = ({ make }: Subject): ReadonlyArray<Case> => [
  {
    name: "gives an exchange as it was kept, and keeps it once",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      const kept = exchange("run_a", { openCalls: ["call_1", "call_2"], answer: "é🙂", reason: "client-calls" })
      yield* store.keep(kept)
      yield* store.keep({ ...kept, answer: "another" })
      const found = yield* store.find("run_a")
      yield* check(JSON.stringify(found) === JSON.stringify(kept), `${JSON.stringify(found)} was kept.`)
      yield* check((yield* store.conversation("c"))?.turns === 1, "It is one exchange.")
      yield* check((yield* store.find("run_b")) === undefined, "It knows no other.")
    })
  },
  {
    name: "gives the chain of a run, the oldest first, and the way back from it",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      for (const kept of chained(4)) yield* store.keep(kept)
      yield* store.keep(exchange("run_branch", { parentId: "run_c1", conversationId: null }))
      yield* checkIds(yield* store.chain("run_c3"), "run_c0 run_c1 run_c2 run_c3")
      yield* checkIds(yield* store.chain("run_branch"), "run_c0 run_c1 run_branch")
      yield* checkIds(yield* store.chain("run_unknown"), "")
      yield* checkIds(yield* store.back("run_c3", 2), "run_c3 run_c2")
    })
  },
  {
    name: "begins a chain at the latest summary",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      for (const kept of chained(5)) yield* store.keep(kept)
      yield* store.summarize("run_c1", "first")
      yield* store.summarize("run_c3", "second")
      const found = yield* store.chain("run_c4")
      yield* checkIds(found, "run_c3 run_c4")
      yield* check(found[0]?.summary === "second", "It has its summary.")
      yield* checkIds(yield* store.chain("run_c2"), "run_c1 run_c2")
      yield* checkIds(yield* store.back("run_c4", 9), "run_c4 run_c3 run_c2 run_c1 run_c0")
    })
  },
  {
    name: "knows the newest of a conversation, and lists the newest conversation first",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      for (const kept of [...chained(3, "a"), ...chained(2, "b"), ...chained(2, "d")]) yield* store.keep(kept)
      const record = yield* store.conversation("a")
      yield* check(record?.newestRunId === "run_a2" && record.turns === 3, "The newest of three.")
      yield* check(
        record?.question === "What is run_a0?" && record.startedAtMillis === 1000,
        "It begins with the first."
      )
      const first = yield* store.list(Places.end, 2)
      yield* check(first.map(({ conversationId }) => conversationId).join("") === "ad", "The newest first.")
      const last = first.at(-1)
      const rest = last === undefined ? [] : yield* store.list(Places.ofConversation(last), 2)
      yield* check(rest.map(({ conversationId }) => conversationId).join("") === "b", "Then the others.")
    })
  },
  {
    name: "finds the latest run that left a call open",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      yield* store.keep(exchange("run_a", { openCalls: ["call_1"] }))
      yield* store.keep(exchange("run_b", { openCalls: ["call_1", "call_2"] }))
      yield* check((yield* store.ofCall("call_1")) === "run_b", "The latest.")
      yield* check((yield* store.ofCall("call_3")) === undefined, "Nobody left that.")
    })
  },
  {
    name: "forgets a conversation whole, and no other",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      for (const kept of [...chained(3, "a"), ...chained(2, "b")]) yield* store.keep(kept)
      yield* check(yield* store.remove("a"), "It was there.")
      yield* check(!(yield* store.remove("a")), "It is not any more.")
      yield* check((yield* store.conversation("a")) === undefined, "It is unknown.")
      yield* check((yield* store.find("run_a1")) === undefined, "Nor are its exchanges there.")
      yield* checkIds(yield* store.chain("run_b1"), "run_b0 run_b1")
    })
  }
]

const bounded = ({ make }: Subject): ReadonlyArray<Case> => [
  {
    name: "forgets what nobody goes on from once its time is past",
    run: Effect.gen(function* () {
      const store = yield* build(make({ keep: Duration.millis(400) }))
      for (const kept of [...chained(2, "a"), ...chained(2, "b")]) yield* store.keep(kept)
      yield* Effect.sleep(250)
      yield* checkIds(yield* store.chain("run_b1"), "run_b0 run_b1")
      yield* Effect.sleep(250)
      yield* check((yield* store.find("run_a1")) === undefined, "Its time is past.")
      yield* check((yield* store.conversation("a")) === undefined, "So is its conversation's.")
      yield* checkIds(yield* store.chain("run_b1"), "run_b0 run_b1")
    })
  }
]

const sharing = (shared: () => Layer.Layer<ConversationStore, StoreFailed>): ReadonlyArray<Case> => [
  {
    name: "shows another process what was kept, at once and after the end of the one that kept it",
    run: Effect.gen(function* () {
      const there = yield* build(shared())
      yield* Effect.scoped(
        Effect.gen(function* () {
          const here = yield* build(shared())
          for (const kept of chained(3, "shared")) yield* here.keep(kept)
          yield* checkIds(yield* there.chain("run_shared2"), "run_shared0 run_shared1 run_shared2")
          yield* here.summarize("run_shared1", "short")
        })
      )
      yield* checkIds(yield* there.chain("run_shared2"), "run_shared1 run_shared2")
      yield* check((yield* there.conversation("shared"))?.turns === 3, "It has three.")
    })
  }
]

export const conformance = (subject: Subject): ReadonlyArray<Case> => [
  ...keeping(subject),
  ...bounded(subject),
  ...(subject.shared === undefined ? [] : sharing(subject.shared))
]
