/**
 * Memory: what a run allocates, against its budget: by how much a process grows, which a busy machine does not move.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Allocation from "../arena/Allocation.ts"
import * as Entries from "../arena/Entries.ts"
import type * as Match from "../arena/Match.ts"
import { workloads } from "../arena/Workloads.ts"
import type { Budget } from "./Budget.ts"

const tolerance = 0.02
/** Buffers are as long as what a socket read brings. */
const outsideTolerance = 0.2
const warmUps = 800

const keys = ["a", "b"] as const

/** What is beyond `budget`, a sentence each. What is well below it is only said. */
export const problems = Effect.fnUntraced(function* (arena: Match.Arena, api: "responses" | "chat", budget: Budget) {
  const measured = keys.map((key) => workloads[key])
  const { allocated, seat } = yield* Allocation.of(arena, Entries.callsheet, api, measured, warmUps)
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
