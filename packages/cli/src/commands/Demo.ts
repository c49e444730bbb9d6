/**
 * `callsheet demo`: the ten baseline questions over real HTTP, to demo services and a stand-in model, then one schedule drawn
 * in full. Looks at no configuration.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Terminal from "effect/Terminal"

import * as Composition from "../Composition.ts"
import { failed } from "../ExitError.ts"
import { mediaAgent } from "../MediaAgent.ts"
import { show } from "../RunScreen.ts"
import * as ScheduleChart from "../ScheduleChart.ts"
import * as SummarySchedule from "../SummarySchedule.ts"
import { duration, timeLine } from "../TimeLine.ts"

const askAll = Effect.gen(function* () {
  const { complex, simple } = yield* Effect.promise(() => import("@callsheet/testkit/Questions"))
  const questions = [...simple, ...complex]
  const summaries: Array<RunSummary> = []
  for (const [index, question] of questions.entries()) {
    yield* Console.log(`\n${index + 1}/${questions.length}  ${question}\n`)
    const summary = yield* show(mediaAgent.run(question))
    summaries.push(summary)
    yield* Console.log(`\n${timeLine(summary)}, ${summary.steps} steps`)
  }
  return { questions, summaries }
})

/** The run with most calls: the one whose schedule tells most. */
const fullest = (summaries: ReadonlyArray<RunSummary>): number => {
  const calls = summaries.map(({ modelCalls, toolCalls }) => modelCalls.length + toolCalls.length)
  return calls.indexOf(Math.max(...calls))
}

export const demo = Effect.gen(function* () {
  yield* Console.log("Ten questions over HTTP to demo services and a stand-in model that follows written rules.")
  const { questions, summaries } = yield* askAll
  const most = fullest(summaries)
  const summary = summaries[most]
  if (summary === undefined) return
  const terminal = yield* Terminal.Terminal
  yield* Console.log(`\nThe schedule of "${questions[most]}":\n`)
  yield* Console.log(ScheduleChart.draw(SummarySchedule.of(summary), yield* terminal.columns).join("\n"))
  yield* Console.log(`critical path ${duration(summary.criticalPathMillis)} of ${duration(summary.wallMillis)}`)
  const total = summaries.reduce((sum, { wallMillis }) => sum + wallMillis, 0)
  yield* Console.log(`\n${summaries.length} answers in ${duration(total)}.`)
}).pipe(
  Effect.provide(
    Composition.lasting({ values: {}, unknownKeys: [] }, { model: "offline", hasModel: false, isDemo: true })
  ),
  Effect.mapError((error) => failed(error.message)),
  // Nobody reads what a tracer would be told.
  Effect.withTracerEnabled(false)
)
