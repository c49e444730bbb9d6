/**
 * Wishes: an answer made of what tools say of their own results, where the question asks for nothing else.
 */
import type * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

import type { Call } from "../model/ModelStream.ts"
import { Renderer } from "../schedule/Annotations.ts"
import type * as Attempt from "../schedule/Attempt.ts"

export interface Wishes {
  /** Whether a call of the tool may grant one. */
  readonly isGrantedBy: (name: string) => boolean
  /**
   * Takes the calls of one message and what they came to, in call order; the answer once every wish is granted, and every
   * call of the message speaks for itself.
   */
  readonly take: (calls: ReadonlyArray<Call>, outcomes: ReadonlyArray<Attempt.Outcome>) => string | undefined
}

const words = (tool: Tool.Any | undefined, { input }: Call, outcome: Attempt.Outcome | undefined) => {
  const render = tool && Context.get(tool.annotations, Renderer)
  if (render === undefined || outcome?.ok !== true || !Predicate.isObject(input)) return undefined
  // A wording that breaks is none.
  const said = Result.try(() => render({ parameters: { ...input }, result: outcome.value }))
  return Result.isSuccess(said) ? said.success : undefined
}

/** Whether each of `wishes` can have a name of its own from `names` that grants it. */
export const areGranted = (wishes: ReadonlyArray<ReadonlyArray<string>>, names: ReadonlyArray<string>): boolean => {
  const [wish, ...others] = wishes
  if (wish === undefined) return true
  return names.some((name, index) => wish.includes(name) && areGranted(others, names.toSpliced(index, 1)))
}

/** `undefined` where `wishes` are none, or one of them is of no tool that words its results. */
export const make = (
  wishes: ReadonlyArray<ReadonlyArray<string>>,
  tools: Readonly<Record<string, Tool.Any>>
): Wishes | undefined => {
  const toolOf = (name: string) => (Object.hasOwn(tools, name) ? tools[name] : undefined)
  const speaks = (name: string) => {
    const tool = toolOf(name)
    return tool !== undefined && Context.get(tool.annotations, Renderer) !== undefined
  }
  if (wishes.length === 0 || wishes.length > most || !wishes.every((names) => names.some(speaks))) return undefined
  const granting = new Set(wishes.flat().filter(speaks))
  const granted: Array<{ readonly name: string; readonly text: string }> = []
  return {
    isGrantedBy: (name) => granting.has(name),
    take: (calls, outcomes) => {
      let isWhole = true
      for (const [index, call] of calls.entries()) {
        const text = granting.has(call.name) ? words(toolOf(call.name), call, outcomes[index]) : undefined
        if (text === undefined) isWhole = false
        else granted.push({ name: call.name, text })
      }
      const names = granted.map(({ name }) => name)
      return isWhole && areGranted(wishes, names) ? granted.map(({ text }) => text).join("\n\n") : undefined
    }
  }
}

/** More wishes in one question are hardly nothing but lists; and who grants which is found by trying. */
const most = 4
