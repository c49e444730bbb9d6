/**
 * OtlpJson: traces out of files, as OpenTelemetry's collectors and exporters write them.
 *
 * **Details**
 *
 * OTLP in JSON (opentelemetry.io/docs/specs/otlp): one export request, a list of them, or one to a line. Ids are taken as they are.
 * Fields that say nothing of what ran when are not read.
 *
 * **Gotchas**
 *
 * Times are true to the microsecond. Values that are nested deeper than 32 are left out.
 */
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { RecordedSpan } from "./Trace.ts"

/** `line` counts from 1. */
export class OtlpError extends Data.TaggedError("OtlpError")<{ readonly line: number; readonly message: string }> {}

/** What is read at most. */
const maxCharacters = 256_000_000
export const maxSpans = 200_000
const maxDepth = 32

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))

const Attributes = optional(Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.optional(Schema.Unknown) })))

/** Nanoseconds since 1970: 64 bits, so a string; some write a number. */
const Nanos = Schema.Union([Schema.String.check(Schema.isPattern(/^\d{1,20}$/)), Schema.Finite])

const Id = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64))

const Event = Schema.Struct({ name: optional(Schema.String), timeUnixNano: Nanos, attributes: Attributes })

const Span = Schema.Struct({
  traceId: Id,
  spanId: Id,
  parentSpanId: optional(Schema.String),
  name: optional(Schema.String),
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: Attributes,
  events: optional(Schema.Array(Event)),
  status: optional(
    Schema.Struct({ code: optional(Schema.Union([Schema.String, Schema.Finite])), message: optional(Schema.String) })
  )
})
type Span = typeof Span.Type

const Request = Schema.Struct({
  resourceSpans: Schema.Array(
    Schema.Struct({ scopeSpans: optional(Schema.Array(Schema.Struct({ spans: optional(Schema.Array(Span)) }))) })
  )
})

type Request = typeof Request.Type

const parseJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const readList = Schema.decodeUnknownResult(Schema.Array(Request))
const readRequest = Schema.decodeUnknownResult(Request)

const millisOf = (nanos: string | number): number =>
  typeof nanos === "string" ? Number(BigInt(nanos) / 1000n) / 1000 : Math.floor(nanos / 1000) / 1000

/** A typed value (`AnyValue`) as it is in JavaScript. */
const valueOf = (typed: unknown, depth = 0): unknown => {
  if (!Predicate.isObject(typed) || depth > maxDepth) return undefined
  for (const [kind, value] of Object.entries(typed)) {
    switch (kind) {
      case "stringValue":
      case "boolValue":
      case "bytesValue":
        return value
      case "intValue":
      case "doubleValue":
        return typeof value === "string" ? Number(value) : value
      case "arrayValue":
        return listOf(value).map((item) => valueOf(item, depth + 1))
      case "kvlistValue":
        return recordOf(listOf(value), depth + 1)
    }
  }
  return undefined
}

const listOf = (value: unknown): ReadonlyArray<unknown> =>
  Predicate.isObject(value) && Predicate.hasProperty(value, "values") && Array.isArray(value.values) ? value.values : []

const recordOf = (pairs: ReadonlyArray<unknown>, depth = 0): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    pairs.flatMap((pair) => {
      if (!Predicate.hasProperty(pair, "key") || typeof pair.key !== "string") return []
      const value = Predicate.hasProperty(pair, "value") ? valueOf(pair.value, depth) : undefined
      return value === undefined ? [] : [[pair.key, value]]
    })
  )

/** By the status; by what Effect's exporters say of spans that were interrupted. */
const problemOf = ({ status }: Span, attributes: Readonly<Record<string, unknown>>): string | undefined => {
  if (attributes["effect.fiber.interrupted"] === true || attributes["status.interrupted"] === true) return "interrupted"
  return status?.code === 2 || status?.code === "STATUS_CODE_ERROR" ? status.message || "failed" : undefined
}

const recordedOf = (span: Span): RecordedSpan => {
  const attributes = recordOf(span.attributes ?? [])
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentId: span.parentSpanId || undefined,
    name: span.name ?? "",
    startMillis: millisOf(span.startTimeUnixNano),
    endMillis: millisOf(span.endTimeUnixNano),
    attributes,
    events: (span.events ?? []).map((event) => ({
      name: event.name ?? "",
      atMillis: millisOf(event.timeUnixNano),
      attributes: recordOf(event.attributes ?? [])
    })),
    problem: problemOf(span, attributes)
  }
}

const spansOf = ({ resourceSpans }: Request): ReadonlyArray<Span> =>
  resourceSpans.flatMap(({ scopeSpans }) => (scopeSpans ?? []).flatMap(({ spans }) => spans ?? []))

/** Of a problem with a value: its first line, and where. */
const shorten = (message: string): string => {
  const flat = message.replaceAll(/\s*\n\s*/g, " ")
  return flat.length > 400 ? `${flat.slice(0, 397)}...` : flat
}

const fail = (line: number, message: string) => Result.fail(new OtlpError({ line, message: shorten(message) }))

/** The problem of a list names the item; that of one request is its own. */
const requestsIn = (json: unknown, line: number): Result.Result<ReadonlyArray<Request>, OtlpError> =>
  (Array.isArray(json) ? readList(json) : Result.map(readRequest(json), (request) => [request])).pipe(
    Result.mapError(({ message }) => new OtlpError({ line, message: shorten(message) }))
  )

/** The requests of `text`. */
const requestsOf = (text: string): Result.Result<ReadonlyArray<Request>, OtlpError> => {
  const begin = text.search(/\S/)
  if (begin < 0) return fail(1, "The file is empty.")
  const firstLine = 1 + (text.slice(0, begin).match(/\n/g)?.length ?? 0)
  const end = text.indexOf("\n", begin)
  const isOneEach = end >= 0 && Option.isSome(parseJson(text.slice(begin, end))) && /\S/.test(text.slice(end))
  if (!isOneEach) {
    const json = parseJson(text)
    if (Option.isNone(json)) return fail(firstLine, "This is no JSON, nor does each line hold some.")
    return requestsIn(json.value, firstLine)
  }
  const requests: Array<Request> = []
  for (const [index, line] of text.split("\n").entries()) {
    if (!/\S/.test(line)) continue
    const json = parseJson(line)
    if (Option.isNone(json)) return fail(index + 1, "This line is no JSON.")
    const found = requestsIn(json.value, index + 1)
    if (Result.isFailure(found)) return found
    for (const request of found.success) requests.push(request)
  }
  return Result.succeed(requests)
}

/** The spans in `text`, in the order in which they stand there. */
export const read = (text: string): Result.Result<ReadonlyArray<RecordedSpan>, OtlpError> => {
  if (text.length > maxCharacters) return fail(1, `The file has more than ${maxCharacters} characters.`)
  // Some editors begin a file with a byte order mark.
  return Result.flatMap(requestsOf(text.replace(/^\uFEFF/, "")), (requests) => {
    const found: Array<RecordedSpan> = []
    for (const request of requests)
      for (const span of spansOf(request)) {
        if (found.length >= maxSpans) return fail(1, `The file has more than ${maxSpans} spans.`)
        found.push(recordedOf(span))
      }
    return Result.succeed(found)
  })
}
