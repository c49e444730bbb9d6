/**
 * Execution: a call whose inputs, approval and turn have come: remembered?, foreseen?, once, under way in another run?,
 * admission, then its tool (`Pipeline`); after a write, what it outdates.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Attempt from "./Attempt.ts"
import * as Foreseen from "./Foreseen.ts"
import * as Graph from "./Graph.ts"
import type { Read, Settle } from "./Once.ts"
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
  const { foreseen, isGuessing, ledger, log, once, policy, remembered, shared, toolkit } = run
  const { id: callId, name } = node
  const footprint = Policy.footprint(tool, parameters)
  /** Of a call that waits for another run's it is told then, and not again if it comes to run itself. */
  let isTold = false
  const told = () => {
    if (!isTold) log.append({ _tag: "ToolStarted", step, callId, name, input })
    isTold = true
  }
  const begin = Effect.suspend(() => {
    // Given up while it waited for a place, or for an equal call that was itself given up.
    if (node.outcome !== undefined) return Effect.interrupt
    node.startMillis = log.elapsedMillis()
    ledger?.started(node)
    told()
    const listener: Pipeline.Listener = {
      onProgress: (progress) => log.append({ _tag: "ToolProgress", step, callId, name, progress }),
      onRepeat: () => void node.retries++
    }
    return Pipeline.run(toolkit, { id: callId, name, input, parameters }, rules, shared, optionalMillis, listener)
  })
  const place = {
    run,
    runLimit: policy.toolConcurrency,
    tool: name,
    toolLimit: rules.concurrency,
    upstream: rules.upstream,
    upstreamLimit: rules.upstreamConcurrency,
    order: node.position,
    onWait: () => {
      node.waitingMillis = log.elapsedMillis()
    }
  }
  const admitted = shared.admission.withPlace(place, begin)
  const executed =
    isGuessing === true
      ? Effect.suspend(() => (shared.admission.hasSpare(place) ? admitted : Effect.succeed(Attempt.failed(noSpare))))
      : admitted
  if (!rules.isReadOnly) {
    // However a write ends, its upstream may have done it.
    const wrote = Effect.suspend(() => {
      once.written(footprint)
      foreseen?.written(footprint)
      return remembered === undefined || node.startMillis === undefined ? Effect.void : remembered.wrote(footprint)
    })
    return Effect.map(Effect.ensuring(executed, wrote), (outcome) => settle(outcome, "upstream"))
  }
  const same = Option.getOrUndefined(parameters)?.key
  const recall = remembered?.recall({ tool, rules, parameters: same, footprint })
  const sourced = recall !== undefined || remembered === undefined ? executed : remembered.sourced(executed)
  if (same === undefined) return Effect.map(sourced, (outcome) => settle(outcome, outcome.source ?? "upstream"))
  const isAbandoned = () => node.outcome !== undefined
  const read: Read = { key: `${name} ${same}`, footprint, freshnessMillis: rules.freshnessMillis, isAbandoned }
  const begun = foreseen?.take(Foreseen.keyOf(name, same), log.elapsedMillis())
  if (recall === undefined) {
    const asked = once.run(read, sourced, settle)
    return begun === undefined ? asked : served(begun, asked)
  }
  return Effect.flatMap(recall, ({ hit, isStored, keep, versions }) => {
    if (hit === undefined) {
      // What is remembered beyond the run is looked up there, where writes of other runs outdate it too. While the store is
      // broken nothing is there, and versions change with time.
      const beyond: Read = { ...read, key: `${read.key} ${versions}`, freshnessMillis: undefined }
      return once.run(isStored ? beyond : read, keep(executed, { isAbandoned, joined: told }), settle)
    }
    if (isAbandoned()) return Effect.interrupt
    told()
    settle(hit.outcome, hit.source)
    return Effect.void
  })

  /** What was begun before it was asked for, where that comes to something; else `asked`. */
  function served(begun: Graph.Node, asked: Effect.Effect<void, never, R>): Effect.Effect<void, never, R> {
    told()
    return Effect.flatMap(Graph.outcomes([begun]), ([outcome]) => {
      if (isAbandoned()) return Effect.interrupt
      if (outcome?.ok !== true) return asked
      settle(outcome, "foreseen")
      return Effect.void
    })
  }
}

/** Why a guess did not run. */
const noSpare = "There was no place to spare for what was only foreseen."
