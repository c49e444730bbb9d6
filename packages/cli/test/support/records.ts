/**
 * Records of runs, as the query log holds them.
 */
import { DateTime } from "effect"

import type { QueryRecord } from "../../src/log/QueryRecord.ts"

export const record = (fields: Partial<QueryRecord> = {}): QueryRecord => ({
  version: 1,
  at: DateTime.makeUnsafe("2026-11-01T12:00:00.000Z"),
  runId: "run",
  question: "What is new?",
  command: "ask",
  route: "model",
  outcome: "answered",
  problem: null,
  wallMillis: 1000,
  criticalPathMillis: 900,
  steps: 2,
  modelCalls: 2,
  toolCalls: 1,
  failedToolCalls: 0,
  inputTokens: 100,
  cachedInputTokens: null,
  outputTokens: 20,
  firstTokenMillis: 350,
  toolMillis: 40,
  queueMillis: 0,
  sources: { upstream: 1, memory: 0, store: 0, shared: 0, foreseen: 0 },
  retries: 0,
  requestBytes: 5000,
  responseBytes: 800,
  model: "offline",
  isDemo: false,
  ...fields
})

/** A record for each of `walls`, a minute apart from `from` on. */
export const recordsOf = (
  walls: ReadonlyArray<number>,
  from: string,
  fields: Partial<QueryRecord> = {}
): ReadonlyArray<QueryRecord> =>
  walls.map((wallMillis, minutes) =>
    record({ at: DateTime.add(DateTime.makeUnsafe(from), { minutes }), wallMillis, ...fields })
  )
