/**
 * ScheduledToolkit: the same scheduling for applications that keep their own loop over `LanguageModel`: a toolkit whose calls
 * share, wait, repeat and are limited as an agent's do.
 */
import * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import type { AgentEvent } from "../AgentEvent.ts"
import * as RunLog from "../RunLog.ts"
import type * as Attempt from "./Attempt.ts"
import * as Brakes from "./Brakes.ts"
import * as Once from "./Once.ts"
import * as Policy from "./Policy.ts"
import * as Scheduler from "./Scheduler.ts"
import * as Shared from "./Shared.ts"

export interface Scheduled<Tools extends Record<string, Tool.Any>> {
  readonly toolkit: Toolkit.WithHandler<Tools>
  /** What happens to the calls: `ToolStarted`, `ToolProgress`, `ToolSettled`, `ApprovalNeeded`, in order. */
  readonly events: Queue.Dequeue<AgentEvent>
}

/** What the model reads: the handler's own result, or why there is none. */
const resultOf = ({ problem, result }: Attempt.Outcome): Tool.HandlerResult<Tool.Any> => {
  if (result !== undefined) return result
  const denied: typeof Tool.ExecutionFailure.Type = { type: "execution-denied", reason: problem ?? "It did not run." }
  return { result: denied, encodedResult: denied, isFailure: true, preliminary: false }
}

/**
 * `toolkit` with scheduled calls, in the order in which they are handed in, for as long as the scope is open.
 *
 * **Details**
 *
 * Give it to `LanguageModel.streamText` in place of `toolkit`. Equal reads run once, a read waits for an earlier write of what
 * it reads, what is destructive waits for `Approval`, and retries, hedges, limits and breakers hold as in an agent. Writes are
 * not held back until the model has finished: that is for the loop that calls this to decide.
 *
 * **Gotchas**
 *
 * A call that does not run (refused, given up) is a failed result of its tool, in `failureMode: "error"` too: it must not
 * take the calls beside it along. Preliminary results are events, not results. `stepLimit`, `runLimit` and budgets of tokens
 * mean nothing here.
 */
export const make = Effect.fnUntraced(function* <Tools extends Record<string, Tool.Any>>(
  toolkit: Toolkit.WithHandler<Tools>,
  policy: Partial<Policy.Policy> = {}
): Effect.fn.Return<Scheduled<Tools>, never, Scope.Scope | Tool.HandlerServices<Tools[keyof Tools]>> {
  // How long a step or a run may take is for the loop that calls this to decide.
  const { runLimit: _run, stepLimit: _step, ...whole }: Policy.Policy = { ...Policy.standard, ...policy }
  const events = yield* Queue.unbounded<AgentEvent>()
  const log = yield* RunLog.make("scheduled", events)
  const handled: Attempt.Handled<Tool.HandlerServices<Tools[keyof Tools]>> = toolkit
  const step = yield* Scheduler.open(0, {
    toolkit: handled,
    policy: whole,
    log,
    once: Once.make(log.elapsedMillis),
    shared: yield* Shared.Shared,
    brakes: Brakes.make(whole, "", undefined),
    ledger: undefined
  })
  step.finish(true)
  let calls = 0

  const schedule = Effect.fnUntraced(function* (tool: Tool.Any, input: unknown, id: string) {
    const node = yield* step.place({ id, tool, known: input, needs: [], input: () => Result.succeed(input) })
    const ended: Effect.Effect<Tool.HandlerResult<Tool.Any>, unknown> = Effect.flatMap(
      Deferred.await(node.settled),
      (outcome) =>
        // As the toolkit itself would: the caller asked for failures of the handler as failures.
        tool.failureMode === "error" && outcome.failure !== undefined
          ? Effect.fail(outcome.failure)
          : Effect.succeed(resultOf(outcome))
    )
    return Stream.ensuring(
      Stream.fromEffect(ended),
      Effect.sync(() => step.giveUp(node, "Whoever asked for it went away."))
    )
  })
  const handle: Toolkit.WithHandler<Tools>["handle"] = (name, input, toolCallId = `call_${calls++}`, parse) => {
    const tool = Object.hasOwn(toolkit.tools, name) ? toolkit.tools[name] : undefined
    if (tool === undefined) return toolkit.handle(name, input, toolCallId, parse)
    // A cast, because only `toolkit` knows that this tool's handler gives this tool's results.
    return schedule(tool, input, toolCallId) as ReturnType<typeof toolkit.handle<typeof name>>
  }

  return { toolkit: { tools: toolkit.tools, handle }, events }
})
