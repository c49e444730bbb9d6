/**
 * Scheduler: walks the graph of one step's calls, so that none waits for anything it need not wait for.
 *
 * A call waits for its inputs; a write also for the end of the model's message; then for approval, where it needs one; and for
 * the calls before it that touch what it touches. Then it runs (`Execution`). What each of these
 * means is its own file's affair. Long, because all of it decides over what one step knows of its calls.
 */
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { ToolSource } from "../AgentEvent.ts"
import { ask } from "./Approval.ts"
import * as Attempt from "./Attempt.ts"
import * as CallSpan from "./CallSpan.ts"
import * as Deadline from "./Deadline.ts"
import * as Execution from "./Execution.ts"
import * as Graph from "./Graph.ts"
import * as Parameters from "./Parameters.ts"
import * as Policy from "./Policy.ts"
import type { Run } from "./Run.ts"

/** A call of a known tool. */
export interface Placing {
  readonly id: string
  readonly tool: Tool.Any
  /** The input, where it is known already; else `undefined`. */
  readonly known: unknown
  /** The nodes that the input is made of. */
  readonly needs: ReadonlyArray<Graph.Node>
  /** The input, asked for once: when `needs` have ended well, or one has not. A failure says why there is none. */
  readonly input: () => Result.Result<unknown, string>
  /** The node whose place it takes (`hold`), if it takes one. */
  readonly held?: Graph.Node
  /** The calls whose results its input is made of; asked for once `needs` have ended well. None where not stated. */
  readonly sources?: () => ReadonlyArray<string>
  /** What the model is to read of its outcome, where it reads that at all; asked for once, when it has run. */
  readonly shorten?: (node: Graph.Node, outcome: Attempt.Outcome) => Attempt.Outcome
}

export interface Step {
  /** Places a call, which starts as soon as it may. Calls are placed in the order in which the model wrote them. */
  readonly place: (placing: Placing) => Effect.Effect<Graph.Node>
  /** Holds a place for calls that are not known yet: see `Graph.hold`. */
  readonly hold: (placing: Graph.Placing) => Graph.Node
  /** Settles a call that does not run. */
  readonly refuse: (id: string, name: string, problem: string) => Graph.Node
  /** Runs an effect of the step's own, such as placing the parts of a group; it ends with the step. */
  readonly fork: (effect: Effect.Effect<void>) => void
  /** The model has finished: `isComplete` lets what writes start; otherwise it is refused. */
  readonly finish: (isComplete: boolean) => void
  /** Settles `node` with `problem` and interrupts it, if it has not ended. */
  readonly giveUp: (node: Graph.Node, problem: string) => void
  /** Settles with `problem` every call that has not ended, and interrupts it. Nothing more starts. */
  readonly cut: (problem: string) => void
}

