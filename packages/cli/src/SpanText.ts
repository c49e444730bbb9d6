/**
 * SpanText: a span that has ended as OTLP's JSON has it, written in one go.
 *
 * **Details**
 *
 * A failure that was foreseen is told without a stack, a defect with it. Texts are cut at 16,384 characters. What is neither
 * text, number, boolean nor a list of them is written out as a text.
 *
 * Reference: opentelemetry-proto, `trace.proto`, in the JSON mapping of OTLP 1.
 */
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"

/** Of one text, in characters. */
const maxText = 16_384

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

const quoted = (text: string): string => JSON.stringify(text.length > maxText ? text.slice(0, maxText) : text)

/** Infinity and its like are texts in the JSON of protobuf. */
const numberOf = (value: number): string =>
  Number.isSafeInteger(value)
    ? `{"intValue":${value}}`
    : Number.isFinite(value)
      ? `{"doubleValue":${value}}`
      : `{"doubleValue":"${value}"}`

const textOf = (value: string): string => `{"stringValue":${quoted(value)}}`

const valueOf = (value: unknown): string => {
  if (typeof value === "string") return textOf(value)
  if (typeof value === "number") return numberOf(value)
  if (typeof value === "boolean") return `{"boolValue":${value}}`
  if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(valueOf).join(",")}]}}`
  return textOf(typeof value === "bigint" ? String(value) : Inspectable.toStringUnknown(value))
}

/** What stands before a value, by its key. Keys are few: those of the code. */
const heads = new Map<string, string>()
const maxHeads = 1000

const headOf = (key: string): string => {
  const known = heads.get(key)
  if (known !== undefined) return known
  const head = `{"key":${quoted(key)},"value":`
  if (heads.size < maxHeads) heads.set(key, head)
  return head
}

/** Attributes as the items of a list. */
export const attributesOf = (entries: Iterable<readonly [string, unknown]>): string => {
  let text = ""
  for (const [key, value] of entries) text += `${text === "" ? "" : ","}${headOf(key)}${valueOf(value)}}`
  return text
}

export interface Event {
  readonly name: string
  readonly atNanos: bigint
  readonly attributes: Readonly<Record<string, unknown>>
}

const eventOf = ({ atNanos, attributes, name }: Event): string =>
  `{"timeUnixNano":"${atNanos}","name":${quoted(name)},"attributes":[${attributesOf(Object.entries(attributes))}]}`

const linkOf = ({ attributes, span: { spanId, traceId } }: Tracer.SpanLink): string =>
  `{"traceId":"${traceId}","spanId":"${spanId}","attributes":[${attributesOf(Object.entries(attributes))}]}`

const exceptionsOf = (cause: Cause.Cause<unknown>, atNanos: bigint): ReadonlyArray<Event> =>
  Cause.prettyErrors(cause).map((error) => ({
    name: "exception",
    atNanos,
    attributes: {
      "exception.type": error.name,
      "exception.message": error.message,
      ...(Cause.hasDies(cause) ? { "exception.stacktrace": error.stack ?? "" } : {})
    }
  }))

/** Status codes of OTLP: nothing said, and an error. A run that was interrupted is no error. */
const statusOf = (exit: Exit.Exit<unknown, unknown>, problems: ReadonlyArray<Event>): string =>
  exit._tag === "Success" || problems.length === 0
    ? `{}`
    : `{"code":2,"message":${quoted(String(problems[0]?.attributes["exception.message"] ?? ""))}}`

/** `span`, which ended at `endNanos` with `exit`, as one object of JSON. */
export const make = (
  span: Tracer.Span,
  events: ReadonlyArray<Event>,
  endNanos: bigint,
  exit: Exit.Exit<unknown, unknown>
): string => {
  const { attributes, kind, links, name, spanId, status, traceId } = span
  const parent = Option.isSome(span.parent) ? `"parentSpanId":"${span.parent.value.spanId}",` : ""
  const isInterrupted = exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)
  const problems = exit._tag === "Failure" && !isInterrupted ? exceptionsOf(exit.cause, endNanos) : []
  const interrupted = isInterrupted
    ? `${attributes.size === 0 ? "" : ","}${headOf("effect.fiber.interrupted")}{"boolValue":true}}`
    : ""
  const told = problems.length === 0 ? events : [...events, ...problems]
  const eventList = told.length === 0 ? "" : `,"events":[${told.map(eventOf).join(",")}]`
  const linkList = links.length === 0 ? "" : `,"links":[${links.map(linkOf).join(",")}]`
  return `{"traceId":"${traceId}","spanId":"${spanId}",${parent}"name":${quoted(name)},"kind":${kinds[kind]},"startTimeUnixNano":"${status.startTime}","endTimeUnixNano":"${endNanos}","attributes":[${attributesOf(attributes)}${interrupted}]${eventList}${linkList},"status":${statusOf(exit, problems)},"flags":257}`
}
