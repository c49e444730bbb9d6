/**
 * Place: where a request stands in its run, read from what it holds, and whether it holds all it must.
 */
import * as Predicate from "effect/Predicate"

import * as Backend from "./Backend.ts"
import * as Frames from "./Frames.ts"
import { type Script, scripts } from "./Workloads.ts"

/** Where a request stands in its run. */
export interface Place {
  readonly script: Script
  readonly run: number
  readonly turn: number
}

/** Why a request is not one of the arena's. */
export class Refused extends Error {}

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
/** What stands under `key`, whatever `value` is. */
export const get = (value: unknown, key: string): unknown => (Predicate.isObject(value) ? value[key] : undefined)

/** Text, or parts with text. */
const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : list(content)
        .map((part) => String(get(part, "text") ?? ""))
        .join("")

const question = /#(\d{6})\s*$/

/** The run that a question belongs to. */
export const runOf = (text: string): number | undefined => {
  const run = question.exec(text)
  return run === null ? undefined : Number(run[1])
}

const asked = (text: string): { readonly script: Script; readonly run: number } => {
  const run = question.exec(text)
  const script = run === null ? undefined : scripts.get(text.slice(0, run.index).trim())
  if (run === null || script === undefined) throw new Refused(`No question of the arena: ${text.slice(0, 200)}`)
  return { script, run: Number(run[1]) }
}

/** What a request holds, in either API's words. */
export interface Held {
  user: string | undefined
  readonly calls: Set<string>
  /** Text by call. */
  readonly results: Map<string, string>
}

export const heldInChat = (body: unknown): Held => {
  const held: Held = { user: undefined, calls: new Set(), results: new Map() }
  for (const message of list(get(body, "messages"))) {
    const role = get(message, "role")
    if (role === "user") held.user = textOf(get(message, "content"))
    else if (role === "assistant")
      for (const call of list(get(message, "tool_calls"))) held.calls.add(String(get(call, "id")))
    else if (role === "tool") held.results.set(String(get(message, "tool_call_id")), textOf(get(message, "content")))
  }
  return held
}

export const heldInResponses = (body: unknown): Held => {
  const held: Held = { user: undefined, calls: new Set(), results: new Map() }
  const input = get(body, "input")
  if (typeof input === "string") held.user = input
  for (const item of list(input)) {
    const type = get(item, "type")
    if (type === "function_call") held.calls.add(String(get(item, "call_id")))
    else if (type === "function_call_output")
      held.results.set(String(get(item, "call_id")), textOf(get(item, "output")))
    else if (get(item, "role") === "user") held.user = textOf(get(item, "content"))
  }
  return held
}

const checkResults = (results: ReadonlyMap<string, string>, run: number, count: number): void => {
  if (results.size !== count) throw new Refused(`${results.size} results of ${count} calls.`)
  const mark = Backend.markOf(run)
  for (const [id, text] of results) {
    if (!text.includes(mark)) throw new Refused(`The result of ${id} is not what the tool gave: ${text.slice(0, 200)}`)
  }
}

const callsBefore = ({ replies }: Script, turn: number): number =>
  replies.slice(0, turn).reduce((sum, { calls }) => sum + calls.length, 0)

/** The place of a request that holds `held`. Throws `Refused` where it is none of the arena's or lacks a result. */
export const placeOf = (held: Held, previousResponseId: unknown): Place => {
  if (typeof previousResponseId === "string") {
    const previous = Frames.readResponseId(previousResponseId)
    if (previous === undefined) throw new Refused(`No response ${previousResponseId}.`)
    const { run, script, turn } = previous
    checkResults(held.results, run, script.replies[turn]?.calls.length ?? 0)
    return { script, run, turn: turn + 1 }
  }
  const { run, script } = asked(held.user ?? "")
  let turn = 0
  for (const id of held.calls) turn = Math.max(turn, Frames.turnOfCallId(id) + 1)
  const count = callsBefore(script, turn)
  if (held.calls.size !== count) throw new Refused(`${held.calls.size} calls, where there were ${count}.`)
  checkResults(held.results, run, count)
  return { script, run, turn }
}
