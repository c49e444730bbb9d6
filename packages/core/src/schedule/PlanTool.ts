/**
 * PlanTool: the one tool by which the model hands in a plan, and what it reads when the plan is done.
 */
import * as Tool from "effect/ai/Tool"

import * as Plan from "./Plan.ts"
import * as PlanReference from "./PlanReference.ts"
import * as Shape from "./Shape.ts"
import * as ToolShape from "./ToolShape.ts"

export const name = "run_plan"

/** Why an agent whose own toolkit has that name cannot be offered plans. */
export const taken = `A tool of this agent is named ${name}, as the tool for plans is: rename it, or leave policy.plans off.`

const explanation = `Runs several tool calls at once, each as soon as the results it needs are there. Use it when a call needs \
another's result. In an input, {"$from":"ID","path":["items",0,"x"]} is that part of step ID's result; "*" in a path takes \
every element of a list and yields a list. A step with "forEach" (a reference to a list) runs once per element, at most \
${Plan.maxElements}; in its input {"$from":"$item","path":[...]} is the element; its result is the list of results. \
{"$literal":X} is X unread. At most ${Plan.maxSteps} steps. Returned are the results that no other step uses, and failures.
Example, with tools find and show: {"steps":[{"id":"f","tool":"find","input":{"query":"Alien"}},{"id":"s","tool":"show",\
"forEach":{"$from":"f","path":["items"]},"input":{"id":{"$from":"$item","path":["id"]}}}]}
Results of the tools:`

/**
 * The tool that takes plans of calls of `tools`.
 *
 * It has no handler: whoever offers it resolves its calls. Its description tells the shape of each tool's result, which a
 * model does not see otherwise; tools of one shape share a line.
 */
export const make = (tools: Readonly<Record<string, Tool.Any>>): Tool.Any => {
  const lines = new Map<string, Array<string>>()
  for (const [toolName, tool] of Object.entries(tools)) {
    if (toolName === name) continue
    const text = Shape.toText(ToolShape.result(tool))
    const sharing = lines.get(text)
    if (sharing === undefined) lines.set(text, [toolName])
    else sharing.push(toolName)
  }
  const results = [...lines].map(([text, names]) => `${names.join(", ")}: ${text}`)
  return Tool.make(name, {
    description: [explanation, ...results].join("\n"),
    parameters: Plan.Arguments
  }).annotate(Tool.Strict, false)
}

/** The bytes of UTF-8 that the description of `tool` adds to each request. */
export const descriptionBytes = (tool: Tool.Any): number =>
  new TextEncoder().encode(Tool.getDescription(tool) ?? "").length

/** How a step ended. */
export type Outcome =
  /** With its result; for a for-each step the list of results, a `FailedElement` of `PlanReference` for each that failed. */
  { readonly _tag: "Done"; readonly value: unknown } | { readonly _tag: "Failed"; readonly problem: string }

/** What is told of a for-each step that is not shown itself, where some of its elements failed. */
const lostElements = (value: unknown): ReadonlyArray<string> => {
  const elements: ReadonlyArray<unknown> = Array.isArray(value) ? value : []
  const lost = elements.flatMap((element) => (element instanceof PlanReference.FailedElement ? [element.error] : []))
  return lost.length === 0 ? [] : [`${lost.length} of ${elements.length} elements failed, the first with: ${lost[0]}`]
}

/** What the model reads of a finished plan, as JSON: results of its leaves, and every failure, both by step id. */
export interface PlanResult {
  readonly results: Readonly<Record<string, unknown>>
  readonly failures: Readonly<Record<string, string>>
}

export const result = (steps: ReadonlyArray<Plan.Step>, outcomes: ReadonlyMap<string, Outcome>): PlanResult => {
  const leaves = new Set(Plan.leaves(steps))
  const results: Array<readonly [string, unknown]> = []
  const failures: Array<readonly [string, string]> = []
  for (const { id } of steps) {
    const outcome = outcomes.get(id)
    if (outcome?._tag === "Done") {
      if (leaves.has(id)) results.push([id, outcome.value ?? null])
      else failures.push(...lostElements(outcome.value).map((problem) => [id, problem] as const))
    } else failures.push([id, outcome === undefined ? "not run" : outcome.problem])
  }
  return { results: Object.fromEntries(results), failures: Object.fromEntries(failures) }
}
