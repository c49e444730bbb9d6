import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as MemoryConversationStore from "../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../src/store/MemoryRunStore.ts"
import * as MemoryStatsStore from "../src/store/MemoryStatsStore.ts"
import * as SqliteConversationStore from "../src/store/SqliteConversationStore.ts"
import * as SqliteRunStore from "../src/store/SqliteRunStore.ts"
import * as SqliteStatsStore from "../src/store/SqliteStatsStore.ts"
import { conformance, type Subject } from "../src/testing.ts"
import * as Conversations from "../src/testing/conversations.ts"
import * as Stats from "../src/testing/stats.ts"

const check = (subject: Subject) => {
  for (const { name, run } of conformance(subject)) it.live(name, () => Effect.scoped(run))
}

const checkConversations = (subject: Conversations.Subject) => {
  for (const { name, run } of Conversations.conformance(subject)) it.live(name, () => Effect.scoped(run))
}

const checkStats = (subject: Stats.Subject) => {
  for (const { name, run } of Stats.conformance(subject)) it.live(name, () => Effect.scoped(run))
}

describe("in memory", () => {
  checkStats({ make: MemoryStatsStore.layer, shared: undefined })
  checkConversations({ make: MemoryConversationStore.layer, shared: undefined })
  check({ make: MemoryRunStore.layer, shared: undefined })
})

describe("in a SQLite file", () => {
  const folder = mkdtempSync(join(tmpdir(), "callsheet-runs-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let files = 0
  check({
    make: (bounds) => SqliteRunStore.layer(join(folder, `${files++}.db`), bounds),
    shared: () => SqliteRunStore.layer(join(folder, "shared.db"))
  })
  checkConversations({
    make: (bounds) => SqliteConversationStore.layer(join(folder, `${files++}.db`), bounds),
    shared: () => SqliteConversationStore.layer(join(folder, "shared.db"))
  })
  checkStats({
    make: (bounds) => SqliteStatsStore.layer(join(folder, `${files++}.db`), bounds),
    shared: () => SqliteStatsStore.layer(join(folder, "shared.db"))
  })
})
