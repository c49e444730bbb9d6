/**
 * `node bench/budget.ts`: what runs take and ask for in virtual time, and what a run may allocate, against `budget.json`. Figures
 * that a busy machine does not move: they gate changes. Ends with status 1 where one is not as budgeted.
 *
 * **Details**
 *
 * In virtual time the length of a run, its model calls, tool calls and prompt bytes must be the budget's to the unit, less too: a
 * run that got better gets a new budget, so that it stays so. `--write` writes what is found there into the file, whose change
 * is then seen by whoever reads the diff. Allocation may exceed its budget by 2 %, by which it repeats; it is changed by hand.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Match from "./arena/Match.ts"
import * as Budget from "./budget/Budget.ts"
import * as Memory from "./budget/Memory.ts"
import * as Questions from "./budget/Questions.ts"
import * as Workloads from "./budget/Workloads.ts"

const found = Effect.gen(function* () {
  const all: Budget.Found = { workloads: yield* Workloads.all, questions: yield* Questions.all }
  return all
})

const check = Effect.gen(function* () {
  const budget = Budget.read()
  const all = yield* found
  const differences = [...Budget.differences(all, budget)]
  const count = Object.keys(Budget.runs(all)).length
  yield* Console.log(`${count} runs in virtual time: ${differences.length === 0 ? "as budgeted" : "not as budgeted"}`)
  if (differences.length > 0) differences.push("If that is meant, write it down: node bench/budget.ts --write")
  const arena = yield* Match.make
  const problems = [
    ...differences,
    ...(yield* Memory.problems(arena, "responses", budget)),
    ...(yield* Memory.problems(arena, "chat", budget))
  ]
  if (problems.length === 0) return
  yield* Console.error(problems.join("\n"))
  yield* Effect.sync(() => {
    process.exitCode = 1
  })
})

const write = Effect.map(found, Budget.write)

NodeRuntime.runMain(Effect.scoped(process.argv.includes("--write") ? write : check))
