/**
 * Handlers: a toolkit whose handlers are asked directly where they are known, and by Effect's `handle` where not.
 *
 * `Toolkit.handle` makes of each call a fiber, a queue and a stream of results: 30 KB and 30 µs a call. This does the same
 * without them, decodes no arguments a second time, and writes no arguments into spans.
 */
import * as AiError from "effect/ai/AiError"
import * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

import * as AtOnce from "../AtOnce.ts"

type Result = Tool.HandlerResult<Tool.Any>

/**
 * What the handlers of `Tools` need. For tools known only as `Tool.Any` (built while the program runs) that is `any`, and
 * taken as nothing: such handlers are complete when they are made.
 */
export type ServicesOf<Tools extends Record<string, Tool.Any>> = 0 extends 1 & Tool.HandlerServices<Tools[keyof Tools]>
  ? never
  : Tool.HandlerServices<Tools[keyof Tools]>

/** Asks a handler: fails as `Toolkit.handle` and its stream would. `onProgress` gets preliminary results, encoded. */
export type Ask<R> = (
  decoded: unknown,
  toolCallId: string,
  onProgress: (progress: unknown) => void
) => Effect.Effect<Result, unknown, R>

/** Effect's `Toolkit.WithHandler`, whatever its tools: names and arguments come from a model, so neither is known to be right. */
export interface Handled<R> {
  readonly tools: Readonly<Record<string, Tool.Any>>
  handle(
    name: string,
    params: unknown,
    toolCallId?: string
  ): Effect.Effect<Stream.Stream<Result, unknown, R>, unknown, R>
  /** `undefined` for a tool whose handler is not known. */
  readonly askOf?: (name: string) => Ask<R> | undefined
  /** What the handlers that `askOf` knows were made with: they are to be asked with it, below what is provided anyway. */
  readonly services?: Context.Context<never> | undefined
}

/** `toolkit` with its handlers, which are known where it is an Effect `Toolkit` and they are in the context. */
export const resolve = Effect.fnUntraced(function* <Tools extends Record<string, Tool.Any>, R>(
  toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R> | Toolkit.WithHandler<Tools>
): Effect.fn.Return<Handled<Tool.HandlerServices<Tools[keyof Tools]>>, never, R> {
  if (!Effect.isEffect(toolkit)) return toolkit
  const handled: Handled<Tool.HandlerServices<Tools[keyof Tools]>> = yield* toolkit
  if (!Predicate.hasProperty(toolkit, "toHandlers")) return handled
  const { mapUnsafe } = yield* Effect.context<R>()
  const asks = new Map<string, Ask<never>>()
  let services: Context.Context<never> | undefined
  for (const tool of Object.values(handled.tools)) {
    const handler: unknown = mapUnsafe.get(tool.id)
    if (!isHandler(handler)) continue
    // Those of one layer were made with the same services, which then need no providing call by call.
    services ??= handler.context
    asks.set(tool.name, askOf(tool, handler, services))
  }
  return { ...handled, askOf: (name) => asks.get(name), services }
})

/** What `Toolkit.toLayer` puts into the context. */
type Handler = Pick<Tool.Handler<string>, "context" | "handler">

const isHandler = (value: unknown): value is Handler =>
  Predicate.hasProperty(value, "handler") &&
  Predicate.isFunction(value.handler) &&
  Predicate.hasProperty(value, "context")

/** By handler: its codecs are made once, not run by run. */
const known = new WeakMap<Handler, { readonly tool: Tool.Any; readonly provided: unknown; readonly ask: Ask<never> }>()

const askOf = (tool: Tool.Any, handler: Handler, provided: Context.Context<never>): Ask<never> => {
  const made = known.get(handler)
  if (made !== undefined && made.tool === tool && made.provided === provided) return made.ask
  const ask = makeAsk(tool, handler, provided)
  known.set(handler, { tool, provided, ask })
  return ask
}

const makeAsk = (tool: Tool.Any, { context, handler }: Handler, provided: Context.Context<never>): Ask<never> => {
  const { failureMode, name, successSchema, toModelOutput } = tool
  const fault = (reason: AiError.AiErrorReason) => AiError.make({ module: "Toolkit", method: `${name}.handle`, reason })
  const encode = (schema: Schema.Top) => {
    // A cast, because `Tool.Any` forgets which services its schemas need: whoever asks has them.
    const write = Schema.encodeUnknownEffect(schema as Schema.Codec<unknown>)
    return (toolResult: unknown): Effect.Effect<unknown, AiError.AiError> =>
      AtOnce.matchEffect(write(toolResult), {
        onFailure: ({ message }) =>
          Effect.fail(fault(new AiError.ToolResultEncodingError({ toolName: name, toolResult, description: message }))),
        onSuccess: Effect.succeed
      })
  }
  const encodeSuccess = encode(successSchema)
  const encodeFailure = encode(Tool.failureResultSchema(tool))
  const normalized = (error: unknown): unknown =>
    Schema.isSchemaError(error)
      ? fault(
          new AiError.InvalidToolResultError({
            toolName: name,
            description: `Tool handler returned invalid result: ${error.message}`
          })
        )
      : AiError.isAiErrorReason(error)
        ? fault(error)
        : error

  // The handler's own services, below those of whoever asks. Calls of one step ask in one context.
  let above: Context.Context<never> | undefined
  let both = context
  const merged = (input: Context.Context<never>) => {
    if (input !== above) {
      above = input
      both = Context.merge(context, input)
    }
    return both
  }

  return (decoded, toolCallId, onProgress) => {
    let unwritable: AiError.AiError | undefined
    const preliminary = (result: unknown) =>
      Effect.match(encodeSuccess(result), {
        onFailure: (error) => void (unwritable ??= error),
        onSuccess: onProgress
      })
    const succeeded = (result: unknown): Effect.Effect<Result, AiError.AiError> =>
      unwritable === undefined
        ? AtOnce.matchEffect(encodeSuccess(result), {
            onFailure: Effect.fail,
            onSuccess: (encodedResult) => {
              const whole = { result, encodedResult, isFailure: false, preliminary: false }
              return Effect.succeed(
                toModelOutput === undefined ? whole : { ...whole, modelOutput: toModelOutput(result) }
              )
            }
          })
        : Effect.fail(unwritable)
    const failed = (cause: Cause.Cause<unknown>): Effect.Effect<Result, unknown> => {
      const first = cause.reasons.find(Cause.isFailReason)
      if (first === undefined || failureMode === "error") return Effect.failCause(Cause.map(cause, normalized))
      const result = normalized(first.error)
      return Effect.map(encodeFailure(result), (encodedResult) => ({
        result,
        encodedResult,
        isFailure: true,
        preliminary: false
      }))
    }
    const handled = Effect.suspend(() => handler(decoded, { toolCallId, preliminary }))
    return Effect.matchCauseEffect(context === provided ? handled : Effect.updateContext(handled, merged), {
      onFailure: failed,
      onSuccess: succeeded
    })
  }
}
