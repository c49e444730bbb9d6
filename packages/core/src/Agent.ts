/**
 * Agent: a question in, a stream of events out. The loop, and the only file that knows all rooms.
 */
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"

import { AgentError, ModelFailed, NoAnswer } from "./AgentError.ts"
import type { AgentEvent, EndReason } from "./AgentEvent.ts"
import * as AgentRequest from "./AgentRequest.ts"
import * as RunSummary from "./explain/RunSummary.ts"
import type { ModelStream } from "./model/ModelStream.ts"
import * as Transcript from "./model/Transcript.ts"
import * as Turn from "./model/Turn.ts"
import * as RunLog from "./RunLog.ts"
import type * as Attempt from "./schedule/Attempt.ts"
import * as Policy from "./schedule/Policy.ts"
import * as Scheduler from "./schedule/Scheduler.ts"

const runId = Effect.map(
  Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER),
  (n) => `run_${n.toString(36).padStart(11, "0")}`
)

/** An agent whose tools' handlers need `R`. */
export interface Agent<R> {
  readonly name: string
  /**
   * Answers `question`, telling what happens as it happens (order: `AgentEvent`).
   *
   * Leaving the stream interrupts the run: the model request is closed and every running handler interrupted, finalizers
   * included. Fails with `AgentError` after a `RunFailed` event.
   */
  run(question: string | AgentRequest.AgentRequest): Stream.Stream<AgentEvent, AgentError, ModelStream | R>
  /** The same run, folded: the answer and its figures once it is complete. */
  ask(question: string | AgentRequest.AgentRequest): Effect.Effect<RunSummary.RunSummary, AgentError, ModelStream | R>
}

export interface Options<Tools extends Record<string, Tool.Any>, R> {
  /** Shown in spans and events; also groups requests for the provider's prompt cache. */
  readonly name: string
  /** The system prompt. Keep it the same from run to run: it begins every prompt. */
  readonly instructions: string
  readonly toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R> | Toolkit.WithHandler<Tools>
  readonly policy?: Partial<Policy.Policy>
}

/**
 * What the handlers of `Tools` need. For tools known only as `Tool.Any` (built while the program runs) that is `any`, and
 * taken as nothing: such handlers are complete when they are made.
 */
type HandlerServices<Tools extends Record<string, Tool.Any>> = 0 extends 1 & Tool.HandlerServices<Tools[keyof Tools]>
  ? never
  : Tool.HandlerServices<Tools[keyof Tools]>

const endReason = (turn: Turn.Turn, isLastStep: boolean): EndReason => {
  const { reason } = turn.finish
  if (reason === "length" || reason === "content-filter") return reason
  return isLastStep ? "step-limit" : "answered"
}

/**
 * An agent that answers with `toolkit`, step by step, until the model has no more calls to make.
 *
 * **Details**
 *
 * The step that `policy.maxSteps` allows last forbids calls, so the run ends with an answer from what is there. Whether a
 * call may run is decided by its tool's annotations (`Policy.rulesOf`), and by `Approval` where it needs a person's word.
 */
export function make<Tools extends Record<string, Tool.Any>, R = never>(
  options: Options<Tools, R>
): Agent<R | HandlerServices<Tools>>
export function make<Tools extends Record<string, Tool.Any>, R>(
  options: Options<Tools, R>
): Agent<R | Tool.HandlerServices<Tools[keyof Tools]>> {
  type Services = R | Tool.HandlerServices<Tools[keyof Tools]>
  const { instructions, name } = options
  const policy: Policy.Policy = { ...Policy.standard, ...options.policy }

  const loop = Effect.fnUntraced(function* (question: string, log: RunLog.RunLog) {
    const toolkit: Attempt.Handled<Services> = Effect.isEffect(options.toolkit)
      ? yield* options.toolkit
      : options.toolkit
    const tools = Object.values(toolkit.tools)
    log.append({ _tag: "Routed", route: "model" })
    let transcript = Transcript.start(instructions, question)

    for (let step = 0; ; step++) {
      const isLastStep = step + 1 >= policy.maxSteps
      log.append({ _tag: "StepStarted", step })
      const turn = yield* Turn.take(
        step,
        { messages: transcript, tools, toolChoice: isLastStep ? "none" : "auto", cacheKey: name },
        log
      ).pipe(Effect.mapError((error) => new AgentError({ reason: new ModelFailed({ error }) })))
      const finished = () =>
        log.append({ _tag: "StepFinished", step, finishReason: turn.finish.reason, modelCall: turn.modelCall })

      if (turn.calls.length === 0 || isLastStep) {
        finished()
        if (turn.text.trim() === "") {
          return yield* new AgentError({ reason: new NoAnswer({ finishReason: turn.finish.reason }) })
        }
        return { answer: turn.text, steps: step + 1, reason: endReason(turn, isLastStep && tools.length > 0) }
      }

      const outcomes = turn.isComplete
        ? yield* Scheduler.run(step, turn.calls, toolkit, policy, log)
        : Scheduler.refuse(
            step,
            turn.calls,
            `The message was cut short (${turn.finish.reason}), so this call did not run.`,
            log
          )
      finished()
      transcript = Transcript.append(transcript, turn, outcomes)
    }
  })

  const run = (
    asked: string | AgentRequest.AgentRequest
  ): Stream.Stream<AgentEvent, AgentError, ModelStream | Services> =>
    Stream.callback<AgentEvent, AgentError, ModelStream | Services>((queue) =>
      Effect.gen(function* () {
        const request = typeof asked === "string" ? { question: asked } : asked
        const log = yield* RunLog.make(yield* runId, queue)
        const answered = Effect.gen(function* () {
          const question = yield* AgentRequest.validate(request, policy.maxQuestionBytes)
          log.append({ _tag: "RunStarted", agent: name, question })
          const end = yield* loop(question, log)
          log.append({ _tag: "RunFinished", ...end })
        })
        yield* Effect.tapError(answered, (error) =>
          Effect.sync(() => log.append({ _tag: "RunFailed", problem: error.message, isRetryable: error.isRetryable }))
        )
        yield* Queue.end(queue)
      }).pipe(
        Effect.withSpan(
          `invoke_agent ${name}`,
          { attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name } },
          { captureStackTrace: false }
        )
      )
    )

  return { name, run, ask: (question) => RunSummary.collect(run(question)) }
}