/** Opens a step, which ends with `cut`. The spans of its calls stand under `span`. */
export const open = <R>(step: number, run: Run<R>, span = run.span): Step => {
  const { brakes, fork, ledger, log, order, policy } = run
  const stepStartMillis = log.elapsedMillis()
  let toolsEndMillis = brakes.toolsEnd(stepStartMillis)
  const remainingMillis = () => Deadline.untilMillis(log.elapsedMillis(), toolsEndMillis)
  const optionalMillis = () => Deadline.optionalMillis(log.elapsedMillis(), toolsEndMillis)
  /** Calls of this step that have not settled, in the order in which they were placed. */
  const unsettled = new Set<Graph.Node>()
  const fibers = new Map<Graph.Node, Fiber.Fiber<void>>()
  const spans = span === undefined ? undefined : CallSpan.make(step, span, log.elapsedMillis)
  /** Writes that wait for the end of the message; `undefined` once it has come. */
  let gated: Array<() => void> | undefined = []
  let mayWrite = false
  /** Why nothing more starts; `undefined` while calls may. */
  let end: string | undefined

  const settle = (
    node: Graph.Node,
    outcome: Attempt.Outcome,
    source: ToolSource = "upstream",
    startMillis = node.startMillis ?? log.elapsedMillis(),
    shorten?: Placing["shorten"]
  ) => {
    if (node.outcome !== undefined) return
    fibers.delete(node)
    unsettled.delete(node)
    const { id: callId, name } = node
    const { ok, problem } = outcome
    const millis = log.since(startMillis)
    const queueMillis = Graph.queueMillis(node, log.elapsedMillis())
    log.append({
      _tag: "ToolSettled",
      step,
      callId,
      name,
      startMillis,
      millis,
      queueMillis,
      retries: node.retries,
      source,
      ok,
      problem
    })
    ledger?.settled(node, outcome)
    const shown = shorten?.(node, outcome)
    spans?.end(node, outcome, source, shown)
    Graph.settle(node, outcome)
  }
  const fail = (node: Graph.Node, problem: string) => settle(node, Attempt.failed(problem))

  /** Runs `effect` as the work of `node`, which `cut` may interrupt. */
  const work = (node: Graph.Node, effect: Effect.Effect<void, never, R>) => {
    const broken = () => Effect.sync(() => fail(node, "This call broke before it had a result."))
    const fiber = fork(Effect.catchCause(effect, broken))
    // One that has ended already may have begun the node's next work, which stands in its place.
    if (fiber.pollUnsafe() === undefined) fibers.set(node, fiber)
  }

  const refuse = (id: string, name: string, problem: string) => {
    const node = Graph.hold({ id, name, isReadOnly: true, footprint: Policy.nothing }, order)
    fail(node, problem)
    return node
  }

  const place = (placing: Placing): Effect.Effect<Graph.Node> => {
    const { known, tool } = placing
    if (known === undefined) return Effect.sync(() => placeRead(placing, undefined))
    return Effect.map(Parameters.read(tool, known), (read) => placeRead(placing, read))
  }

  const placeRead = (
    { held, id, input, known, needs, shorten, sources, tool }: Placing,
    read: Option.Option<Parameters.Parameters> | undefined
  ): Graph.Node => {
    const { name } = tool
    if (held?.outcome !== undefined) return refuse(id, name, held.outcome.problem ?? "not run")
    const rules = Policy.rulesOf(tool)
    const { isReadOnly, needsApproval } = rules
    let parameters = read
    let value: Result.Result<unknown, string> = Result.succeed(known)

    const arrive = () => Graph.arrive(node)
    const approve = (input: unknown) => {
      const request = { callId: id, name, input }
      log.append({ _tag: "ApprovalNeeded", step, ...request })
      const take = (denial: string | undefined) => (denial === undefined ? arrive() : fail(node, denial))
      const asked = ask(request, policy.approvalLimit)
      const told = span === undefined ? asked : span.timed(asked, "approval", "approval")
      work(node, Effect.map(told, take))
    }
    /** What comes between its input and its turn: the end of the message, then approval. */
    const permit = (input: unknown) => {
      const opened = () => {
        if (node.outcome !== undefined) return
        if (end !== undefined) return fail(node, end)
        if (!isReadOnly && !mayWrite) {
          return fail(node, "The message that asked for this was cut short, so it did not run.")
        }
        return needsApproval ? approve(input) : arrive()
      }
      if (isReadOnly || gated === undefined) opened()
      else gated.push(opened)
    }
    /** What it touches is known once its input is there. */
    const narrow = (input: unknown) =>
      Effect.map(Parameters.read(tool, input), (read) => {
        parameters = read
        Graph.narrow(node, Policy.footprint(tool, read))
        permit(input)
      })
    const node: Graph.Node = Graph.place(
      { id, name, isReadOnly, footprint: Policy.footprint(tool, parameters) },
      order,
      () => {
        if (end !== undefined) return fail(node, end)
        if (Result.isFailure(value)) return fail(node, value.failure)
        if (!brakes.takeCall()) return fail(node, "This run may make no more tool calls, so this one did not run.")
        const comeMillis = log.elapsedMillis()
        const executing: Execution.Executing = {
          step,
          node,
          tool,
          rules,
          input: value.success,
          parameters,
          optionalMillis,
          settle: (outcome, source) => settle(node, outcome, source, node.startMillis ?? comeMillis, shorten)
        }
        const executed = Execution.run(run, executing)
        work(
          node,
          spans === undefined
            ? executed
            : spans.around(node, rules, { input: value.success, sources: sources?.() ?? [] }, executed)
        )
      },
      held
    )
    unsettled.add(node)
    Graph.whenDecided(needs, () => {
      if (node.outcome !== undefined) return
      value = input()
      if (end !== undefined) return fail(node, end)
      if (Result.isFailure(value)) return fail(node, value.failure)
      if (rules.footprint === undefined && parameters === undefined) work(node, narrow(value.success))
      else permit(value.success)
    })
    return node
  }

  /** Settles `node` with `problem`; its work is interrupted by the function returned. */
  const abandon = (node: Graph.Node, problem: string): (() => void) | undefined => {
    if (node.outcome !== undefined) return undefined
    const fiber = fibers.get(node)
    const isUncertain = !node.isReadOnly && node.startMillis !== undefined
    if (isUncertain) {
      fiber?.interruptUnsafe()
      if (fiber !== undefined && fiber.pollUnsafe() === undefined) {
        // What it writes may yet come, so it stays in the way of what reads or writes that.
        const rest = Graph.leave(node)
        fiber.addObserver(() => Graph.yieldPlace(rest))
      }
    }
    const outcome = Attempt.failed(isUncertain ? `${problem} It may or may not have taken effect.` : problem)
    settle(node, outcome)
    ledger?.cut(node, outcome.text)
    return () => fiber?.interruptUnsafe()
  }
  const timers: Array<Fiber.Fiber<void>> = []
  const cut = (problem: string) => {
    end ??= problem
    for (const timer of timers) timer.interruptUnsafe()
    // A place whose parts are known settles with them, by what is there. All are settled before the first is interrupted, so
    // that none takes over what another shared with it.
    const all = [...fibers.keys(), ...unsettled].filter(({ parts }) => parts === 0)
    for (const interrupt of all.map((node) => abandon(node, problem))) interrupt?.()
  }
  const cutInTime = () => {
    const outOfTime = () => cut(Deadline.notInTime)
    if (remainingMillis() === 0) outOfTime()
    else if (toolsEndMillis !== Infinity) {
      timers.push(fork(Effect.map(Effect.sleep(remainingMillis()), outOfTime)))
    }
  }
  cutInTime()

  return {
    place,
    hold: (placing) => {
      const node = Graph.hold(placing, order)
      unsettled.add(node)
      return node
    },
    refuse,
    fork: (effect) => void fork(effect),
    finish: (isComplete) => {
      // The model's message may have taken long, and as much is kept for its answer.
      const endMillis = brakes.toolsEnd(stepStartMillis)
      if (endMillis < toolsEndMillis) {
        toolsEndMillis = endMillis
        cutInTime()
      }
      mayWrite = isComplete
      const waiting = gated ?? []
      gated = undefined
      for (const opened of waiting) opened()
    },
    giveUp: (node, problem) => abandon(node, problem)?.(),
    cut
  }
}
