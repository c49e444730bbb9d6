/**
 * Remembered: what outlives a run: the results of its reads, for runs of the same `Identity`, and what its writes outdate.
 *
 * Results are remembered of tools with `Freshness` whose handlers did not read through the cache: what those read is there
 * already. All is noted by which an answer that is made of these results may itself be remembered.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as ReadLog from "@callsheet/cache/ReadLog"
import type * as Tool from "effect/ai/Tool"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import type { ToolSource } from "../AgentEvent.ts"
import { Identity } from "../Identity.ts"
import type { Outcome } from "./Attempt.ts"
import * as Fingerprint from "./Fingerprint.ts"
import type * as Policy from "./Policy.ts"
import * as Touch from "./Touch.ts"

export interface ReadCall {
  readonly tool: Tool.Any
  readonly rules: Policy.ToolRules
  /** The key of its parameters (`Parameters`); `undefined` where they have none. */
  readonly parameters: string | undefined
  readonly footprint: Policy.Footprint
}

export interface Recalled {
  /** `undefined` where nothing is remembered of the call. */
  readonly hit: { readonly outcome: Outcome; readonly source: ToolSource } | undefined
  /** Changes when something is written that the result depends on. */
  readonly versions: string
  /** Runs the call, and remembers what it gives. */
  keep<R>(execute: Effect.Effect<Outcome, never, R>): Effect.Effect<Outcome, never, R>
}

export interface Remembered {
  readonly cache: Cache["Service"]
  /** `undefined` where nothing may be remembered for later runs. */
  readonly identity: string | undefined
  /** Looks a call up that changes nothing. `undefined` where its result may not be remembered. */
  recall(call: ReadCall): Effect.Effect<Recalled> | undefined
  /** Outdates what `footprint` touches. Call it when a write has ended in any way. */
  wrote(footprint: Policy.Footprint): Effect.Effect<void>
  /** What all results of the run were made from; `undefined` once one of them may not be remembered, or something was written. */
  sources(): ReadonlyArray<ReadLog.ReadRecord> | undefined
}

const argument = Schema.Struct({
  identity: Schema.String,
  tool: Schema.String,
  parameters: Schema.String,
  tags: Schema.Array(Schema.String)
})

/** What of an outcome is kept. The text only where it is not that of the value. */
const Kept = Schema.Struct({ value: Schema.optionalKey(Schema.Unknown), text: Schema.optionalKey(Schema.String) })
type Kept = typeof Kept.Type

const textOf = (value: unknown): string => JSON.stringify(value ?? null)

const keptOf = ({ text, value }: Outcome): Kept => ({
  ...(value !== undefined && { value }),
  ...(text !== textOf(value) && { text })
})

const outcomeOf = ({ text, value }: Kept): Outcome => ({
  ok: true,
  text: text ?? textOf(value),
  problem: null,
  value,
  failure: undefined,
  result: undefined
})

type ToolRead = Read.Read<typeof argument.Type, Kept>

const reads = new WeakMap<Tool.Any, ToolRead>()

/** By tool, of all identities: that is part of the argument. */
const readOf = (tool: Tool.Any, freshMillis: number): ToolRead => {
  const known = reads.get(tool)
  if (known !== undefined) return known
  const made = Read.make(`tool/${tool.name}`, {
    version: 1,
    identity: Read.everyone,
    argument,
    result: Kept,
    freshness: { fresh: freshMillis },
    tags: ({ tags }) => tags,
    // It is recalled only: the handler is asked by way of the scheduler, with its limits.
    lookup: () => Effect.die(new Error("The result of a tool is not looked up."))
  })
  reads.set(tool, made)
  return made
}

/** A write has an outcome of its own, which this must not hide. */
const notOutdated = (cause: Cause.Cause<never>) =>
  Effect.logError("What a write touched could not be forgotten: remembered results may be old.", cause)

/** What is remembered by way of the `Cache` there is; `undefined` where there is none. */
export const make: Effect.Effect<Remembered | undefined> = Effect.gen(function* () {
  const found = yield* Effect.serviceOption(Cache)
  if (Option.isNone(found)) return undefined
  const cache = found.value
  const stated = yield* Identity
  const identity = Redacted.isRedacted(stated) ? Redacted.value(stated) : stated
  const outer = yield* ReadLog.CurrentReadLog
  const records: Array<ReadLog.ReadRecord> = []
  let isWhole = identity !== undefined

  return {
    cache,
    identity,
    recall: ({ footprint, parameters, rules, tool }) => {
      const { freshnessMillis } = rules
      if (identity === undefined || parameters === undefined || freshnessMillis === undefined) {
        isWhole = false
        return undefined
      }
      // Each time anew, a person decides whether it is read.
      if (rules.needsApproval) isWhole = false
      const read = readOf(tool, freshnessMillis)
      const input = { identity, tool: Fingerprint.ofTool(tool), parameters, tags: Touch.dependsOn(footprint) }
      return Effect.map(cache.recall(read, input), ({ record, remember, value }): Recalled => {
        const hit = Option.getOrUndefined(value)
        if (hit !== undefined) records.push(record)
        return {
          hit: hit && { outcome: outcomeOf(hit), source: record.source },
          versions: record.versions.join(" "),
          keep: (execute) => {
            const log = ReadLog.make(outer)
            return Effect.flatMap(Effect.provideService(execute, ReadLog.CurrentReadLog, log), (outcome) => {
              if (!outcome.ok) return Effect.succeed(outcome)
              records.push(record, ...log.records)
              return log.records.length > 0
                ? Effect.succeed(outcome)
                : Effect.as(remember(keptOf(outcome), []), outcome)
            })
          }
        }
      })
    },
    wrote: (footprint) => {
      isWhole = false
      const change = Touch.outdates(footprint)
      return change === undefined ? Effect.void : Effect.catchCause(cache.invalidate(change), notOutdated)
    },
    sources: () => (isWhole ? records : undefined)
  }
})
