/**
 * ModelCall: one model call by either API, retries included. The one thing behind `ModelStream` and `LanguageModel`.
 */
import type { ModelPart } from "@callsheet/core/model/ModelStream"
import * as Channel from "effect/Channel"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import * as Answer from "./Answer.ts"
import { ChatWire } from "./ChatWire.ts"
import type { ModelWire, WireRequest } from "./ModelWire.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import * as RequestBody from "./RequestBody.ts"
import { ResponsesWire } from "./ResponsesWire.ts"
import * as Transport from "./Transport.ts"

export interface ModelCall {
  /** Makes one call. Parts that arrive together come as one array; not streaming, all come as one. */
  readonly stream: (request: WireRequest, options: CallOptions) => Stream.Stream<ModelPart, OpenAiError.Failure>
}

export interface CallOptions {
  readonly streaming: boolean
  /** What to send where the server no longer holds the response that the request continues. */
  readonly resend: WireRequest | undefined
}

export const make = (settings: Settings): Effect.Effect<ModelCall, never, Scope.Scope> =>
  settings.api === "responses" ? makeWith(settings, ResponsesWire) : makeWith(settings, ChatWire)

const makeWith = Effect.fnUntraced(function* <State>(settings: Settings, wire: ModelWire<State>) {
  const transport = yield* Transport.make(settings, "POST", wire.path)
  const bodies = (streaming: boolean) =>
    RequestBody.make(wire, {
      model: settings.model,
      streaming,
      store: settings.continuation === "previousResponse",
      hosted: settings.host !== "other"
    })
  const streamedBody = bodies(true)
  const wholeBody = bodies(false)

  /** Sends until one answer's first parts are there; from then on it pulls that answer. `scope` closes the request. */
  const open = (request: WireRequest, { resend, streaming }: CallOptions, scope: Scope.Scope) => {
    const bodyOf = streaming ? streamedBody : wholeBody
    let current = request
    let retries = 0
    let sent: Transport.Pending | undefined

    /** Sends the request once and reads up to the first parts. */
    const attempt = Effect.flatMap(transport.open, (pending) => {
      if (sent !== undefined) {
        sent.close()
        retries += 1 + sent.exchange.resends
      }
      sent = pending
      return Effect.flatMap(pending.send(bodyOf(current)), (contentType) => {
        const mode = Answer.modeOf(contentType, streaming)
        if (mode === undefined) {
          return Effect.fail(OpenAiError.unreadable(pending.target, `The server answered with ${contentType}.`))
        }
        const { next, pull } = Answer.make(wire, pending, { mode, retries, deltasOf: current.deltasOf })
        return Effect.map(next, (first) => pullFrom(first, pull))
      })
    })

    const attempts =
      resend === undefined
        ? attempt
        : Effect.catchIf(
            attempt,
            (failure) => failure.isUnknownResponse && current !== resend,
            () => {
              current = resend
              return attempt
            }
          )

    return Effect.andThen(
      Scope.addFinalizer(
        scope,
        Effect.sync(() => sent?.close())
      ),
      Effect.catchIf(attempts, isWorthRetrying, (failure) => retry(failure, attempts))
    )
  }

  return {
    stream: (request, options) =>
      Stream.fromChannel(
        Channel.fromTransform((_: Pull.Pull<unknown, unknown, unknown>, scope) => open(request, options, scope))
      )
  } satisfies ModelCall
})

/** `first`, then what `rest` pulls. */
const pullFrom = (first: Answer.Parts, rest: Answer.PartsPull): Answer.PartsPull => {
  let pull: Answer.PartsPull = Effect.suspend(() => {
    pull = rest
    return Effect.succeed(first)
  })
  return Effect.suspend(() => pull)
}

// Retries

const maxRetries = 2

/** A server that asks for more patience than this is not waited for. */
const maxRetryAfterMillis = 30_000

const isWorthRetrying = (failure: OpenAiError.Failure): boolean =>
  failure.isRetryable && (failure.retryAfterMillis ?? 0) <= maxRetryAfterMillis

const retrySchedule = Schedule.exponential("500 millis").pipe(
  Schedule.setInputType<OpenAiError.Failure>(),
  Schedule.jittered,
  Schedule.modifyDelay(({ duration, input }) =>
    Effect.succeed(
      input.retryAfterMillis === undefined ? duration : Duration.max(duration, Duration.millis(input.retryAfterMillis))
    )
  )
)

/** Goes on after the first attempt ended in `failure`. */
const retry = <A>(
  failure: OpenAiError.Failure,
  attempts: Effect.Effect<A, OpenAiError.Failure>
): Effect.Effect<A, OpenAiError.Failure> => {
  let effect: Effect.Effect<A, OpenAiError.Failure> = Effect.suspend(() => {
    effect = attempts
    return Effect.fail(failure)
  })
  return Effect.retry(
    Effect.suspend(() => effect),
    { schedule: retrySchedule, times: maxRetries, while: isWorthRetrying }
  )
}
