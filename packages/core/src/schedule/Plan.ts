/**
 * Plan: several calls that the model asks for at once, in which the input of a step may hold what another step gives. Pure:
 * what a step waits for, what is wrong with a plan, and a step's inputs once what it waits for is there.
 *
 * A step names another's result by a reference (`PlanReference`), whichever of the two is written first. With `forEach`, a
 * value that is a list, it runs once for each element; the reference from "$item" is then the element, and the step's result
 * is the list of results. So a plan is a graph of calls without cycles, and has no order but that of its references.
 *
 * `check` judges a whole plan: each fault says what to mend. `checkStep` judges a step while the plan is still being
 * written, so that what can start does. A fault is only what surely cannot work: the parameter Schema has the last word on
 * each resolved input.
 */
import type * as Tool from "effect/ai/Tool"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as PlanInput from "./PlanInput.ts"
import * as PlanReference from "./PlanReference.ts"
import * as Shape from "./Shape.ts"
import * as ToolShape from "./ToolShape.ts"

/** A step as the model writes it. */
export const Step = Schema.Struct({
  id: Schema.String,
  tool: Schema.String,
  input: Schema.Record(Schema.String, Schema.Unknown),
  forEach: Schema.optionalKey(Schema.Unknown)
})
export type Step = typeof Step.Type

/** The arguments of the call by which a plan comes. */
export const Arguments = Schema.Struct({ steps: Schema.Array(Step) })

export interface Fault {
  /** Null for a fault of the whole. */
  readonly stepId: string | null
  /** What to mend, for the model; names the step. */
  readonly message: string
}

export const maxSteps = 50

/** Elements that a for-each step may run for. */
export const maxElements = 100

const maxIdLength = 64

const referencesOf = ({ forEach, input }: Step): ReadonlyArray<PlanReference.Reference> => [
  ...PlanReference.within(forEach),
  ...PlanReference.within(input)
]

/** The ids of the steps that `step` waits for, each once, in order of mention. */
export const dependenciesOf = (step: Step): ReadonlyArray<string> => {
  const ids = new Set(referencesOf(step).map(({ from }) => from))
  ids.delete(PlanReference.item)
  return [...ids]
}

/** The ids of the steps that no other waits for, in the order of `steps`. */
export const leaves = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => {
  const used = new Set(steps.flatMap(dependenciesOf))
  return steps.flatMap(({ id }) => (used.has(id) ? [] : [id]))
}

const noItem = `"${PlanReference.item}" is only in the input of a step with "forEach"`

/**
 * The inputs that `step` runs with: one, or one for each element of its `forEach`.
 *
 * **Details**
 *
 * `resultOf` gives the full encoded result of each of `dependenciesOf(step)`; for a for-each step the list of its elements'
 * results, with a `PlanReference.FailedElement` for each that failed, for which no other step runs. Inputs share parts with
 * results, and change none.
 *
 * **Errors**
 *
 * One sentence for the model: a path that leads nowhere, naming what is there, for its element alone; a `forEach` that is no
 * list, or has more than `maxElements`.
 */
export const resolve = (
  step: Step,
  resultOf: (id: string) => unknown
): Result.Result<ReadonlyArray<Result.Result<unknown, string>>, string> => {
  const fill = (input: unknown, element: Result.Result<unknown, string>) =>
    PlanReference.resolve(input, (from) =>
      from === PlanReference.item ? element : Result.succeed(resultOf(from) ?? null)
    )
  const nothing = Result.fail(noItem)
  if (step.forEach === undefined) return Result.map(fill(step.input, nothing), (input) => [Result.succeed(input)])
  return Result.flatMap(fill(step.forEach, nothing), (list) => {
    if (!Array.isArray(list)) return Result.fail(`forEach must be a list; it is ${PlanReference.told(list)}`)
    const elements = list.filter((element: unknown) => !(element instanceof PlanReference.FailedElement))
    if (elements.length > maxElements) {
      return Result.fail(`forEach has ${elements.length} elements; at most ${maxElements} are allowed`)
    }
    return Result.succeed(
      elements.map((element: unknown, index) =>
        Result.mapError(fill(step.input, Result.succeed(element)), (problem) => `element ${index}: ${problem}`)
      )
    )
  })
}

/** What is wrong with the plan `steps`; empty where it may run. */
export const check = (
  steps: ReadonlyArray<Step>,
  tools: Readonly<Record<string, Tool.Any>>,
  planToolName: string
): ReadonlyArray<Fault> => {
  if (steps.length > maxSteps) return [tooMany(steps.length)]
  const known = byId(steps)
  return [
    ...steps.flatMap((step) => judge(step, { known, isWhole: true, tools, planToolName })),
    ...steps.flatMap((step, index) => (steps.findIndex(({ id }) => id === step.id) === index ? [] : [doubled(step)])),
    ...cycles(known)
  ]
}

/**
 * What can be said of `step` while the plan is still being written; `earlier` are the steps before it.
 *
 * A reference to a step that is not there yet is no fault. Cycles are left to `check`: their steps never start.
 */
