/**
 * Attempt: one try of one tool call, from decoded arguments to the text that the model reads.
 */
import * as Prompt from "effect/ai/Prompt"
import type * as Tool from "effect/ai/Tool"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

import type { Call } from "../model/ModelStream.ts"

/** Effect's `Toolkit.WithHandler`, whatever its tools: names and arguments come from a model, so neither is known to be right. */
export interface Handled<R> {
  readonly tools: Readonly<Record<string, Tool.Any>>
  handle(
    name: string,
    params: unknown,
    toolCallId?: string
  ): Effect.Effect<Stream.Stream<Tool.HandlerResult<Tool.Any>, unknown, R>, unknown, R>
}

export interface Outcome {
  readonly ok: boolean
  /** JSON text for the model. */
  readonly text: string
  /** One sentence where `ok` is false, else null. */
  readonly problem: string | null
}

/** The outcome of a call that did not do what it was asked for. */
export const failed = (problem: string): Outcome => ({ ok: false, text: JSON.stringify({ error: problem }), problem })

const describe = (failure: unknown): string =>
  Predicate.isError(failure) ? failure.message : (JSON.stringify(failure) ?? String(failure))

const outcomeOf = (name: string, result: Tool.HandlerResult<Tool.Any> | undefined): Outcome => {
  if (result === undefined) return failed(`The tool ${name} ended without a result.`)
  if (result.isFailure) return failed(describe(result.result))
  const text =
    result.modelOutput === undefined
      ? JSON.stringify(result.encodedResult ?? null)
      : Prompt.toolModelOutputToText(result.modelOutput)
  return { ok: true, text, problem: null }
}

/**
 * Runs `call` once.
 *
 * **Details**
 *
 * Never fails: a failure of the handler, arguments that do not decode, and a handler that dies are outcomes with `ok` false.
 * Preliminary results go to `onProgress`, encoded. Interruption passes through, after the handler's finalizers.
 */
export const run = <R>(
  toolkit: Handled<R>,
  call: Call,
  onProgress: (progress: unknown) => void
): Effect.Effect<Outcome, never, R> =>
  toolkit.handle(call.name, call.input, call.id).pipe(
    Effect.flatMap((results) =>
      Stream.runFold(
        results,
        (): Tool.HandlerResult<Tool.Any> | undefined => undefined,
        (last, result) => {
          if (!result.preliminary) return result
          onProgress(result.encodedResult)
          return last
        }
      )
    ),
    Effect.map((result) => outcomeOf(call.name, result)),
    Effect.tap((outcome) => (outcome.ok ? Effect.void : Effect.annotateCurrentSpan("error.type", "tool_failure"))),
    Effect.catchCause((cause) =>
      Effect.logDebug(`tool ${call.name} failed`, cause).pipe(
        Effect.andThen(Effect.annotateCurrentSpan("error.type", "tool_failure")),
        Effect.as(
          Cause.hasFails(cause)
            ? failed(describe(Cause.squash(cause)))
            : failed(`The tool ${call.name} broke: it cannot be used now.`)
        )
      )
    ),
    Effect.withSpan(
      `execute_tool ${call.name}`,
      {
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": call.name,
          "gen_ai.tool.call.id": call.id,
          "gen_ai.tool.type": "function"
        }
      },
      { captureStackTrace: false }
    )
  )
