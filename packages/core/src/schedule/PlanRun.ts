/**
 * PlanRun: one plan of the model, started while it is still being written.
 *
 * A step is placed as soon as all that it refers to is placed, so the order of the graph follows the references, whatever the
 * order of the list. What only reads may start then; what writes waits for the end of the message, and does not run if the
 * plan turned out to have a fault.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { Call } from "../model/ModelStream.ts"
import * as Attempt from "./Attempt.ts"
import * as Graph from "./Graph.ts"
import * as Plan from "./Plan.ts"
import * as PlanReader from "./PlanReader.ts"
import { FailedElement } from "./PlanReference.ts"
import * as PlanTool from "./PlanTool.ts"
import * as Policy from "./Policy.ts"
import type { Step as SchedulerStep } from "./Scheduler.ts"

export interface PlanRun {
  /** More of the plan's text has come. */
  readonly write: (delta: string) => Effect.Effect<void>
  /** The call is complete. The node settles when every step has, with what the model is to read. */
  readonly end: (call: Call) => Effect.Effect<Graph.Node>
}

/** Of what is no tool call itself: its value is for other steps, not for the model. */
const done = (value: unknown): Attempt.Outcome => ({
  ok: true,
  text: "",
  problem: null,
  value,
  failure: undefined,
  result: undefined
})

