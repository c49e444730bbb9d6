/**
 * EstimateKnown: what a table knows of the parts of one run: of each the most special of which there is enough. Pure.
 */
import type { Route } from "../AgentEvent.ts"
import * as EstimateLesson from "./EstimateLesson.ts"
import type { EstimateRun } from "./EstimateRun.ts"
import * as EstimateSketch from "./EstimateSketch.ts"
import * as EstimateTable from "./EstimateTable.ts"
import * as EstimateTally from "./EstimateTally.ts"

/** How many runs of its agent an estimate of `run` rests on; old ones count less. */
export const historyOf = (table: EstimateTable.EstimateTable, run: EstimateRun): number =>
  // The last key is of all agents.
  EstimateTally.total(EstimateTable.find(table, EstimateLesson.keys.route(run).slice(0, -1)))

/** Parts are named as in `EstimateLesson`; sketches of which nothing was seen are `undefined`. */
export const of = (table: EstimateTable.EstimateTable, run: EstimateRun, setting: EstimateLesson.Setting) => {
  const { keys } = EstimateLesson
  const tally = (of: ReadonlyArray<string>) => EstimateTable.find(table, of)
  const sketch = (of: ReadonlyArray<string>) => EstimateSketch.of(tally(of))
  const byKind = (of: (kind: EstimateLesson.StepKind) => ReadonlyArray<string>) => ({
    last: sketch(of("last")),
    more: sketch(of("more"))
  })
  return {
    routes: tally(keys.route(run)),
    steps: tally(keys.steps(run)),
    signs: tally(keys.sign(run)),
    calls: (by: "step" | "rules") => tally(keys.calls(run, by)),
    opening: sketch(keys.opening(run)),
    lead: sketch(keys.lead(run)),
    gap: sketch(keys.gap(run)),
    whole: (route: Route) => sketch(keys.whole(run, route)),
    turned: (route: Route) => tally(keys.turned(run, route)),
    wait: byKind((kind) => keys.wait(run, setting, kind)),
    decoding: byKind((kind) => keys.decoding(run, setting, kind)),
    rest: byKind((kind) => keys.rest(run, setting, kind)),
    tool: (name: string) => sketch(keys.tool(name)),
    approval: sketch(keys.approval)
  }
}
export type Known = ReturnType<typeof of>
