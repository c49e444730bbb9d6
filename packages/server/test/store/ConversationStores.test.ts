import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer } from "effect"

import { ConversationStore, standardBounds } from "../../src/ConversationStore.ts"
import type { Exchange } from "../../src/Exchange.ts"
import { open } from "../../src/store/ConversationFile.ts"
import * as MemoryConversationStore from "../../src/store/MemoryConversationStore.ts"
import * as SqliteConversationStore from "../../src/store/SqliteConversationStore.ts"

const folder = mkdtempSync(join(tmpdir(), "callsheet-conversations-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const exchange = (index: number, text = ""): Exchange => ({
  runId: `run_${index}`,
  parentId: null,
  conversationId: `c${index}`,
  question: "?",
  answer: "!",
  reason: "answered",
  atMillis: index,
  text,
  promptBytes: 0,
  openCalls: [`call_${index}`],
  summary: null
})

const indices = Array.from({ length: 250 }, (_, index) => index)

describe("a store of conversations", () => {
  it.effect("in memory forgets what was gone on from longest ago where there is too much", () =>
    Effect.gen(function* () {
      const store = yield* ConversationStore
      for (const index of [0, 1, 2]) yield* store.keep(exchange(index))
      yield* store.chain("run_0")
      yield* store.keep(exchange(3))
      const kept = yield* Effect.filter([0, 1, 2, 3], (index) =>
        Effect.map(store.find(`run_${index}`), (found) => found !== undefined)
      )
      assert.deepStrictEqual(kept, [0, 2, 3])
      assert.isUndefined(yield* store.conversation("c1"))
      assert.isUndefined(yield* store.ofCall("call_1"))
      yield* store.keep(exchange(4, "x".repeat(20_000)))
      assert.isUndefined(yield* store.find("run_3"))
    }).pipe(Effect.provide(MemoryConversationStore.layer({ exchanges: 3, bytes: 10_000 })))
  )

  it.live("in a file forgets the oldest, when it begins and every half minute", () =>
    Effect.gen(function* () {
      const path = join(folder, "many.db")
      const keepMillis = Duration.toMillis(standardBounds.keep)
      const file = open(path, standardBounds, keepMillis)
      for (const index of indices) file.keep(exchange(index), Date.now())
      const build = Layer.build(SqliteConversationStore.layer(path, { exchanges: 10 }))
      const store = Context.get(yield* build, ConversationStore)
      const kept = () => indices.filter((index) => file.find(`run_${index}`, Date.now()) !== undefined)
      while (kept().length > 10) yield* Effect.sleep(1)
      assert.deepStrictEqual(kept(), indices.slice(-10))
      assert.isUndefined(yield* store.ofCall("call_0"))
      assert.lengthOf(yield* store.list({ atMillis: 1000, id: "" }, 100), 10)
      file.close()
    })
  )
})