/** Opens the plan of call `callId`, whose steps are placed with `scheduler`. */
export const open = (callId: string, scheduler: SchedulerStep, tools: Readonly<Record<string, Tool.Any>>): PlanRun => {
  const seen: Array<Plan.Step> = []
  const placed = new Map<string, Graph.Node>()
  let waiting: ReadonlyArray<Plan.Step> = []
  let reader = PlanReader.initial
  /** Whether the plan is complete and without a fault: until then nothing in it that writes may run. */
  let isSound = false

  const resultOf = (id: string): unknown => placed.get(id)?.outcome?.value

  /** Why `step` cannot run, though its turn has come. */
  const obstacle = (step: Plan.Step, isReadOnly: boolean): string | undefined => {
    const missing = Plan.dependenciesOf(step).find((id) => placed.get(id)?.outcome?.ok !== true)
    if (missing !== undefined) return `not run: step "${missing}" failed`
    return isSound || isReadOnly ? undefined : "not run: the plan has faults, so nothing in it that writes ran"
  }

  const inputsOf = (step: Plan.Step, isReadOnly: boolean): Result.Result<ReadonlyArray<unknown>, string> => {
    const reason = obstacle(step, isReadOnly)
    return reason === undefined ? Plan.resolve(step, resultOf) : Result.fail(reason)
  }

  /** Places `step` once for each element of its list, when the list is there; settles with the list of results. */
  const placeEach = (step: Plan.Step, tool: Tool.Any, needs: ReadonlyArray<Graph.Node>): Graph.Node => {
    const { isReadOnly } = Policy.rulesOf(tool)
    const id = `${callId}.${step.id}`
    const siblings: Array<Graph.Node> = []
    const among = scheduler.makeOrder()
    const gather = (group: Graph.Node) => {
      const outcomes = siblings.map(({ outcome }) => outcome ?? Attempt.failed("not run"))
      const value = outcomes.map(({ ok, problem, value }) => (ok ? value : new FailedElement(problem ?? "failed")))
      const isLost = outcomes.length > 0 && outcomes.every(({ ok }) => !ok)
      Graph.settle(group, isLost ? Attempt.failed(outcomes[0]?.problem ?? "failed") : done(value))
    }
    const expand = Effect.fnUntraced(function* (group: Graph.Node, inputs: ReadonlyArray<unknown>) {
      for (const [index, known] of inputs.entries()) {
        const input = () => Result.succeed(known)
        siblings.push(yield* scheduler.place({ id: `${id}[${index}]`, tool, known, needs: [], input, among }))
      }
      Graph.whenSettled(siblings, () => gather(group))
    })
    const onReady = (group: Graph.Node) => {
      const inputs = inputsOf(step, isReadOnly)
      if (Result.isSuccess(inputs)) {
        const broken = () => Effect.sync(() => void Graph.settle(group, Attempt.failed("The step broke.")))
        return scheduler.fork(Effect.catchCause(expand(group, inputs.success), broken))
      }
      Graph.settle(group, scheduler.refuse(id, tool.name, inputs.failure).outcome ?? Attempt.failed(inputs.failure))
    }
    const footprint = Policy.footprint(tool, undefined)
    return scheduler.placeGroup({ id, name: tool.name, isReadOnly, footprint, needs, onReady })
  }

  const place = Effect.fnUntraced(function* (step: Plan.Step, tool: Tool.Any) {
    const needs = Plan.dependenciesOf(step).flatMap((id) => placed.get(id) ?? [])
    if (step.forEach !== undefined) return placeEach(step, tool, needs)
    const { isReadOnly } = Policy.rulesOf(tool)
    const input = () => Result.map(inputsOf(step, isReadOnly), ([first]) => first)
    const known =
      needs.length === 0 ? Option.getOrUndefined(Result.getSuccess(Plan.resolve(step, resultOf)))?.[0] : undefined
    return yield* scheduler.place({ id: `${callId}.${step.id}`, tool, known, needs, input })
  })

  /** Places what can be placed now; what refers to a step that is not placed yet waits on. */
  const placeWaiting = Effect.gen(function* () {
    for (let isMoving = true; isMoving;) {
      isMoving = false
      const left: Array<Plan.Step> = []
      for (const step of waiting) {
        const tool = Object.hasOwn(tools, step.tool) ? tools[step.tool] : undefined
        if (tool === undefined || !Plan.dependenciesOf(step).every((id) => placed.has(id))) {
          left.push(step)
          continue
        }
        placed.set(step.id, yield* place(step, tool))
        isMoving = true
      }
      waiting = left
    }
  })

  /** Takes in a step that has been written whole. One with a fault is left to `end`, which tells it. */
  const take = (written: unknown) => {
    const step = Option.getOrUndefined(Result.getSuccess(PlanReader.one(written, seen.length)))
    if (step === undefined || Plan.checkStep(step, seen, tools, PlanTool.name).length > 0) return
    seen.push(step)
    waiting = [...waiting, step]
  }

  /** What the model reads of the whole plan; faults of a step stand in its place. */
  const outcomeOf = (steps: ReadonlyArray<Plan.Step>, faults: ReadonlyArray<Plan.Fault>): Attempt.Outcome => {
    const outcomes = new Map<string, PlanTool.Outcome>()
    for (const [id, { outcome }] of placed) {
      const isDone = outcome?.ok === true
      outcomes.set(
        id,
        isDone
          ? { _tag: "Done", value: outcome.value }
          : { _tag: "Failed", problem: outcome?.problem ?? "it did not end" }
      )
    }
    for (const [stepId, ofStep] of Map.groupBy(faults, (fault) => fault.stepId ?? "")) {
      outcomes.set(stepId, { _tag: "Failed", problem: ofStep.map(({ message }) => message).join("; ") })
    }
    const problem = faults[0] === undefined ? null : `The plan has ${faults.length} faults: ${faults[0].message}`
    return { ...done(undefined), ok: problem === null, text: PlanTool.result(steps, outcomes), problem }
  }

  return {
    write: (delta) =>
      Effect.suspend(() => {
        const [next, written] = PlanReader.step(reader, delta)
        reader = next
        if (written.length === 0) return Effect.void
        for (const step of written) take(step)
        return placeWaiting
      }),
    end: Effect.fnUntraced(function* (call) {
      const whole: Result.Result<ReadonlyArray<Plan.Step>, string> = call.fault === undefined
        ? PlanReader.whole(call.input)
        : Result.fail(`The plan is not JSON: ${call.fault}`)
      if (Result.isFailure(whole)) return scheduler.refuse(call.id, call.name, whole.failure)
      const steps = whole.success
      const faults = Plan.check(steps, tools, PlanTool.name)
      const ofWhole = faults.find(({ stepId }) => stepId === null)
      if (ofWhole !== undefined) return scheduler.refuse(call.id, call.name, ofWhole.message)
      isSound = faults.length === 0
      const faulty = new Set(faults.map(({ stepId }) => stepId))
      const known = new Set(seen.map(({ id }) => id))
      waiting = [...waiting, ...steps.filter(({ id }) => !known.has(id))].filter(({ id }) => !faulty.has(id))
      yield* placeWaiting
      const stranded = waiting.map(({ id }) => ({ stepId: id, message: "not run: what it refers to has a fault" }))
      return scheduler.placeGroup({
        id: call.id,
        name: call.name,
        isReadOnly: true,
        footprint: { upstream: undefined, tags: [] },
        needs: [...placed.values()],
        onReady: (node) => void Graph.settle(node, outcomeOf(steps, [...faults, ...stranded]))
      })
    })
  }
}
