/**
 * ModelCall: one model call by either API, retries included. The one thing behind `ModelStream` and `LanguageModel`.
 */
import type { ModelPart } from "@callsheet/core/model/ModelStream"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { ChatWire } from "./ChatWire.ts"
import type * as Exchange from "./Exchange.ts"
import * as Json from "./Json.ts"
import { brokenPart, type ModelWire, type WirePart, type WireRequest } from "./ModelWire.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"
import { ResponsesWire } from "./ResponsesWire.ts"
import * as Transport from "./Transport.ts"
import { WireReader } from "./WireReader.ts"

export interface ModelCall {
  /**
   * Makes one call. Parts that arrive together come as one array; not streaming, all come as one.
   *
   * `resend` is what to send where the server no longer holds the response that `request` continues.
   */
  readonly stream: (
    request: WireRequest,
    options: { readonly streaming: boolean; readonly resend: WireRequest | undefined }
  ) => Stream.Stream<ModelPart, OpenAiError.Failure>
}

type Parts = Arr.NonEmptyReadonlyArray<ModelPart>
type PartsPull = Pull.Pull<Parts, OpenAiError.Failure>

export const make = (settings: Settings): Effect.Effect<ModelCall, never, Scope.Scope> =>
  settings.api === "responses" ? makeWith(settings, ResponsesWire) : makeWith(settings, ChatWire)

const makeWith = Effect.fnUntraced(function* <State>(settings: Settings, wire: ModelWire<State>) {
  const transport = yield* Transport.make(settings)
  const target = OpenAiError.makeTarget(settings, "POST", wire.path)

  /** Sends the request once and reads up to the first parts. */
  const attempt = Effect.fnUntraced(function* (request: WireRequest, streaming: boolean, retries: number) {
    const body = wire.request(
      {
        model: settings.model,
        streaming,
        store: settings.continuation === "previousResponse",
        hosted: settings.host !== "other"
      },
      request
    )
    const { contentType, exchange } = yield* transport.send(target, wire.path, body)
    const mode = modeOf(contentType, streaming)
    if (mode === undefined) {
      return yield* Effect.fail(OpenAiError.unreadable(target, `The server answered with ${contentType}.`))
    }
    const reads =
      mode === "events"
        ? eventReads(transport.read(target, exchange), wire, request.deltasOf)
        : wholeReads(transport.readText(target, exchange), wire)
    const drained = Effect.ignore(Effect.timeout(transport.readText(target, exchange), drainTime))
    const { next, pull } = makePull(target, exchange, reads, drained, retries)
    return { first: yield* next, rest: pull }
  })

  /** Sends until one answer's first parts are there, and hands on that answer. */
  const open = Effect.fnUntraced(function* (request: WireRequest, streaming: boolean, resend: WireRequest | undefined) {
    let current = request
    let tries = 0
    const once = Effect.suspend(() => attempt(current, streaming, tries++))
    const { first, rest } = yield* once.pipe(
      Effect.catchIf(
        (failure) => failure.isUnknownResponse && resend !== undefined && current !== resend,
        () => {
          current = resend ?? request
          return once
        }
      ),
      Effect.retry({ schedule: retrySchedule, times: maxRetries, while: isWorthRetrying })
    )
    return { first, rest }
  })

  return {
    stream: (request, { resend, streaming }) =>
      Stream.scoped(Stream.fromPull(Effect.map(open(request, streaming, resend), pullFrom)))
  } satisfies ModelCall
})

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

// Reading

/**
 * How long the end of the bytes may follow the end of the answer. They nearly always come together; a connection read
 * to its end serves the next call, which else pays for a new one.
 */
const drainTime = Duration.millis(50)

/** How an answer is to be read. Servers that ignore what was asked for still name what they send. */
const modeOf = (contentType: string, streaming: boolean): "events" | "whole" | undefined => {
  if (contentType === "text/event-stream") return "events"
  if (contentType === "application/json" || contentType.endsWith("+json")) return "whole"
  return contentType === "" ? (streaming ? "events" : "whole") : undefined
}

/** The wire's parts, as the bytes come; not all bytes complete one. Ends after the last part. */
type Reads = Effect.Effect<ReadonlyArray<WirePart>, OpenAiError.Failure>

const eventReads = <State>(
  read: Effect.Effect<Uint8Array | undefined, OpenAiError.Failure>,
  wire: ModelWire<State>,
  deltasOf: string | undefined
): Reads => {
  const reader = new WireReader(wire, deltasOf)
  return Effect.map(read, (bytes) => (bytes === undefined ? reader.end() : reader.push(bytes)))
}

const wholeReads = <State>(text: Effect.Effect<string, OpenAiError.Failure>, wire: ModelWire<State>): Reads =>
  Effect.map(text, (text) => {
    const body = Json.parse(text)
    return body._tag === "Success"
      ? wire.read(body.success)
      : [brokenPart("unreadable", `The server's answer is not valid JSON (${body.failure}).`)]
  })

/** `first`, then what `rest` pulls. */
const pullFrom = ({ first, rest }: { readonly first: Parts; readonly rest: PartsPull }): PartsPull => {
  let pull: PartsPull = Effect.suspend(() => {
    pull = rest
    return Effect.succeed(first)
  })
  return Effect.suspend(() => pull)
}

/**
 * `next` gives the next parts; `pull` the same and, after the last, the end. What was read before a fault comes before
 * it.
 */
const makePull = (
  target: OpenAiError.Target,
  exchange: Exchange.Exchange,
  reads: Reads,
  drained: Effect.Effect<void>,
  retries: number
) => {
  let fault: OpenAiError.Failure | undefined
  let isFinished = false
  const next: Effect.Effect<Parts, OpenAiError.Failure> = Effect.flatMap(reads, (wireParts) => {
    const parts: Array<ModelPart> = []
    for (const part of wireParts) {
      if (part._tag === "Fault") {
        fault = OpenAiError.fromFault(target, part)
      } else if (part._tag === "Finish") {
        isFinished = true
        const { requestBytes, responseBytes } = exchange
        parts.push({ ...part, requestBytes, responseBytes, retries })
      } else {
        parts.push(part)
      }
    }
    if (Arr.isArrayNonEmpty(parts)) return Effect.succeed(parts)
    return fault === undefined ? next : Effect.fail(fault)
  })
  const pull: PartsPull = Effect.suspend((): PartsPull => {
    if (isFinished) return Effect.andThen(drained, Cause.done())
    return fault === undefined ? next : Effect.fail(fault)
  })
  return { next, pull }
}
