/**
 * `estimates`: how often the time that a run still took lay inside the range that was estimated for it.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as EstimateCalibration from "@callsheet/core/explain/EstimateCalibration"
import * as EstimateTable from "@callsheet/core/explain/EstimateTable"
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"

import * as Agents from "./baseline/Agents.ts"
import * as Household from "./baseline/Household.ts"
import * as Runs from "./baseline/Runs.ts"
import type { Row, Suite } from "./Report.ts"

/** Of each question. */
const rounds = 30

/** Runs that teach before any is judged. */
const taught = 50

const about = `The ten questions in random order, ${rounds} times each, over HTTP to demo services and a stand-in model with the delays of \`baseline\`,
nothing remembered from run to run, four at a time. Each run is estimated by what the runs that ended before it taught; those after the first ${taught}
are judged. Claimed is that four of five true times lie inside the range. The model takes a stated time (scripted): its spread is that of the machine,
which is less than a real one's. "model": every question goes to the model; "all": with rules and what is read ahead.`

/** The events of all runs in the order in which they ended. */
const asked = Effect.fnUntraced(function* (agent: Runs.Contestant, where: Household.Where) {
  const questions = [...Questions.simple, ...Questions.complex]
  const order = yield* Random.shuffle(Array.from({ length: rounds }, () => questions).flat())
  const ended: Array<EstimateCalibration.Recorded> = []
  yield* Effect.forEach(
    order,
    Effect.fnUntraced(function* (question) {
      const events: Array<AgentEvent> = []
      const house = yield* Runs.newHouse(where)
      yield* Stream.runForEach(agent.run(question), (event) => Effect.sync(() => void events.push(event))).pipe(
        Effect.orDie,
        Effect.provideContext(house)
      )
      ended.push({ events, setting: { model: "script" }, endedAtMillis: ended.length })
    }, Effect.scoped),
    { concurrency: 4, discard: true }
  )
  return ended
})

const rowsOf = (name: string, recorded: ReadonlyArray<EstimateCalibration.Recorded>): ReadonlyArray<Row> => {
  const { table } = EstimateCalibration.replay(EstimateTable.empty, recorded.slice(0, taught))
  const { judgements } = EstimateCalibration.replay(table, recorded.slice(taught))
  return EstimateCalibration.report(judgements).map(
    ({ above, below, errorMillis, estimates, rangeMillis, stage, within }) => ({
      name: `${name}: ${stage}`,
      value: 100 * within,
      unit: "% inside",
      ...(stage === "all" ? { atLeast: 70, atMost: 95 } : {}),
      note: `${estimates} estimates; ${(100 * below).toFixed(0)} % below, ${(100 * above).toFixed(0)} % above; median error ${errorMillis.toFixed(0)} ms, range ${rangeMillis.toFixed(0)} ms`
    })
  )
}

export const suite: Suite = {
  about,
  rows: Effect.gen(function* () {
    const { measured } = yield* Household.start
    const wires = Agents.wires(measured)
    const off = yield* Effect.provide(asked(Agents.off, measured), wires)
    const on = yield* Effect.provide(asked(Agents.on, measured), wires)
    return [...rowsOf("model", off), ...rowsOf("all", on)]
  }).pipe(Effect.scoped)
}
