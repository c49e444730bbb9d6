/**
 * Record: what the server saw of each run, until the parent has asked for it.
 */
import * as Predicate from "effect/Predicate"

import * as Backend from "./Backend.ts"
import { type Call, mark, type Script, scripts } from "./Workloads.ts"

interface Seen {
  modelCalls: number
  /** Each as the tool's name, a space, and its arguments as they came. */
  readonly toolCalls: Array<string>
  /** When the last byte of a call's arguments was handed to the socket, by the call. */
  readonly ended: Map<string, number>
  /** Milliseconds from there to the tool's request. */
  readonly startMillis: Array<number>
  readonly refusals: Array<string>
}

const runs = new Map<number, Seen>()
/** Of requests that belong to no run. */
let strays: Array<string> = []

const seen = (run: number): Seen => {
  let found = runs.get(run)
  if (found === undefined) {
    found = { modelCalls: 0, toolCalls: [], ended: new Map(), startMillis: [], refusals: [] }
    runs.set(run, found)
  }
  return found
}

export const request = (run: number): void => {
  seen(run).modelCalls++
}

export const refused = (run: number | undefined, problem: string): void => {
  if (run === undefined) strays.push(problem)
  else seen(run).refusals.push(problem)
}

const keyOf = ({ input, name }: Call, run: number): string =>
  `${name} ${JSON.stringify(input).replaceAll(mark, Backend.markOf(run))}`

/** `call` as run 0 hears it. */
export const argumentsEnded = (run: number, call: Call | undefined, now: number): void => {
  if (call !== undefined) seen(run).ended.set(keyOf(call, run), now)
}

export const toolCall = (run: number, name: string, input: string, now: number): void => {
  const { ended, startMillis, toolCalls } = seen(run)
  const key = `${name} ${input}`
  toolCalls.push(key)
  const end = ended.get(key)
  if (end !== undefined) startMillis.push(now - end)
}

// What the parent asks

export interface Question {
  readonly id: number
  /** `Script.text`. */
  readonly text: string
  /** Whether their model was another than this process: then its calls are not looked at. */
  readonly hasOtherModel: boolean
  /** The first of the runs, and how many there are. */
  readonly from: number
  readonly count: number
}

export interface Answer {
  readonly id: number
  /** One for each run that was not as the script has it, and for each request that belonged to none; at most 5. */
  readonly problems: ReadonlyArray<string>
  readonly modelCalls: number
  readonly toolCalls: number
  /** From the last byte of a call's arguments to the tool's request; realistic mode only. */
  readonly startMillis: ReadonlyArray<number>
}

const isQuestion = (message: unknown): message is Question =>
  Predicate.hasProperty(message, "text") && Predicate.hasProperty(message, "from")

/** The same text for the same call, whatever the order of its keys. */
const ordered = (key: string): string => {
  const space = key.indexOf(" ")
  const input: unknown = JSON.parse(key.slice(space))
  const entries = Predicate.isObject(input) ? Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)) : []
  return `${key.slice(0, space)} ${JSON.stringify(entries)}`
}

const problemOf = ({ calls, mayShare, replies }: Script, run: number, hasOtherModel: boolean): string | undefined => {
  const found = seen(run)
  if (found.refusals.length > 0) return found.refusals[0]
  if (!hasOtherModel && found.modelCalls !== replies.length)
    return `${found.modelCalls} model calls, not ${replies.length}`
  const each = (keys: ReadonlyArray<string>) => (mayShare ? [...new Set(keys)] : keys).map(ordered).sort()
  const made = each(found.toolCalls)
  const wanted = each(calls.map((call) => keyOf(call, run)))
  if (made.length !== wanted.length) return `${made.length} tool calls, not ${wanted.length}`
  const wrong = made.find((key, index) => key !== wanted[index])
  return wrong === undefined ? undefined : `a call that was not asked for: ${wrong}`
}

/** Answers one question and forgets the runs it was about. */
export const answer = (message: unknown): Answer => {
  if (!isQuestion(message)) throw new Error("No question.")
  const { count, from, hasOtherModel, id, text } = message
  const script = scripts.get(text)
  const problems = strays
  strays = []
  let modelCalls = 0
  let toolCalls = 0
  const startMillis: Array<number> = []
  for (let run = from; run < from + count; run++) {
    const problem = script === undefined ? `no script for: ${text}` : problemOf(script, run, hasOtherModel)
    const found = runs.get(run)
    if (problem !== undefined) problems.push(`${script?.key}, run ${run}: ${problem}`)
    modelCalls += found?.modelCalls ?? 0
    toolCalls += found?.toolCalls.length ?? 0
    startMillis.push(...(found?.startMillis ?? []))
    runs.delete(run)
  }
  return { id, problems: problems.slice(0, 5), modelCalls, toolCalls, startMillis }
}
