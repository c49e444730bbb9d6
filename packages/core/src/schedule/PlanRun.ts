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
  /** The message has ended: nothing that writes runs of a plan whose call did not become complete. */
  readonly close: () => void
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

/** Of two keys of one name only the last counts, but steps begin as they are written. */
const rewritten = `the plan names "steps" twice; write one list`

/** Opens the plan of call `callId`, whose steps are placed with `scheduler`. */
export const open = (callId: string, scheduler: SchedulerStep, tools: Readonly<Record<string, Tool.Any>>): PlanRun => {
  const seen: Array<Plan.Step> = []
  const placed = new Map<string, Graph.Node>()
  /** The ids of the calls that a for-each step was made into. */
  const elementIds = new Map<string, ReadonlyArray<string>>()
  /** What was placed and writes, and where that is not known yet, the place held for it. */
  const writes: Array<Graph.Node> = []
  let waiting: ReadonlyArray<Plan.Step> = []
  let reader = PlanReader.initial
  /** Whether the plan was complete and without a fault: what writes runs only then. */
  let isSound = false

  const resultOf = (id: string): unknown => placed.get(id)?.outcome?.value

  const inputsOf = (step: Plan.Step) => {
    const missing = Plan.dependenciesOf(step).find((id) => placed.get(id)?.outcome?.ok === false)
    return missing === undefined ? Plan.resolve(step, resultOf) : Result.fail(`not run: step "${missing}" failed`)
  }

  /** The calls whose results the input of `step` is made of. */
  const sourcesOf = (step: Plan.Step) => (): ReadonlyArray<string> =>
    Plan.dependenciesOf(step).flatMap((id) => elementIds.get(id) ?? placed.get(id)?.id ?? [])

  const keep = (node: Graph.Node): Graph.Node => {
    if (!node.isReadOnly) writes.push(node)
    return node
  }

  /** Places `step` once for each element of its list, when the list is there; settles with the list of results. */
  const placeEach = (step: Plan.Step, tool: Tool.Any, needs: ReadonlyArray<Graph.Node>): Graph.Node => {
    const { isReadOnly } = Policy.rulesOf(tool)
    const id = `${callId}.${step.id}`
    const footprint = Policy.footprint(tool, undefined)
    const group = keep(scheduler.hold({ id, name: tool.name, isReadOnly, footprint }))
    const refuse = (problem: string) => {
      if (group.outcome === undefined)
        Graph.settle(group, scheduler.refuse(id, tool.name, problem).outcome ?? Attempt.failed(problem))
    }
    const gather = (elements: ReadonlyArray<Graph.Node>) => {
      const outcomes = elements.map(({ outcome }) => outcome ?? Attempt.failed("not run"))
      const value = outcomes.map(({ ok, problem, value }) => (ok ? value : new FailedElement(problem ?? "failed")))
      const isLost = outcomes.length > 0 && outcomes.every(({ ok }) => !ok)
      Graph.settle(group, isLost ? Attempt.failed(outcomes[0]?.problem ?? "failed") : done(value))
    }
    const placeElement = (element: Result.Result<unknown, string>, index: number) => {
      const elementId = `${id}[${index}]`
      if (Result.isFailure(element)) return Effect.succeed(scheduler.refuse(elementId, tool.name, element.failure))
      const known = element.success
      const placing = {
        id: elementId,
        tool,
        known,
        needs: [],
        input: () => element,
        held: group,
        sources: sourcesOf(step)
      }
      return Effect.map(scheduler.place(placing), keep)
    }
    const expand = Effect.fnUntraced(function* (inputs: ReadonlyArray<Result.Result<unknown, string>>) {
      const elements: Array<Graph.Node> = []
      for (const [index, input] of inputs.entries()) {
        if (group.outcome !== undefined) return
        elements.push(yield* placeElement(input, index))
      }
      Graph.yieldPlace(group)
      elementIds.set(
        step.id,
        elements.map(({ id }) => id)
      )
      Graph.whenSettled(elements, () => gather(elements))
    })
    Graph.whenDecided(needs, () => {
      if (group.outcome !== undefined) return
      const inputs = inputsOf(step)
      if (Result.isFailure(inputs)) return refuse(inputs.failure)
      const broken = () => Effect.sync(() => refuse("The step broke."))
      scheduler.fork(Effect.catchCause(expand(inputs.success), broken))
    })
    return group
  }

  const place = Effect.fnUntraced(function* (step: Plan.Step, tool: Tool.Any) {
    const needs = Plan.dependenciesOf(step).flatMap((id) => placed.get(id) ?? [])
    if (step.forEach !== undefined) return placeEach(step, tool, needs)
    const input = () => Result.flatMap(inputsOf(step), ([first]) => first ?? Result.succeed(undefined))
    const known = needs.length === 0 ? Option.getOrUndefined(Result.getSuccess(input())) : undefined
    const id = `${callId}.${step.id}`
    return keep(yield* scheduler.place({ id, tool, known, needs, input, sources: sourcesOf(step) }))
  })

  /** Gives up all that writes and has not run. */
  const refuseWrites = () => {
    for (const node of writes) scheduler.giveUp(node, "not run: the plan has faults, so nothing in it that writes ran")
  }

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
    const told = PlanTool.result(steps, outcomes)
    const result = { result: told, encodedResult: told, isFailure: problem !== null, preliminary: false }
    return { ...done(undefined), ok: problem === null, text: JSON.stringify(told), problem, result }
  }

  const refuse = (call: Call, problem: string): Graph.Node => {
    refuseWrites()
    return scheduler.refuse(call.id, call.name, problem)
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
      if (Result.isFailure(whole)) return refuse(call, whole.failure)
      const steps = whole.success
      const faults = Plan.check(steps, tools, PlanTool.name)
      const ofWhole = faults.find(({ stepId }) => stepId === null)
      if (ofWhole !== undefined) return refuse(call, ofWhole.message)
      const ids = new Set(steps.map(({ id }) => id))
      if (!seen.every(({ id }) => ids.has(id))) return refuse(call, rewritten)
      isSound = faults.length === 0
      const faulty = new Set(faults.map(({ stepId }) => stepId))
      const known = new Set(seen.map(({ id }) => id))
      waiting = [...waiting, ...steps.filter(({ id }) => !known.has(id))].filter(({ id }) => !faulty.has(id))
      yield* placeWaiting
      if (!isSound) refuseWrites()
      const stranded = waiting.map(({ id }) => ({ stepId: id, message: "not run: what it refers to has a fault" }))
      const node = scheduler.hold({ id: call.id, name: call.name, isReadOnly: true, footprint: Policy.nothing })
      const all = [...faults, ...stranded]
      Graph.whenSettled([...placed.values()], () => Graph.settle(node, outcomeOf(steps, all)))
      return node
    }),
    close: () => {
      if (!isSound) refuseWrites()
    }
  }
}
