/**
 * Wishes: an answer made of what tools say of their own results, where the question asks for nothing else.
 */
import type * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

import type { Call } from "../model/ModelStream.ts"
import { type Rendered, Renderer } from "../schedule/Annotations.ts"
import type * as Attempt from "../schedule/Attempt.ts"
import type { Made } from "./Foresight.ts"
import type { Wish } from "./Route.ts"

export interface Wishes {
  /** Whether a call of the tool may grant one. */
  readonly isGrantedBy: (name: string) => boolean
  /** Takes the calls of one message and what they came to, in call order: whether each of them speaks for itself. */
  readonly take: (calls: ReadonlyArray<Call>, outcomes: ReadonlyArray<Attempt.Outcome>) => boolean
  /** The answer, where what was taken grants every wish: first what was wished, in that order, then what was called besides. */
  readonly answer: () => string | undefined
  /**
   * The same where the model has asked for some of what its router foresaw, and for nothing else: what it has not asked for yet
   * may be one of `foreseen`.
   */
  readonly answerWith: (
    foreseen: ReadonlyArray<Made>
  ) => { readonly text: string; readonly used: ReadonlyArray<Made> } | undefined
}

/** A call that speaks for itself. */
interface Speaking {
  readonly name: string
  readonly call: Rendered
  /** In its tool's words. */
  readonly text: string
}

/** More wishes in one question are hardly nothing but lists; and who grants which is found by trying. */
const mostWishes = 4

/** A wording that breaks is none. */
const said = <A>(words: () => A | undefined): A | undefined => {
  const worded = Result.try(words)
  return Result.isSuccess(worded) ? worded.success : undefined
}

const speaking = (tool: Tool.Any | undefined, { input, name }: Call, outcome: Attempt.Outcome | undefined) => {
  const render = tool && Context.get(tool.annotations, Renderer)
  if (render === undefined || outcome?.ok !== true || !Predicate.isObject(input)) return undefined
  const call = { parameters: { ...input }, result: outcome.value }
  const text = said(() => render(call))
  return text === undefined ? undefined : { name, call, text }
}

/** Which of `names` grants each of `wishes`, each another one; `undefined` where that cannot be. */
export const granting = (
  wishes: ReadonlyArray<Pick<Wish, "tools">>,
  names: ReadonlyArray<string>,
  taken: ReadonlyArray<number> = []
): ReadonlyArray<number> | undefined => {
  const wish = wishes[taken.length]
  if (wish === undefined) return taken
  for (const [index, name] of names.entries()) {
    if (taken.includes(index) || !wish.tools.includes(name)) continue
    const all = granting(wishes, names, [...taken, index])
    if (all !== undefined) return all
  }
  return undefined
}

/** `undefined` where `wishes` are none, or one of them is of no tool that words its results. */
export const make = (wishes: ReadonlyArray<Wish>, tools: Readonly<Record<string, Tool.Any>>): Wishes | undefined => {
  const toolOf = (name: string) => (Object.hasOwn(tools, name) ? tools[name] : undefined)
  const speaks = (name: string) => {
    const tool = toolOf(name)
    return tool !== undefined && Context.get(tool.annotations, Renderer) !== undefined
  }
  if (wishes.length === 0 || wishes.length > mostWishes) return undefined
  if (!wishes.every(({ tools }) => tools.some(speaks))) return undefined
  const granters = new Set(wishes.flatMap(({ tools }) => tools).filter(speaks))
  const spoken: Array<Speaking> = []

  /** Null where it does not tell what is wished. */
  const worded = (wish: Wish | undefined, { call, name, text }: Speaking): string | null => {
    const own = said(() => wish?.words?.(name, call))
    return own === undefined ? text : own
  }

  const answer = (): string | undefined => {
    const granted = granting(
      wishes,
      spoken.map(({ name }) => name)
    )
    if (granted === undefined) return undefined
    const wished = granted.map((index, at) => {
      const one = spoken[index]
      return one === undefined ? null : worded(wishes[at], one)
    })
    if (wished.includes(null)) return undefined
    const others = spoken.flatMap(({ text }, index) => (granted.includes(index) ? [] : text))
    return [...wished, ...others].join("\n\n")
  }

  const answerWith = (foreseen: ReadonlyArray<Speaking & { readonly made: Made }>) => {
    const isOf = ({ call }: Wish, one: Speaking) =>
      call !== undefined && call.name === one.name && Equal.equals(call.parameters, one.call.parameters)
    if (!spoken.every((one) => wishes.some((wish) => isOf(wish, one)))) return undefined
    const asked = wishes.map((wish) => spoken.find((one) => isOf(wish, one)))
    const guessed = wishes.map((wish, at) =>
      asked[at] === undefined ? foreseen.find((one) => isOf(wish, one)) : undefined
    )
    const texts = wishes.map((wish, at) => {
      const one = asked[at] ?? guessed[at]
      return one === undefined ? null : worded(wish, one)
    })
    if (texts.includes(null)) return undefined
    return { text: texts.join("\n\n"), used: guessed.flatMap((one) => one?.made ?? []) }
  }

  const speakingOf = (call: Call, outcome: Attempt.Outcome | undefined) =>
    granters.has(call.name) ? speaking(toolOf(call.name), call, outcome) : undefined

  return {
    isGrantedBy: (name) => granters.has(name),
    take: (calls, outcomes) => {
      const all = calls.map((call, index) => speakingOf(call, outcomes[index]))
      spoken.push(...all.filter((call) => call !== undefined))
      return all.length > 0 && !all.includes(undefined)
    },
    answer,
    answerWith: (foreseen) =>
      answerWith(
        foreseen.flatMap((made) => {
          const one = speakingOf(made.call, made.outcome)
          return one === undefined ? [] : [{ ...one, made }]
        })
      )
  }
}
