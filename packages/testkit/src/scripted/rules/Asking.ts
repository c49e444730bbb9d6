/**
 * Asking: how a written rule asks for what it needs, and answers from what it got.
 *
 * A rule is a generator: it yields what it wants to know and is run anew at every turn, over what the conversation already
 * holds. What is not there yet becomes the turn's tool calls, so a rule reads as straight code and stays a pure function.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { failureMessage } from "../Conversation.ts"
import type { Reply, View } from "../Script.ts"
import { heldIn, serves } from "./Held.ts"

/** One thing to look up: a tool, its input, and how its result is read. */
export interface Lookup<A> {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  read(result: unknown): Option.Option<A>
}

export type Outcome<A> =
  | { readonly _tag: "Found"; readonly value: A }
  | { readonly _tag: "Failed"; readonly tool: string; readonly message: string }
  /** The tool is not on offer. */
  | { readonly _tag: "Unreachable"; readonly tool: string }
  /** Calls are forbidden at this turn. */
  | { readonly _tag: "Unasked"; readonly tool: string }

type Raw = Outcome<unknown>

/** A rule under way: it yields lookups that may run side by side, and gets their outcomes in the same order. */
export type Asking<A> = Generator<ReadonlyArray<Lookup<unknown>>, A, ReadonlyArray<Raw>>

/** What to do about a question; `undefined` where the rule does not know its words. */
export type Rule = (question: string) => Asking<string> | undefined

/** A lookup whose result is decoded by `schema`; fields that it does not name are ignored. */
export const lookup = <A>(
  tool: string,
  input: Readonly<Record<string, unknown>>,
  schema: Schema.Codec<A, unknown>
): Lookup<A> => ({ tool, input, read: Schema.decodeUnknownOption(schema) })

const outcome = <A>({ read, tool }: Lookup<A>, raw: Raw | undefined): Outcome<A> => {
  if (raw === undefined) return { _tag: "Unasked", tool }
  if (raw._tag !== "Found") return raw
  const message = typeof raw.value === "string" ? raw.value : "its answer could not be read"
  return Option.match(read(raw.value), {
    onNone: () => ({ _tag: "Failed", tool, message }),
    onSome: (value) => ({ _tag: "Found", value })
  })
}

/** Asks for one thing. */
export function* ask<A>(one: Lookup<A>): Asking<Outcome<A>> {
  const [raw] = yield [one]
  return outcome(one, raw)
}

/** Asks for two things side by side. */
export function* both<A, B>(one: Lookup<A>, two: Lookup<B>): Asking<readonly [Outcome<A>, Outcome<B>]> {
  const [first, second] = yield [one, two]
  return [outcome(one, first), outcome(two, second)]
}

/** Asks for any number of things side by side. */
export function* each<A>(lookups: ReadonlyArray<Lookup<A>>): Asking<ReadonlyArray<Outcome<A>>> {
  if (lookups.length === 0) return []
  const raws = yield lookups
  return lookups.map((one, index) => outcome(one, raws[index]))
}

export const found = <A>(outcome: Outcome<A>): A | undefined => (outcome._tag === "Found" ? outcome.value : undefined)

/** Runs `rule` as far as `view` allows: to the calls that it waits for, or to its answer. */
export const run = (rule: Asking<string>, view: View): Reply => {
  const held = heldIn(view)
  const offered = new Set(view.tools)
  const outcomeOf = ({ input, tool }: Lookup<unknown>): Raw | undefined => {
    const result = held.find((call) => serves(call, { name: tool, input }))
    if (result === undefined) {
      if (!offered.has(tool)) return { _tag: "Unreachable", tool }
      return view.toolChoice === "none" ? { _tag: "Unasked", tool } : undefined
    }
    return result.isFailure
      ? { _tag: "Failed", tool, message: failureMessage(result.result) ?? "it gave no reason" }
      : { _tag: "Found", value: result.result }
  }
  let step = rule.next([])
  while (step.done !== true) {
    const outcomes = step.value.map((one) => [one, outcomeOf(one)] as const)
    const calls = outcomes.flatMap(([one, known]) =>
      known === undefined ? [{ name: one.tool, input: one.input }] : []
    )
    if (calls.length > 0) return { text: "", calls }
    step = rule.next(outcomes.flatMap(([, known]) => (known === undefined ? [] : [known])))
  }
  return { text: step.value, calls: [] }
}
