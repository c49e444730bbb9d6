/**
 * ScheduledToolkit: the same scheduling for applications that keep their own loop over `LanguageModel`: a toolkit whose calls
 * share, wait, repeat and are limited as an agent's do, and a `streamText` that also knows when the model has finished.
 */
import type * as AiError from "effect/ai/AiError"
import type * as LanguageModel from "effect/ai/LanguageModel"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import type { AgentEvent } from "../AgentEvent.ts"
import { Identity } from "../Identity.ts"
import * as Ledger from "../model/Ledger.ts"
import * as RunLog from "../RunLog.ts"
import * as Span from "../Span.ts"
import * as Attempt from "./Attempt.ts"
import * as Brakes from "./Brakes.ts"
import * as Graph from "./Graph.ts"
import type * as Handlers from "./Handlers.ts"
import * as Once from "./Once.ts"
import * as PlanTool from "./PlanTool.ts"
import * as Policy from "./Policy.ts"
import * as Remembered from "./Remembered.ts"
import type { Run } from "./Run.ts"
import * as ScheduledText from "./ScheduledText.ts"
import * as Scheduler from "./Scheduler.ts"
import * as Shared from "./Shared.ts"

export interface Scheduled<Tools extends Record<string, Tool.Any>> {
  /**
   * In place of the toolkit itself, for `LanguageModel.streamText` and whoever else calls `handle`. Calls are scheduled in the
   * order in which they are handed in. Writes are not held back until the model has finished, which nobody tells here.
   */
  readonly toolkit: Toolkit.WithHandler<Tools>
  /**
   * In place of `LanguageModel.streamText`, for one message of the model and its calls.
   *
   * **Details**
   *
   * Reads start while the model still writes; writes start only after a complete finish, and not at all after another. With
   * `policy.plans` the model is offered plans. `policy.stepLimit` holds. The model's parts come as they are, then the results
   * of all calls in call order, then the finish: `Prompt.fromResponseParts` makes the next prompt of them.
   */
  readonly streamText: (
    message: ScheduledText.Message
  ) => Stream.Stream<ScheduledText.Part, AiError.AiError, LanguageModel.LanguageModel>
  /**
   * What happens to the calls: `ToolStarted`, `ToolProgress`, `ToolSettled`, `ApprovalNeeded`, in order. The last
   * `maxUnreadEvents` are kept for a reader who is late.
   */
  readonly events: Queue.Dequeue<AgentEvent>
}

export const maxUnreadEvents = 1000

/** What the model reads: the handler's own result, or why there is none. */
const resultOf = ({ problem, result }: Attempt.Outcome): Tool.HandlerResult<Tool.Any> => {
  if (result !== undefined) return result
  const denied: typeof Tool.ExecutionFailure.Type = { type: "execution-denied", reason: problem ?? "It did not run." }
  return { result: denied, encodedResult: denied, isFailure: true, preliminary: false }
}

/**
 * `toolkit` with scheduled calls, for as long as the scope is open.
 *
 * **Details**
 *
 * Equal reads run once, a read waits for an earlier write of what it reads, what is destructive waits for `Approval`, and
 * retries, hedges, limits, breakers and `policy.budget.toolCalls` hold as in an agent. `Ledger.Current` gets its entries; the
 * transcript is the caller's own. What writes outdate is told to the `Cache` where there is one; results are not remembered.
 *
 * **Gotchas**
 *
 * A call that does not run (refused, given up) is a failed result of its tool, in `failureMode: "error"` too: it must not
 * take the calls beside it along. Preliminary results are events, not results. `runLimit` and budgets of model calls, tokens
 * and money are for the loop that calls this to keep.
 */
export const make = Effect.fnUntraced(function* <Tools extends Record<string, Tool.Any>>(
  toolkit: Toolkit.WithHandler<Tools>,
  policy: Partial<Policy.Policy> = {}
): Effect.fn.Return<Scheduled<Tools>, never, Scope.Scope | Tool.HandlerServices<Tools[keyof Tools]>> {
  type Services = Tool.HandlerServices<Tools[keyof Tools]>
  const { runLimit: _run, ...whole }: Policy.Policy = { ...Policy.standard, ...policy }
  if (whole.plans && Object.hasOwn(toolkit.tools, PlanTool.name)) return yield* Effect.die(new Error(PlanTool.taken))
  const services = yield* Effect.context<Services>()
  const events = yield* Queue.sliding<AgentEvent>(maxUnreadEvents)
  const log = yield* RunLog.make("scheduled", (event) => void Queue.offerUnsafe(events, event))
  const handled: Handlers.Handled<Services> = toolkit
  const run: Run<Services> = {
    toolkit: handled,
    policy: whole,
    log,
    once: Once.make(log.elapsedMillis),
    order: Graph.makeOrder(),
    shared: yield* Shared.Shared,
    brakes: Brakes.make(whole, "", undefined),
    ledger: yield* Ledger.Current,
    // Results are handed back decoded here, as they are not remembered: only what writes outdate is told.
    remembered: yield* Effect.provideService(Remembered.make, Identity, undefined),
    span: yield* Effect.withFiber((fiber) => Effect.succeed(Span.current(fiber))),
    fork: yield* FiberSet.makeRuntime<Services>()
  }
  // One step without an end for calls that come by themselves.
  const step = Scheduler.open(0, { ...run, brakes: { ...run.brakes, toolsEnd: () => Infinity } })
  step.finish(true)
  yield* Effect.addFinalizer(() => Effect.sync(() => step.cut("The scheduled toolkit was closed.")))
  let calls = 0
  let messages = 0

  const schedule = Effect.fnUntraced(function* (tool: Tool.Any, input: unknown, id: string) {
    const node = yield* step.place({ id, tool, known: input, needs: [], input: () => Result.succeed(input) })
    const ended: Effect.Effect<Tool.HandlerResult<Tool.Any>, unknown> = Effect.flatMap(
      Graph.outcomes([node]),
      ([outcome = Attempt.failed("It did not run.")]) =>
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

  return {
    toolkit: { tools: toolkit.tools, handle },
    streamText: (message) =>
      Stream.unwrap(
        Effect.updateContext(
          ScheduledText.streamText(message, ++messages, run, resultOf),
          (context: Context.Context<LanguageModel.LanguageModel | Scope.Scope>) => Context.merge(services, context)
        )
      ),
    events
  }
})
