/**
 * `node bench/budget.ts`: what a run may allocate, and how long it takes in virtual time, against `budget.json`. Two figures
 * that a busy machine does not move: they gate changes. Ends with status 1 where one is beyond its budget.
 *
 * **Details**
 *
 * Allocation may exceed its budget by 2 %, by which it repeats. Virtual time must be the budget's to the millisecond, shorter
 * too: a run that became faster gets a new budget, so that it stays so.
 */
import { readFileSync } from "node:fs"

import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Allocation from "./arena/Allocation.ts"
import * as Entries from "./arena/Entries.ts"
import * as Limit from "./arena/Limit.ts"
import * as Match from "./arena/Match.ts"
import * as VirtualTime from "./arena/VirtualTime.ts"
import { workloads } from "./arena/Workloads.ts"

const Budget = Schema.Struct({
  /** KB of 1,000 bytes a run, streaming; and what buffers take outside of the heap, of which b takes most. */
  allocationKilobytes: Schema.Struct({
    responses: Schema.Struct({ a: Schema.Finite, b: Schema.Finite }),
    chat: Schema.Struct({ a: Schema.Finite, b: Schema.Finite })
  }),
  outsideKilobytes: Schema.Finite,
  virtualMillis: Schema.Record(Schema.Literals(["a", "b", "c", "d", "e", "d-plan"]), Schema.Finite)
})

const budget = Schema.decodeSync(Schema.fromJsonString(Budget))(
  readFileSync(new URL("budget.json", import.meta.url), "utf8")
)

const tolerance = 0.02
/** Buffers are as long as what a socket read brings. */
const outsideTolerance = 0.2
const warmUps = 800

const virtual = Effect.gen(function* () {
  const problems: Array<string> = []
  for (const [key, budgeted] of Object.entries(budget.virtualMillis)) {
    const workload = Object.values(workloads).find((workload) => workload.key === key)
    if (workload === undefined) continue
    const millis = yield* VirtualTime.millisOf(workload)
    const limit = Limit.millisOf(workload)
    yield* Console.log(`${key}: ${millis} ms in virtual time, budget ${budgeted}, on paper ${limit}`)
    if (millis !== budgeted) problems.push(`${key} takes ${millis} ms in virtual time, not ${budgeted}.`)
  }
  return problems
})

const measured = { a: workloads.a, b: workloads.b }

const allocation = Effect.fnUntraced(function* (arena: Match.Arena, api: "responses" | "chat") {
  const keys = ["a", "b"] as const
  const workloads = keys.map((key) => measured[key])
  const { allocated, seat } = yield* Allocation.of(arena, Entries.callsheet, api, workloads, warmUps)
  const problems = [...seat.problems]
  const judge = Effect.fnUntraced(function* (what: string, kilobytes: number, budgeted: number, tolerance: number) {
    const share = kilobytes / budgeted - 1
    yield* Console.log(`${what}: ${kilobytes.toFixed(0)} KB a run, budget ${budgeted}`)
    if (!(share <= tolerance)) problems.push(`${what}: ${kilobytes.toFixed(0)} KB a run; ${budgeted} are budgeted.`)
    if (share < -2 * tolerance)
      yield* Console.log(`  That is less: write ${kilobytes.toFixed(0)} into bench/budget.json.`)
  })
  for (const [index, key] of keys.entries()) {
    const { externalKilobytes, kilobytes } = allocated[index] ?? {
      externalKilobytes: Number.NaN,
      kilobytes: Number.NaN
    }
    yield* judge(`${api}, ${key}, allocated`, kilobytes, budget.allocationKilobytes[api][key], tolerance)
    if (key === "b") {
      yield* judge(`${api}, b, outside of the heap`, externalKilobytes, budget.outsideKilobytes, outsideTolerance)
    }
  }
  return problems
}, Effect.scoped)

const check = Effect.gen(function* () {
  const arena = yield* Match.make
  const problems = [
    ...(yield* virtual),
    ...(yield* allocation(arena, "responses")),
    ...(yield* allocation(arena, "chat"))
  ]
  if (problems.length === 0) return
  yield* Console.error(problems.join("\n"))
  yield* Effect.sync(() => {
    process.exitCode = 1
  })
})

NodeRuntime.runMain(Effect.scoped(check))
