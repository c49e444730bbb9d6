/**
 * Calls: the calls of one model message, scheduled while the model still writes them, and their results in call order.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { Attribute } from "../explain/Trace.ts"
import * as Measured from "../model/Measured.ts"
import type { Call } from "../model/ModelStream.ts"
import type { CallResult } from "../model/Transcript.ts"
import type { Listener } from "../model/Turn.ts"
import type * as Attempt from "./Attempt.ts"
import * as Graph from "./Graph.ts"
import * as PlanRun from "./PlanRun.ts"
import * as PlanTool from "./PlanTool.ts"
import * as ResultTool from "./ResultTool.ts"
import type { Run } from "./Run.ts"
import * as Scheduler from "./Scheduler.ts"

export interface Calls extends Listener {
  /** The model has finished. Waits for every call; `isComplete` lets what writes start, otherwise it is refused. */
  readonly results: (isComplete: boolean) => Effect.Effect<ReadonlyArray<Attempt.Outcome>>
  /** Settles with `problem` every call that has not ended, and interrupts it. Nothing more starts. */
  readonly cut: (problem: string) => void
}

const unknownTool = (name: string, tools: Readonly<Record<string, Tool.Any>>): string =>
  `There is no tool ${name}. The tools are: ${Object.keys(tools).join(", ")}.`

/** Opens the calls of step `step`. */
export const open = <R>(step: number, run: Run<R>): Calls => {
  const scheduler = Scheduler.open(step, run)
  const { tools } = run.toolkit
  const nodes: Array<Graph.Node> = []
  /** Outcomes of which the model reads something else, by node. */
  const told = run.results && new Map<Graph.Node, Attempt.Outcome>()
  const plans = new Map<string, PlanRun.PlanRun>()
  let planBytes = 0
  let planShownBytes = 0
  const planOf = (id: string) => {
    const known = plans.get(id)
    if (known !== undefined) return known
    const plan = PlanRun.open(id, scheduler, tools)
    plans.set(id, plan)
    // Its steps may begin at any moment, and some of them may write.
    run.ledger?.started({ id, name: PlanTool.name, isReadOnly: false })
    return plan
  }

  const place = (call: Call): Effect.Effect<Graph.Node> =>
    run.policy.plans && call.name === PlanTool.name ? placePlan(call) : placeCall(call)

  /** A plan is no call of a tool, so nobody else writes down what it came to. */
  const placePlan = (call: Call) =>
    Effect.map(planOf(call.id).end(call), (node) => {
      Graph.whenSettled([node], () => {
        run.ledger?.settled(node, node.outcome ?? notRun)
        if (node.outcome === undefined) return
        const shown = shorten(node, node.outcome)
        if (run.span === undefined) return
        // It has no span of its own either.
        planBytes += Measured.bytesOf(node.outcome.text)
        planShownBytes += Measured.bytesOf(shown.text)
        run.span.attribute(Attribute.resultBytes, planBytes)
        run.span.attribute(Attribute.shownBytes, planShownBytes)
      })
      return node
    })

  const placeCall = ({ fault, id, input, name }: Call): Effect.Effect<Graph.Node> => {
    if (fault !== undefined) {
      return Effect.sync(() => scheduler.refuse(id, name, `The arguments of ${name} are not JSON: ${fault}`))
    }
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined
    return tool === undefined
      ? Effect.sync(() => scheduler.refuse(id, name, unknownTool(name, tools)))
      : scheduler.place({ id, tool, known: input, needs: [], input: () => Result.succeed(input), shorten })
  }

  /** What the model is to read of what a call came to. Its outcome stays whole for steps of plans. */
  const shorten = (node: Graph.Node, outcome: Attempt.Outcome): Attempt.Outcome => {
    if (run.results === undefined || node.name === ResultTool.name) return outcome
    const shown = run.results.tell(outcome)
    if (shown === outcome) return outcome
    told?.set(node, shown)
    run.ledger?.settled(node, shown)
    return shown
  }

  return {
    onCall: (call) => Effect.map(place(call), (node) => void nodes.push(node)),
    onCallDelta: (id, delta) => planOf(id).write(delta),
    results: (isComplete) =>
      Effect.suspend(() => {
        for (const plan of plans.values()) plan.close()
        scheduler.finish(isComplete)
        const outcomes = Effect.tap(Graph.outcomes(nodes), () =>
          Effect.sync(() => scheduler.cut("The plan that it belongs to was refused, so it was stopped."))
        )
        if (told === undefined) return outcomes
        return Effect.map(outcomes, () => nodes.flatMap((node) => told.get(node) ?? node.outcome ?? []))
      }),
    cut: scheduler.cut
  }
}

const notRun: CallResult = { ok: false, text: JSON.stringify({ error: "not run" }) }

/** For a message that may not ask for anything: what it asks for all the same is passed over. */
export const none: Calls = {
  onCall: () => Effect.void,
  onCallDelta: () => Effect.void,
  results: () => Effect.succeed([]),
  cut: () => {}
}
