/**
 * ExportedSpan: Effect's own spans, handed to OpenTelemetry's span processor as each ends.
 *
 * **Details**
 *
 * The tracer of `@effect/opentelemetry` makes a span of the SDK for each of Effect's and enters an asynchronous context of the
 * SDK for every step of every fiber, which costs a run a quarter of its processor time and more. Nothing here reads that
 * context, so spans are Effect's, and become what the SDK exports once, when they end.
 *
 * **Gotchas**
 *
 * `@opentelemetry/api`'s active span is not set: instrumentation that looks for it finds none.
 */
import { type Attributes, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api"
import type { Resource } from "@opentelemetry/resources"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** Takes spans that have ended. */
export interface Sink {
  onEnd(span: ReadableSpan): void
}

/** Of a text in a span, at most: in characters. What waits to be sent is bounded by it. */
const maxText = 16_384

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER
} as const

const scope = { name: "callsheet" } as const

const second = 1_000_000_000n

const timeOf = (nanos: bigint): HrTime => [Number(nanos / second), Number(nanos % second)]

const cut = (text: string): string => (text.length > maxText ? text.slice(0, maxText) : text)

/** A list keeps its kind where all of it is texts or all of it numbers; whatever else is written out. */
const valueOf = (value: unknown): string | number | boolean | Array<string> | Array<number> => {
  if (typeof value === "string") return cut(value)
  if (typeof value === "number" || typeof value === "boolean") return value
  if (typeof value === "bigint") return String(value)
  if (Array.isArray(value)) {
    const texts = value.filter((item): item is string => typeof item === "string")
    if (texts.length === value.length) return texts.map(cut)
    const numbers = value.filter((item): item is number => typeof item === "number")
    if (numbers.length === value.length) return numbers
  }
  return cut(Inspectable.toStringUnknown(value))
}

const attributesOf = (entries: Iterable<readonly [string, unknown]>): Attributes => {
  const attributes: Attributes = {}
  for (const [key, value] of entries) attributes[key] = valueOf(value)
  return attributes
}

const eventOf = (name: string, nanos: bigint, attributes: Readonly<Record<string, unknown>>) => ({
  name,
  time: timeOf(nanos),
  attributes: attributesOf(Object.entries(attributes)),
  droppedAttributesCount: 0
})

/** A failure that was foreseen is told without a stack; a defect with it. */
const exceptions = (cause: Cause.Cause<unknown>, endTime: bigint) =>
  Cause.prettyErrors(cause).map((error) =>
    eventOf("exception", endTime, {
      "exception.type": error.name,
      "exception.message": error.message,
      ...(Cause.hasDies(cause) ? { "exception.stacktrace": error.stack ?? "" } : {})
    })
  )

const contextOf = ({ sampled, spanId, traceId }: Tracer.AnySpan) => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
})

const readable = (
  span: Tracer.NativeSpan,
  endTime: bigint,
  exit: Exit.Exit<unknown, unknown>,
  resource: Resource
): ReadableSpan => {
  const context = contextOf(span)
  const parent = Option.getOrUndefined(span.parent)
  const attributes = span._attributes === undefined ? {} : attributesOf(span._attributes)
  const events = span._events === undefined ? [] : span._events.map((event) => eventOf(...event))
  let status: ReadableSpan["status"] = { code: SpanStatusCode.UNSET }
  if (exit._tag === "Failure") {
    if (Cause.hasInterruptsOnly(exit.cause)) attributes["effect.fiber.interrupted"] = true
    else {
      const problems = exceptions(exit.cause, endTime)
      events.push(...problems)
      status = { code: SpanStatusCode.ERROR, message: String(problems[0]?.attributes["exception.message"] ?? "failed") }
    }
  }
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent) }),
    startTime: timeOf(span.startTime),
    endTime: timeOf(endTime),
    duration: timeOf(endTime - span.startTime),
    status,
    attributes,
    events,
    links: span.links.map(({ attributes, span }) => ({
      context: contextOf(span),
      attributes: attributesOf(Object.entries(attributes))
    })),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0
  }
}

class ExportedSpan extends Tracer.NativeSpan {
  readonly #ended: (span: Tracer.NativeSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>) => void

  constructor(
    options: Parameters<Tracer.Tracer["span"]>[0],
    ended: (span: Tracer.NativeSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>) => void
  ) {
    super(options)
    this.#ended = ended
  }

  override end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.status._tag === "Ended") return
    super.end(endTime, exit)
    if (this.sampled) this.#ended(this, endTime, exit)
  }
}

/** A tracer whose spans `sink` takes, as those of `resource`. */
export const tracer = (sink: Sink, resource: Resource): Tracer.Tracer => {
  const ended = (span: Tracer.NativeSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>) =>
    sink.onEnd(readable(span, endTime, exit, resource))
  return Tracer.make({ span: (options) => new ExportedSpan(options, ended) })
}
