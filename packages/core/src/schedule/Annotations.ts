/**
 * Annotations: what a tool says of itself, beyond Effect's own `Tool.Readonly`, `Tool.Destructive` and `Tool.Idempotent`, so
 * that a scheduler can reason about it. `Policy` is the only reader, but for `Renderer` and `Examples`, which are not about
 * scheduling.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"

const nothing = <A>(): A | undefined => undefined

/** The service behind a tool: what shares its limits, its circuit breaker and its rate. */
export interface UpstreamInfo {
  readonly name: string
  /** Calls of all its tools that run at a time, over all runs of the process. */
  readonly concurrency?: number
}

export const Upstream = Context.Reference<UpstreamInfo | undefined>("@callsheet/core/Upstream", {
  defaultValue: nothing<UpstreamInfo>
})

/** Calls of the tool that run at a time, over all runs of the process. Unlimited without it. */
export const Concurrency = Context.Reference<number | undefined>("@callsheet/core/Concurrency", {
  defaultValue: nothing<number>
})

/** How long a result stays true unless something that the tool reads is written. Without it no result is used twice. */
export const Freshness = Context.Reference<Duration.Input | undefined>("@callsheet/core/Freshness", {
  defaultValue: nothing<Duration.Input>
})

/** Names of what is read or written: a fixed list, or from the decoded parameters. */
export type Tags = ReadonlyArray<string> | ((parameters: unknown) => ReadonlyArray<string>)

/** What a read depends on. Without it: all of its upstream; without an upstream, everything. */
export const TagsRead = Context.Reference<Tags | undefined>("@callsheet/core/TagsRead", { defaultValue: nothing<Tags> })

/** What a write changes. Without it: all of its upstream; without an upstream, everything. */
export const TagsWritten = Context.Reference<Tags | undefined>("@callsheet/core/TagsWritten", {
  defaultValue: nothing<Tags>
})

/** How long one attempt may take, from its admission. */
export const TimeLimit = Context.Reference<Duration.Input | undefined>("@callsheet/core/TimeLimit", {
  defaultValue: nothing<Duration.Input>
})

/** A call that succeeded, encoded. */
export interface Rendered {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly result: unknown
}

/**
 * Words what a call gave for the person who asked, so that no model need do so; `undefined` where the result does not speak for
 * itself and a model is to look at it.
 */
export type Render = (call: Rendered) => string | undefined

export const Renderer = Context.Reference<Render | undefined>("@callsheet/core/Renderer", {
  defaultValue: nothing<Render>
})

/** Questions that the tool is for, as people ask them. It is found by their words; no model reads them. */
export const Examples = Context.Reference<ReadonlyArray<string>>("@callsheet/core/Examples", { defaultValue: () => [] })
