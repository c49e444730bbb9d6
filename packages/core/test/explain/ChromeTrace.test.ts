import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as ChromeTrace from "../../src/explain/ChromeTrace.ts"
import * as Profile from "../../src/explain/Profile.ts"
import { Attribute } from "../../src/explain/Trace.ts"
import * as RandomRun from "./randomRun.ts"
import { chat, run, tool } from "./spans.ts"

/** What the format asks of the events that are written. */
const Micros = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Place = { pid: Schema.Int, tid: Schema.Int }
const Trace = Schema.fromJsonString(
  Schema.Struct({
    displayTimeUnit: Schema.Literals(["ms", "ns"]),
    traceEvents: Schema.Array(
      Schema.Union([
        Schema.Struct({
          ...Place,
          ph: Schema.Literal("X"),
          name: Schema.NonEmptyString,
          cat: Schema.NonEmptyString,
          ts: Micros,
          dur: Micros,
          args: Schema.Record(Schema.String, Schema.Unknown)
        }),
        Schema.Struct({
          ...Place,
          ph: Schema.Literal("M"),
          name: Schema.Literals(["process_name", "thread_name", "thread_sort_index"]),
          args: Schema.Struct({ name: Schema.optional(Schema.String), sort_index: Schema.optional(Schema.Int) })
        })
      ])
    )
  })
)

const traceOf = (profile: Profile.Profile) => ChromeTrace.of(profile)

const complete = (trace: ChromeTrace.ChromeTrace) =>
  trace.traceEvents.flatMap((event) => (event.ph === "X" ? [event] : []))

/** Whether events of one track lie beside or within one another, as viewers need them to. */
const isNested = (events: ReadonlyArray<ChromeTrace.Complete>): boolean => {
  const open: Array<number> = []
  return [...events]
    .sort((one, other) => one.ts - other.ts || other.dur - one.dur)
    .every(({ dur, ts }) => {
      while ((open.at(-1) ?? Infinity) <= ts) open.pop()
      const fits = ts + dur <= (open.at(-1) ?? Infinity)
      if (dur > 0) open.push(ts + dur)
      return fits
    })
}

describe("a profile for Chrome's tracing and Perfetto", () => {
  it("has a track for the critical path, one for the model, and as many for tools as overlap", () => {
    const trace = traceOf(
      Result.getOrThrow(
        Profile.make([
          run(100, { attributes: { [Attribute.runId]: "r" } }),
          chat("c", 0, 40, { attributes: { [Attribute.firstToken]: 30, [Attribute.inputTokens]: 7 } }),
          tool("a", "look", 40, 60),
          tool("b", "find", 40.0004, 90),
          tool("d", "look", 60, 70)
        ])
      )
    )
    assert.deepStrictEqual(
      trace.traceEvents.flatMap((event) => (event.name === "thread_name" ? [[event.tid, event.args]] : [])),
      [
        [1, { name: "critical path" }],
        [2, { name: "model" }],
        [3, { name: "tool" }],
        [4, { name: "tool 2" }]
      ]
    )
    assert.deepStrictEqual(
      complete(trace).map(({ cat, dur, name, tid, ts }) => `${tid} ${cat} ${name} ${ts}+${dur}`),
      [
        "1 critical model-wait 0+30000",
        "1 critical decoding 30000+10000",
        "1 critical tools 40000+50000",
        "1 critical overhead 90000+10000",
        "2 model tiny 0+40000",
        "2 piece model-wait 0+30000",
        "2 piece decoding 30000+10000",
        "3 tool look 40000+20000",
        "3 piece tools 40000+20000",
        "3 tool look 60000+10000",
        "3 piece tools 60000+10000",
        "4 tool find 40000+50000",
        "4 piece tools 40000+50000"
      ]
    )
    assert.deepStrictEqual(complete(trace).find(({ cat }) => cat === "model")?.args, {
      id: "c",
      step: 0,
      ok: true,
      criticalMillis: 40,
      inputTokens: 7,
      cachedInputTokens: null,
      outputTokens: null
    })
    assert.strictEqual(trace.otherData["runId"], "r")
  })

  it.prop("keeps the format's rules for any run", [Schema.Int], ([seed]) => {
    const profile = Result.getOrThrow(Profile.make(RandomRun.of(seed).spans))
    const trace = traceOf(profile)
    const read = Schema.decodeSync(Trace)(JSON.stringify(trace))
    assert.strictEqual(read.traceEvents.length, trace.traceEvents.length)
    const tracks = Map.groupBy(complete(trace), ({ tid }) => tid)
    for (const [tid, events] of tracks) {
      assert.isTrue(isNested(events), `track ${tid}`)
    }
    const calls = complete(trace).filter(({ cat }) => cat === "model" || cat === "tool")
    assert.strictEqual(calls.length, profile.rows.length)
    for (const rows of Map.groupBy(calls, ({ tid }) => tid).values()) {
      const ordered = rows.toSorted((one, other) => one.ts - other.ts)
      assert.isTrue(
        ordered.every(({ ts }, index) => ts >= (ordered[index - 1]?.ts ?? 0) + (ordered[index - 1]?.dur ?? 0))
      )
    }
    const path = tracks.get(1) ?? []
    const total = path.reduce((sum, { dur }) => sum + dur, 0)
    assert.strictEqual(total, Math.round(profile.wallMillis * 1000))
  })
})
