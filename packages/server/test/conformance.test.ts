import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as MemoryRunStore from "../src/store/MemoryRunStore.ts"
import * as SqliteRunStore from "../src/store/SqliteRunStore.ts"
import { conformance, type Subject } from "../src/testing.ts"

const check = (subject: Subject) => {
  for (const { name, run } of conformance(subject)) it.live(name, () => Effect.scoped(run))
}

describe("in memory", () => {
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
})
