/**
 * Remembered: what outlives a run: the results of its reads, for runs of the same `Identity`, and what its writes outdate.
 *
 * Results are remembered of tools with `Freshness` whose handlers did not read through the cache: what those read is there
 * already. What is not there yet is shared with other runs while it is under way. All is noted by which an answer that is
 * made of these results may itself be remembered.
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
import type { Own } from "./InFlight.ts"
import type * as Policy from "./Policy.ts"
import * as ResultTool from "./ResultTool.ts"
import * as Shared from "./Shared.ts"
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
  /** Whether nothing else changes `versions`. */
  readonly isStored: boolean
  /** Runs the call, and remembers what it gives; or takes what an equal one gives that another run has under way. */
  keep<R>(execute: Effect.Effect<Outcome, never, R>, waiting: Waiting): Effect.Effect<Outcome, never, R>
}

export type Waiting = Pick<Own<Made, never>, "isAbandoned" | "joined">

/** What a call came to, with all by which another run may take it. */
export interface Made {
  readonly outcome: Outcome
  /** Of the call itself. */
  readonly record: ReadLog.ReadRecord
  /** Whether its handler read through the cache, which knows better what of that is still true. */
  readonly hasRead: boolean
}

export interface Remembered {
  readonly cache: Cache["Service"]
  /** `undefined` where nothing may be remembered for later runs. */
  readonly identity: string | undefined
  /** Looks a call up that changes nothing. `undefined` where its result may not be remembered. */
  recall(call: ReadCall): Effect.Effect<Recalled> | undefined
  /** `execute`, whose outcome says where what its handler read through the cache came from. */
  sourced<R>(execute: Effect.Effect<Outcome, never, R>): Effect.Effect<Outcome, never, R>
  /** Outdates what `footprint` touches. Call it when a write has ended in any way. */
  wrote(footprint: Policy.Footprint): Effect.Effect<void>
  /** What all results of the run were made from; `undefined` once one of them may not be remembered, or something was written. */
  sources(): ReadonlyArray<ReadLog.ReadRecord> | undefined
  /** Tells that the run read what none of its calls gave, so that nothing that is made of it may be remembered. */
  readElsewhere(): void
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

/** Tools whose handlers were seen to read through the cache, by which equal calls share what they ask for. */
const reading = new WeakSet<Tool.Any>()

/** From the furthest to the nearest but one; nothing comes from further than upstream. */
const sourceOf = (records: ReadonlyArray<ReadLog.ReadRecord>): ReadLog.Source =>
  (["upstream", "store", "shared"] as const).find((source) => records.some((record) => record.source === source)) ??
  (records.length === 0 ? "upstream" : "memory")

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
  const { inFlight } = yield* Shared.Shared
  const records: Array<ReadLog.ReadRecord> = []
  let isWhole = identity !== undefined

  const logged = <R>(execute: Effect.Effect<Outcome, never, R>) =>
    Effect.suspend(() => {
      const log = ReadLog.make(outer)
      return Effect.map(Effect.provideService(execute, ReadLog.CurrentReadLog, log), (outcome) => {
        const source = sourceOf(log.records)
        return { outcome: source === "upstream" ? outcome : { ...outcome, source }, reads: log.records }
      })
    })

  return {
    cache,
    identity,
    recall: ({ footprint, parameters, rules, tool }) => {
      const { freshnessMillis } = rules
      // What it reads are results of calls that are noted here.
      if (tool === ResultTool.tool) return undefined
      if (identity === undefined || parameters === undefined || freshnessMillis === undefined) {
        isWhole = false
        return undefined
      }
      // Each time anew, a person decides whether it is read.
      if (rules.needsApproval) isWhole = false
      const read = readOf(tool, freshnessMillis)
      const input = { identity, tool: Fingerprint.ofTool(tool), parameters, tags: Touch.dependsOn(footprint) }
      return Effect.map(cache.recall(read, input), ({ isStored, record, remember, value }): Recalled => {
        const hit = Option.getOrUndefined(value)
        if (hit !== undefined) records.push(record)
        const versions = record.versions.join(" ")
        const make = <R>(execute: Effect.Effect<Outcome, never, R>): Effect.Effect<Made, never, R> =>
          Effect.flatMap(logged(execute), ({ outcome, reads }) => {
            const made: Made = { outcome, record, hasRead: reads.length > 0 }
            if (made.hasRead) reading.add(tool)
            if (!outcome.ok) return Effect.succeed(made)
            records.push(record, ...reads)
            return made.hasRead ? Effect.succeed(made) : Effect.as(remember(keptOf(outcome), []), made)
          })
        const take = (theirs: Made): Made | undefined => {
          if (theirs.hasRead) return undefined
          const record: ReadLog.ReadRecord = { ...theirs.record, source: "shared" }
          const outcome: Outcome = { ...theirs.outcome, source: "shared" }
          if (outcome.ok) {
            records.push(record)
            outer?.add(record)
          }
          return { ...theirs, outcome }
        }
        return {
          hit: hit && { outcome: outcomeOf(hit), source: record.source },
          versions,
          isStored,
          keep: (execute, waiting) => {
            const own = { ...waiting, execute: make(execute), take }
            const made = reading.has(tool) ? own.execute : inFlight.run(`${record.key} ${versions}`, own)
            return Effect.map(made, ({ outcome }) => outcome)
          }
        }
      })
    },
    sourced: (execute) => Effect.map(logged(execute), ({ outcome }) => outcome),
    wrote: (footprint) => {
      isWhole = false
      const change = Touch.outdates(footprint)
      return change === undefined ? Effect.void : Effect.catchCause(cache.invalidate(change), notOutdated)
    },
    sources: () => (isWhole ? records : undefined),
    readElsewhere: () => {
      isWhole = false
    }
  }
})
