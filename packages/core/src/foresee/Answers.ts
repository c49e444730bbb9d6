/**
 * Answers: a question that was answered before is answered again from memory, while all that its answer was made of is true.
 *
 * **Details**
 *
 * An answer is remembered where the model said that it was done, and every call of the run read, succeeded, and gave a result
 * that may itself be remembered (`Remembered.sources`). It lives no longer than the shortest-lived of these, and is outdated by
 * what outdates one of them. An answer without any call is not: nothing says how long it stays true.
 */
import type { Cache, Recalled } from "@callsheet/cache/Cache"
import * as Key from "@callsheet/cache/Key"
import * as Read from "@callsheet/cache/Read"
import type * as Tool from "effect/ai/Tool"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { EndReason } from "../AgentEvent.ts"
import * as Fingerprint from "../schedule/Fingerprint.ts"
import type { Policy } from "../schedule/Policy.ts"
import type { Remembered } from "../schedule/Remembered.ts"

/** What of an agent its answers depend on. */
export interface Setup {
  readonly name: string
  readonly instructions: string
  readonly policy: Policy
}

export interface Asked {
  readonly remembered: Remembered
  readonly provider: string
  readonly model: string
  readonly address: string | undefined
  readonly tools: ReadonlyArray<Tool.Any>
  /** All that `AgentRequest` says that the answer depends on. */
  readonly question: string
  /** What it depends on of what the model is told beside it. */
  readonly facts: string | undefined
}

/** How a run ended. */
export interface End {
  readonly answer: string
  readonly reason: EndReason
}

export interface Answer {
  /** The remembered one; `undefined` where there is none. */
  readonly known: string | undefined
  /** Remembers how the run ended, where that may be. `calls`: all of the run, as they settled. */
  keep(end: End, calls: ReadonlyArray<{ readonly ok: boolean }>): Effect.Effect<void>
}

export interface Answers {
  /** Looks a question up before it is asked; `undefined` where no answer may be remembered. */
  readonly recall: (asked: Asked) => Effect.Effect<Answer> | undefined
}

const read = Read.make("answer", {
  version: 1,
  // In the argument, since one agent may serve many.
  identity: Read.everyone,
  argument: Schema.Struct({
    identity: Schema.String,
    setup: Schema.String,
    provider: Schema.String,
    model: Schema.String,
    address: Schema.String,
    question: Schema.String,
    facts: Schema.optionalKey(Schema.String)
  }),
  result: Schema.String,
  // It has no life of its own, only that of what it was made of.
  freshness: { fresh: Duration.infinity },
  lookup: () => Effect.die(new Error("An answer is not looked up."))
})

/** White space says nothing; case may, since titles differ by it ("It", "Us"). Keys know no form of Unicode but NFC. */
const normalized = (question: string): string => question.trim().replace(/\s+/g, " ")

/** Caches that this process has put an answer into. */
const used = new WeakSet<Cache["Service"]>()

/** `look` is the way to where the answer would be. */
const answerOf = (
  known: string | undefined,
  look: Effect.Effect<Recalled<string>>,
  { cache, sources }: Remembered
): Answer => ({
  known,
  keep: ({ answer, reason }, calls) => {
    const records = sources()
    const isMadeOfReads = calls.length > 0 && calls.every(({ ok }) => ok)
    if (reason !== "answered" || !isMadeOfReads || records === undefined) return Effect.void
    used.add(cache)
    return Effect.flatMap(look, ({ remember }) => remember(answer, records))
  }
})

/** The answers of one agent. */
export const make = ({ instructions, name, policy }: Setup): Answers => {
  const setups = new WeakMap<ReadonlyArray<Tool.Any>, string>()
  const setupOf = (tools: ReadonlyArray<Tool.Any>): string => {
    const known = setups.get(tools)
    if (known !== undefined) return known
    const made = Key.digest(JSON.stringify([name, instructions, policy, tools.map(Fingerprint.ofTool)]))
    setups.set(tools, made)
    return made
  }
  return {
    recall: ({ address = "", facts, model, provider, question, remembered, tools }) => {
      const { cache, identity } = remembered
      if (identity === undefined || !policy.rememberAnswers) return undefined
      const look = Effect.suspend(() => {
        const setup = setupOf(tools)
        const asked = { identity, setup, provider, model, address, question: normalized(question) }
        return cache.recall(read, facts === undefined ? asked : { ...asked, facts })
      })
      // What cannot be there need not be looked for: a tool's fingerprint costs as much as a request's head.
      if (!cache.isLasting && !used.has(cache)) return Effect.succeed(answerOf(undefined, look, remembered))
      return Effect.map(look, (recalled) =>
        answerOf(Option.getOrUndefined(recalled.value), Effect.succeed(recalled), remembered)
      )
    }
  }
}
