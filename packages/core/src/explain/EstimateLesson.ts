/**
 * EstimateLesson: which quantities are kept of a run, under which names, and what a run that has ended teaches of them. Pure.
 *
 * | part | is | of |
 * | --- | --- | --- |
 * | `route` | which route a run takes, by its place in `routes` | agent, question |
 * | `opening` | from the run's start until it is routed | agent |
 * | `whole` | from there to the end, or until a model decides after all, of a run by rules or from memory | route, agent, question |
 * | `turned` | whether a model decides after all: 1 where it does | route, agent |
 * | `lead` | from there to the first step | agent |
 * | `gap` | between two steps | agent |
 * | `steps` | how many steps a run has | agent, question |
 * | `sign` | whether the first sign of a step is a word or a call, and whether it is the last step | agent |
 * | `wait` | from a step's start to its first sign | last or not, model, agent |
 * | `decoding` | from there until the model has said all | last or not, model, agent |
 * | `rest` | from the first sign to the step's end | last or not, model, agent, question |
 * | `calls` | how many calls begin in a step that is not the last, or by rules | step or rules, agent, question |
 * | `tool` | from a call's start to its end | tool |
 * | `approval` | until a person has decided | |
 * | `rank` | where the true time lay among those forecast, in twentieths | stage, agent |
 */
import type { Route } from "../AgentEvent.ts"
import type { EstimateRun, Step } from "./EstimateRun.ts"
import * as EstimateSketch from "./EstimateSketch.ts"
import * as EstimateTable from "./EstimateTable.ts"

/** What is known of a run beside its events. */
export interface Setting {
  /** The model that will be asked. What it takes is kept under this name. */
  readonly model: string
  /** When the run is stopped, in milliseconds since it began. */
  readonly deadlineMillis?: number | undefined
}

export const routes: ReadonlyArray<Route> = ["model", "rules", "plan", "memory"]

/** The names by which a run's quantities are kept, from the general to the special. */
const kindOf = ({ agent, shape }: EstimateRun): ReadonlyArray<string> => (shape === "" ? [agent] : [agent, shape])

export type StepKind = "last" | "more"

/** The keys of each part. */
export const keys = {
  route: (run: EstimateRun) => EstimateTable.keysOf("route", kindOf(run)),
  opening: ({ agent }: EstimateRun) => EstimateTable.keysOf("opening", [agent]),
  whole: (run: EstimateRun, route: Route) => EstimateTable.keysOf("whole", [route, ...kindOf(run)]),
  turned: ({ agent }: EstimateRun, route: Route) => EstimateTable.keysOf("turned", [route, agent]),
  lead: ({ agent }: EstimateRun) => EstimateTable.keysOf("lead", [agent]),
  gap: ({ agent }: EstimateRun) => EstimateTable.keysOf("gap", [agent]),
  steps: (run: EstimateRun) => EstimateTable.keysOf("steps", kindOf(run)),
  sign: ({ agent }: EstimateRun) => EstimateTable.keysOf("sign", [agent]),
  wait: ({ agent }: EstimateRun, { model }: Setting, kind: StepKind) =>
    EstimateTable.keysOf("wait", [kind, model, agent]),
  decoding: ({ agent }: EstimateRun, { model }: Setting, kind: StepKind) =>
    EstimateTable.keysOf("decoding", [kind, model, agent]),
  rest: (run: EstimateRun, { model }: Setting, kind: StepKind) =>
    EstimateTable.keysOf("rest", [kind, model, ...kindOf(run)]),
  calls: (run: EstimateRun, by: "step" | "rules") => EstimateTable.keysOf("calls", [by, ...kindOf(run)]),
  tool: (name: string) => EstimateTable.keysOf("tool", [name]),
  approval: EstimateTable.keysOf("approval", []),
  rank: (stage: string, { agent }: EstimateRun) => EstimateTable.keysOf("rank", [stage, agent])
}

/** Labels of `sign`. */
export const signLabel = (sign: Step["sign"], kind: StepKind): number =>
  (sign === "call" ? 2 : 0) + (kind === "last" ? 0 : 1)

type Seen = EstimateTable.Seen
const took = (keys: ReadonlyArray<string>, millis: number): Seen => ({ keys, label: EstimateSketch.labelOf(millis) })

/**
 * What a run that has ended teaches.
 *
 * **Details**
 *
 * One that failed or was out of time teaches how long tools and people took, but nothing of how long a run is: else the long ones
 * would count as short.
 */
export const of = (run: EstimateRun, setting: Setting): ReadonlyArray<Seen> => {
  if (run.end === undefined) return []
  const parts = [
    ...run.tools.map(({ millis, name }) => took(keys.tool(name), millis)),
    ...run.approvals.map((millis) => took(keys.approval, millis))
  ]
  if (run.end !== "finished" || run.firstRoute === undefined) return parts
  const route: Seen = { keys: keys.route(run), label: routes.indexOf(run.firstRoute) }
  parts.push(route, took(keys.opening(run), run.firstRoutedMillis))
  if (run.firstRoute !== "model") {
    const isTurned = run.route !== run.firstRoute
    const endMillis = isTurned ? run.routedMillis : run.atMillis
    parts.push(
      took(keys.whole(run, run.firstRoute), endMillis - run.firstRoutedMillis),
      { keys: keys.turned(run, run.firstRoute), label: isTurned ? 1 : 0 },
      { keys: keys.calls(run, "rules"), label: run.calls }
    )
  }
  if (run.steps.length === 0) return parts
  parts.push({ keys: keys.steps(run), label: run.steps.length })
  let before = run.routedMillis
  for (const [index, step] of run.steps.entries()) {
    parts.push(took((index === 0 ? keys.lead : keys.gap)(run), step.startMillis - before))
    before = step.endMillis ?? run.atMillis
    parts.push(...ofStep(run, setting, step, index === run.steps.length - 1 ? "last" : "more"))
  }
  return parts
}

const ofStep = (run: EstimateRun, setting: Setting, step: Step, kind: StepKind): ReadonlyArray<Seen> => {
  const { endMillis, modelEndMillis, sign, signMillis, startMillis } = step
  if (endMillis === undefined) return []
  // A step without any sign is all wait.
  if (sign === undefined) return [took(keys.wait(run, setting, kind), endMillis - startMillis)]
  return [
    { keys: keys.sign(run), label: signLabel(sign, kind) },
    took(keys.wait(run, setting, kind), signMillis - startMillis),
    took(keys.decoding(run, setting, kind), modelEndMillis - signMillis),
    took(keys.rest(run, setting, kind), endMillis - signMillis),
    ...(kind === "more" ? [{ keys: keys.calls(run, "step"), label: step.calls }] : [])
  ]
}
