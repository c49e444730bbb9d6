/**
 * RunTrace: the spans of one run as they are kept beside its events, for whoever asks later where its time went.
 */
import { Attribute, type RecordedSpan } from "@callsheet/core/explain/Trace"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** In characters. A run with more is kept without what its tools took and gave, or not at all. */
const maxSize = 512 * 1024

const Attributes = Schema.Record(Schema.String, Schema.Unknown)

const Span = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.String,
  /** Absent of the first. */
  parentId: Schema.optional(Schema.String),
  name: Schema.String,
  startMillis: Schema.Finite,
  endMillis: Schema.Finite,
  attributes: Attributes,
  events: Schema.Array(Schema.Struct({ name: Schema.String, atMillis: Schema.Finite, attributes: Attributes })),
  /** Absent where nothing went wrong. */
  problem: Schema.optional(Schema.String)
})
const Json = Schema.fromJsonString(Schema.Array(Span))

const encodeJson = Schema.encodeUnknownOption(Json)

const contents: ReadonlySet<string> = new Set([Attribute.callArguments, Attribute.callResult])

const withoutContent = (span: RecordedSpan): RecordedSpan => ({
  ...span,
  attributes: Object.fromEntries(Object.entries(span.attributes).filter(([key]) => !contents.has(key)))
})

/** As JSON; none where it is too large, or holds what JSON cannot spell. */
export const encode = (spans: ReadonlyArray<RecordedSpan>): Option.Option<string> => {
  const fits = (text: string) => text.length <= maxSize
  return Option.orElse(Option.filter(encodeJson(spans), fits), () =>
    Option.filter(encodeJson(spans.map(withoutContent)), fits)
  )
}

/** Fails where another version of this program wrote it. */
export const decode = (text: string): Effect.Effect<ReadonlyArray<RecordedSpan>, Schema.SchemaError> =>
  Effect.map(Schema.decodeEffect(Json)(text), (spans) =>
    spans.map(({ parentId, problem, ...span }) => ({ ...span, parentId, problem }))
  )
