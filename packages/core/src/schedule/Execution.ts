/**
 * Execution: a call whose inputs, approval and turn have come: remembered?, once, admission, then its tool (`Pipeline`); after
 * a write, what it outdates.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type * as Graph from "./Graph.ts"
import type { Settle } from "./Once.ts"
import * as Parameters from "./Parameters.ts"
import * as Pipeline from "./Pipeline.ts"
import * as Policy from "./Policy.ts"
import type { Run } from "./Run.ts"

export interface Executing {
  readonly step: number
  readonly node: Graph.Node
  readonly tool: Tool.Any
  readonly rules: Policy.ToolRules
  readonly input: unknown
  /** The input as the tool reads it, where it was read before; else `undefined`. */
  readonly parameters: Option.Option<Parameters.Parameters> | undefined
  /** The time that retries and hedges have, in milliseconds from now. */
  readonly optionalMillis: () => number
  /** Told the outcome, once. Not told where the call is interrupted. */
  readonly settle: Settle
}

/** Runs the call, or shares the run of an equal one. */
export const run = <R>(run: Run<R>, executing: Executing): Effect.Effect<void, never, R> => {
  const { input, parameters, tool } = executing
  return parameters === undefined
    ? Effect.flatMap(Parameters.read(tool, input), (read) => runRead(run, executing, read))
    : runRead(run, executing, parameters)
}

const runRead = <R>(
  run: Run<R>,
  { input, node, optionalMillis, rules, settle, step, tool }: Executing,
  parameters: Option.Option<Parameters.Parameters>
): Effect.Effect<void, never, R> => {
  const { ledger, log, once, policy, remembered, shared, toolkit } = run
  const { id: callId, name } = node
  const footprint = Policy.footprint(tool, parameters)
  const begin = Effect.suspend(() => {
    // Given up while it waited for a place, or for an equal call that was itself given up.
    if (node.outcome !== undefined) return Effect.interrupt
    node.startMillis = log.elapsedMillis()
    ledger?.started(node)
    log.append({ _tag: "ToolStarted", step, callId, name, input })
    const onProgress = (progress: unknown) => log.append({ _tag: "ToolProgress", step, callId, name, progress })
    return Pipeline.run(toolkit, { id: callId, name, input, parameters }, rules, shared, optionalMillis, onProgress)
  })
  const executed = shared.admission.withPlace(
    {
      run,
      runLimit: policy.toolConcurrency,
      tool: name,
      toolLimit: rules.concurrency,
      upstream: rules.upstream,
      upstreamLimit: rules.upstreamConcurrency,
      order: node.position
    },
    begin
  )
  const same = Option.getOrUndefined(parameters)?.key
  const recall = rules.isReadOnly ? remembered?.recall({ tool, rules, parameters: same, footprint }) : undefined
  if (rules.isReadOnly && same !== undefined) {
    const key = `${name} ${same}`
    const isAbandoned = () => node.outcome !== undefined
    if (recall === undefined) {
      return once.run({ key, footprint, freshnessMillis: rules.freshnessMillis, isAbandoned }, executed, settle)
    }
    return Effect.flatMap(recall, ({ hit, keep, versions }) => {
      if (hit === undefined) {
        // What is remembered beyond the run is looked up there, where writes of other runs outdate it too.
        const read = { key: `${key} ${versions}`, footprint, freshnessMillis: undefined, isAbandoned }
        return once.run(read, keep(executed), settle)
      }
      if (isAbandoned()) return Effect.interrupt
      log.append({ _tag: "ToolStarted", step, callId, name, input })
      settle(hit.outcome, hit.source)
      return Effect.void
    })
  }
  if (rules.isReadOnly) return Effect.map(executed, (outcome) => settle(outcome, "upstream"))
  // However a write ends, its upstream may have done it.
  const wrote = Effect.suspend(() => {
    once.written(footprint)
    return remembered === undefined || node.startMillis === undefined ? Effect.void : remembered.wrote(footprint)
  })
  return Effect.map(Effect.ensuring(executed, wrote), (outcome) => settle(outcome, "upstream"))
}
