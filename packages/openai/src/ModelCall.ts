/**
 * ModelCall: one model call by either API, retries included. The one thing behind `ModelStream` and `LanguageModel`.
 */
import type { ModelPart } from "@callsheet/core/model/ModelStream"
import * as Span from "@callsheet/core/Span"
import * as Channel from "effect/Channel"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import * as Answer from "./Answer.ts"
import { CallTrace } from "./CallTrace.ts"
import { ChatWire } from "./ChatWire.ts"
import type { Held } from "./Lanes.ts"
import type { ModelWire, WireRequest } from "./ModelWire.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import * as RequestBody from "./RequestBody.ts"
import { ResponsesWire } from "./ResponsesWire.ts"
import * as Sockets from "./Sockets.ts"
import * as Transport from "./Transport.ts"
import * as Wire from "./Wire.ts"

export interface ModelCall {
  /** Makes one call. Parts that arrive together come as one array; not streaming, all come as one. */
  readonly stream: (request: WireRequest, options: CallOptions) => Stream.Stream<ModelPart, OpenAiError.Failure>
}

export interface CallOptions {
  readonly streaming: boolean
  /** What to send where the server no longer holds the response that the request continues. */
  readonly resend: WireRequest | undefined
}

/** A request on its way, and its answer. */
interface Sent {
  readonly exchange: { readonly resends: number }
  readonly close: () => void
}

export const make = (settings: Settings): Effect.Effect<ModelCall, never, Scope.Scope> =>
  settings.api === "responses" ? makeWith(settings, ResponsesWire) : makeWith(settings, ChatWire)

const makeWith = Effect.fnUntraced(function* <State>(settings: Settings, wire: ModelWire<State>) {
  const way = Transport.make(settings, "POST", wire.path)
  // Beside a socket, HTTP is for what cannot go over it: seldom needed, and opened when it is.
  const transport = yield* settings.transport === "websocket" ? Effect.provideService(way, Wire.KeepWarm, false) : way
  const sockets = settings.transport === "websocket" ? yield* Sockets.make(settings, wire.path) : undefined
  const bodies = (streaming: boolean, transport: Settings["transport"]) =>
    RequestBody.make(wire, {
      model: settings.model,
      streaming,
      store: settings.continuation === "previousResponse",
      hosted: settings.host !== "other",
      transport
    })
  const streamedBody = bodies(true, "http")
  const wholeBody = bodies(false, "http")
  const socketBody = bodies(true, "websocket")

  /** Sends until one answer's first parts are there; from then on it pulls that answer. `scope` closes the request. */
  const open = (
    request: WireRequest,
    { resend, streaming }: CallOptions,
    scope: Scope.Scope,
    span: Span.Span | undefined
  ) => {
    const trace = span && new CallTrace(span)
    const bodyOf = streaming ? streamedBody : wholeBody
    let current = request
    let retries = 0
    let sent: Sent | undefined

    /** What is sent from now on takes the place of what was. */
    const replace = (next: Sent): void => {
      if (sent !== undefined) {
        sent.close()
        retries += 1 + sent.exchange.resends
      }
      sent = next
    }

    /** Sends the request once and reads up to the first parts. */
    const overHttp = Effect.flatMap(transport.open, (opened) => {
      const pending = trace?.closing(opened) ?? opened
      replace(pending)
      const body = trace?.write(bodyOf, current, retries) ?? bodyOf(current)
      trace?.begin(pending.target, "http", retries)
      const asked = Effect.flatMap(pending.send(body), (contentType) => {
        const mode = Answer.modeOf(contentType, streaming)
        if (mode === undefined) {
          return Effect.fail(OpenAiError.unreadable(pending.target, `The server answered with ${contentType}.`))
        }
        const { next, pull } = Answer.make(wire, pending, { mode, retries, deltasOf: current.deltasOf })
        return Effect.map(next, (first) => pullFrom(first, pull))
      })
      return trace?.watch(asked, pending.exchange) ?? asked
    })

    /**
     * The same over a socket, or over HTTP where none can be had. What the server has not touched goes again at once; so does,
     * in full, what continues a response that the server does not hold.
     */
    const overSocket = (
      { take }: Sockets.Sockets,
      mayContinue: boolean,
      resendsLeft: number
    ): Effect.Effect<Answer.PartsPull, OpenAiError.Failure> => {
      const all = resend ?? request
      return Effect.flatMap(take(all.messages, mayContinue), (found) => {
        if (found === undefined) return overHttp
        const taken = trace?.closing(found) ?? found
        replace(taken)
        const { exchange, held, isOpen, send } = taken
        const goesAgain = (failure: OpenAiError.Failure): boolean =>
          resendsLeft > 0 && (exchange.isUntouched || (failure.isUnknownResponse && held !== undefined))
        const sending = Effect.suspend(() => {
          const added = held === undefined ? current : addedTo(all, held)
          const body = trace?.write(socketBody, added, retries) ?? socketBody(added)
          trace?.begin(taken.target, "websocket", retries)
          send(body)
          const { next, pull } = Answer.fromEvents(wire, taken, { retries, deltasOf: all.deltasOf })
          return Effect.map(next, (first) => pullFrom(first, pull))
        })
        const asked = Effect.catchIf(trace?.watch(sending, exchange) ?? sending, goesAgain, (failure) =>
          overSocket({ take }, mayContinue && !failure.isUnknownResponse, resendsLeft - 1)
        )
        const instead = Effect.suspend(() => {
          // Nothing was sent.
          taken.close()
          sent = undefined
          return overHttp
        })
        return Effect.flatMap(isOpen, (isOpen) => (isOpen ? asked : instead))
      })
    }

    const attempt = sockets === undefined || !streaming ? overHttp : overSocket(sockets, true, maxResends)

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
        Channel.fromTransform((_: Pull.Pull<unknown, unknown, unknown>, scope) =>
          Effect.withFiber((fiber) => open(request, options, scope, Span.current(fiber)))
        )
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

/** What follows the answer that is held. */
const addedTo = (all: WireRequest, { messages, responseId }: Held): WireRequest => ({
  ...all,
  messages: all.messages.slice(messages.length + 1),
  previousResponseId: responseId
})

// Retries

const maxRetries = 2

/** How often in a row a request goes again at once over another socket. */
const maxResends = 3

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
