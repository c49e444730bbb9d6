/**
 * Attempt: one try of one tool call, from arguments to the text that the model reads.
 */
import * as Prompt from "effect/ai/Prompt"
import type * as Tool from "effect/ai/Tool"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { format } from "effect/Formatter"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

import type { ToolSource } from "../AgentEvent.ts"
import * as Span from "../Span.ts"
import type * as Handlers from "./Handlers.ts"

/** A call as a tool is asked: with arguments that are whole and readable. */
export interface Request {
  readonly id: string
  readonly name: string
  readonly input: unknown
  /** The input as the tool reads it, for this attempt alone; none where the tool is to read it itself. */
  readonly parameters: Option.Option<{ readonly decoded: unknown }>
}

export interface Outcome {
  readonly ok: boolean
  /** JSON text for the model. */
  readonly text: string
  /** One sentence where `ok` is false, else null. */
  readonly problem: string | null
  /** The full encoded result, before it is shaped for the model; `undefined` where `ok` is false. */
  readonly value: unknown
  /** What failed, where something is known of it: says whether trying again may help (`isRetryable`, `retryAfter`). */
  readonly failure: unknown
  /** What the handler gave last; `undefined` where none ran to its end. */
  readonly result: Tool.HandlerResult<Tool.Any> | undefined
  /** Where it came from, if not from upstream. */
  readonly source?: ToolSource
}

/** The outcome of a call that did not do what it was asked for. */
export const failed = (problem: string, failure?: unknown): Outcome => ({
  ok: false,
  text: JSON.stringify({ error: problem }),
  problem,
  value: undefined,
  failure,
  result: undefined
})

/** In words for a model. Handlers fail with anything, so this takes anything: `format` also writes circles and bigints. */
const describe = (failure: unknown): string =>
  Predicate.isError(failure) && failure.message !== ""
    ? failure.message
    : Predicate.isString(failure)
      ? failure
      : format(failure)

const outcomeOf = (name: string, result: Tool.HandlerResult<Tool.Any> | undefined): Outcome => {
  if (result === undefined) return failed(`The tool ${name} ended without a result.`)
  if (result.isFailure) return { ...failed(describe(result.result), result.result), result }
  const { encodedResult, modelOutput } = result
  const text =
    modelOutput === undefined ? JSON.stringify(encodedResult ?? null) : Prompt.toolModelOutputToText(modelOutput)
  return { ok: true, text, problem: null, value: encodedResult, failure: undefined, result }
}

type Handled = Tool.HandlerResult<Tool.Any> | undefined

const endings = (name: string) => ({
  onSuccess: (result: Handled) => Effect.succeed(outcomeOf(name, result)),
  onFailure: (cause: Cause.Cause<unknown>) =>
    Effect.as(
      Effect.logDebug(`tool ${name} failed`, cause),
      Cause.hasFails(cause)
        ? failed(describe(Cause.squash(cause)), Cause.squash(cause))
        : failed(`The tool ${name} broke: it cannot be used now.`)
    )
})

/** `handled`, which writes arguments into the span that it runs in, whether content is wanted there or not. */
const untold = <A, E, R>(handled: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => {
    const span = Span.current(fiber)
    if (span === undefined || span.hasContent) return handled
    return Effect.ensuring(
      handled,
      Effect.sync(() => span.attribute("parameters", "not recorded"))
    )
  })

/** By Effect's `handle`, which decodes the arguments itself. */
const byHandle = <R>(
  toolkit: Handlers.Handled<R>,
  { id, input, name }: Request,
  onProgress: (progress: unknown) => void
): Effect.Effect<Handled, unknown, R> =>
  Effect.flatMap(untold(toolkit.handle(name, input, id)), (results) =>
    Stream.runFold(
      results,
      (): Handled => undefined,
      (last, result) => {
        if (!result.preliminary) return result
        onProgress(result.encodedResult)
        return last
      }
    )
  )

/**
 * Runs `request` once, for at most `limitMillis` (`Infinity`: as long as it takes).
 *
 * **Details**
 *
 * Never fails: a failure of the handler, arguments that do not decode, a handler that dies and one that takes too long are
 * outcomes with `ok` false. Preliminary results go to `onProgress`, encoded. Interruption passes through, after the handler's
 * finalizers.
 *
 * **Gotchas**
 *
 * A handler may change what it is given, so a repeat is made of a `request` without `parameters`, and decodes them again.
 */
export const run = <R>(
  toolkit: Handlers.Handled<R>,
  request: Request,
  limitMillis: number,
  onProgress: (progress: unknown) => void
): Effect.Effect<Outcome, never, R> => {
  const { id, name, parameters } = request
  const ask = Option.isSome(parameters) ? toolkit.askOf?.(name) : undefined
  const results =
    ask === undefined || Option.isNone(parameters)
      ? byHandle(toolkit, request, onProgress)
      : ask(parameters.value.decoded, id, onProgress)
  const attempt = Effect.matchCauseEffect(results, endings(name))
  return limitMillis === Infinity ? attempt : limited(name, attempt, limitMillis)
}

const limited = <R>(name: string, attempt: Effect.Effect<Outcome, never, R>, limitMillis: number) =>
  Effect.timeoutOrElse(attempt, {
    duration: limitMillis,
    orElse: () =>
      Effect.succeed(
        failed(`The tool ${name} did not answer within ${Duration.format(Duration.millis(limitMillis))}.`, {
          isRetryable: true
        })
      )
  })