export const checkStep = (
  step: Step,
  earlier: ReadonlyArray<Step>,
  tools: Readonly<Record<string, Tool.Any>>,
  planToolName: string
): ReadonlyArray<Fault> => {
  if (earlier.length >= maxSteps) return [tooMany(earlier.length + 1)]
  const known = byId(earlier)
  const faults = judge(step, { known, isWhole: false, tools, planToolName })
  return known.has(step.id) ? [...faults, doubled(step)] : faults
}

/** The first of each id. */
type Known = ReadonlyMap<string, Step>

const byId = (steps: ReadonlyArray<Step>): Known => {
  const known = new Map<string, Step>()
  for (const step of steps) if (!known.has(step.id)) known.set(step.id, step)
  return known
}

const tooMany = (count: number): Fault => ({
  stepId: null,
  message: `the plan has ${count} steps; at most ${maxSteps} are allowed`
})

const faultOf = ({ id }: Step, problem: string): Fault => ({
  stepId: id,
  message: `step ${PlanReference.quote(id)}: ${problem}`
})

const doubled = (step: Step) => faultOf(step, "another step has this id; give each step its own")

interface Surroundings {
  readonly known: Known
  /** Whether `known` are all the steps there will be. */
  readonly isWhole: boolean
  readonly tools: Readonly<Record<string, Tool.Any>>
  readonly planToolName: string
}

const judge = (step: Step, surroundings: Surroundings): ReadonlyArray<Fault> => {
  const { isWhole, known, planToolName, tools } = surroundings
  const toolOf = ({ tool }: Step) => (Object.hasOwn(tools, tool) && tool !== planToolName ? tools[tool] : undefined)
  const resultOf = (source: Step): Shape.Shape => {
    const tool = toolOf(source)
    const shape = tool === undefined ? Shape.any : ToolShape.result(tool)
    return source.forEach === undefined ? shape : Shape.listOf(shape)
  }
  const sourceOf = (from: string): Result.Result<Shape.Shape, string> => {
    const source = known.get(from)
    if (from === step.id) return Result.fail("a step cannot use its own result")
    if (source !== undefined) return Result.succeed(resultOf(source))
    if (!isWhole) return Result.succeed(Shape.any)
    const others = [...known.keys()].filter((id) => id !== step.id)
    const there = others.length === 0 ? "there is no other" : `the steps are ${PlanReference.list(others, maxSteps)}`
    return Result.fail(`no step ${PlanReference.quote(from)}; ${there}`)
  }
  const shapeOf = (element: Result.Result<Shape.Shape, string>) => (reference: PlanReference.Reference) =>
    Result.flatMap(reference.from === PlanReference.item ? element : sourceOf(reference.from), (shape) =>
      Result.mapError(
        PlanReference.shapeAt(shape, reference.path),
        (problem) => `${PlanReference.describe(reference)}: ${problem}`
      )
    )

  const tool = toolOf(step)
  const problems = [...idProblems(step.id)]
  if (tool === undefined) problems.push(toolProblem(step.tool, surroundings))
  let element: Result.Result<Shape.Shape, string> = Result.fail(noItem)
  if (step.forEach !== undefined) {
    const options = { name: "forEach", taker: "forEach", shapeOf: shapeOf(element) }
    problems.push(...PlanInput.problems(step.forEach, Shape.listOf(Shape.any), options))
    const form = PlanReference.read(step.forEach)
    const list = form?._tag === "Reference" ? Result.getOrElse(options.shapeOf(form), () => Shape.any) : Shape.any
    element = Result.succeed(Shape.elementOf(list) ?? Shape.any)
  }
  const options = { name: "input", taker: step.tool, shapeOf: shapeOf(element) }
  problems.push(...PlanInput.problems(step.input, tool === undefined ? Shape.any : ToolShape.parameters(tool), options))
  return problems.map((problem) => faultOf(step, problem))
}

const idProblems = (id: string): ReadonlyArray<string> => {
  if (id === "") return ["its id is empty"]
  if (id.length > maxIdLength) return [`its id is longer than ${maxIdLength} characters`]
  return id.startsWith("$") ? [`an id must not begin with "$"`] : []
}

const toolProblem = (name: string, { planToolName, tools }: Surroundings): string => {
  if (name === planToolName) return "a plan cannot hold a plan; write its steps here"
  const names = Object.keys(tools).filter((other) => other !== planToolName)
  return `no tool ${PlanReference.quote(name)}; the tools are ${PlanReference.list(names, 100)}`
}

/** One fault for each way back to a step that waits for it. */
const cycles = (known: Known): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  const done = new Set<Step>()
  const visit = (step: Step, path: ReadonlyArray<Step>): void => {
    const start = path.indexOf(step)
    if (start >= 0) {
      const ids = [...path.slice(start), step].map(({ id }) => PlanReference.cut(id))
      faults.push(faultOf(step, `these steps wait for each other: ${ids.join(" -> ")}`))
      return
    }
    if (done.has(step)) return
    for (const id of dependenciesOf(step)) {
      const source = known.get(id)
      if (source !== undefined && source !== step) visit(source, [...path, step])
    }
    done.add(step)
  }
  for (const step of known.values()) visit(step, [])
  return faults
}
