/**
 * Recorder: a tracer that keeps the spans of one run in memory, and passes them on to the tracer there was before.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"

import { Attribute, type RecordedSpan, type SpanEvent } from "./Trace.ts"

/**
 * Whether arguments and results of tools are written into spans: what tells which calls were independent. Off, since they may
 * be anything: spans leave the machine where an exporter is configured. The sentence of a call that failed stands there all the
 * same: its tool's author chose what it says.
 */
export const Content = Context.Reference<boolean>("@callsheet/core/Recorder/Content", { defaultValue: () => false })

export interface Recorder {
  /** Runs `effect` with its spans recorded. */
  readonly record: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The spans that have ended, in the order in which they ended. */
  readonly spans: ReadonlyArray<RecordedSpan>
}

const contents: ReadonlySet<string> = new Set([Attribute.callArguments, Attribute.callResult])

/** Spans kept, at most: those that end later are passed on only. */
const maxSpans = 100_000

const millisOf = (nanos: bigint): number => Number(nanos) / 1e6

/** In one line, without a stack. */
const problemOf = (exit: Exit.Exit<unknown, unknown>): string | undefined =>
  exit._tag === "Success"
    ? undefined
    : Cause.hasInterruptsOnly(exit.cause)
      ? "interrupted"
      : (Cause.prettyErrors(exit.cause)[0]?.message ?? "failed").replaceAll(/\s+/g, " ")

class Recording implements Tracer.Span {
  readonly _tag = "Span"
  readonly #inner: Tracer.Span
  readonly #keep: (span: RecordedSpan) => void
  /** Whether arguments and results are kept here alone. */
  readonly #keepsContent: boolean
  readonly #events: Array<SpanEvent> = []
  readonly #attributes: Record<string, unknown> = {}

  constructor(inner: Tracer.Span, keep: (span: RecordedSpan) => void, keepsContent: boolean) {
    this.#inner = inner
    this.#keep = keep
    this.#keepsContent = keepsContent
  }

  get name() {
    return this.#inner.name
  }
  get spanId() {
    return this.#inner.spanId
  }
  get traceId() {
    return this.#inner.traceId
  }
  get parent() {
    return this.#inner.parent
  }
  get annotations() {
    return this.#inner.annotations
  }
  get status() {
    return this.#inner.status
  }
  get attributes() {
    return this.#inner.attributes
  }
  get links() {
    return this.#inner.links
  }
  get sampled() {
    return this.#inner.sampled
  }
  get kind() {
    return this.#inner.kind
  }

  attribute(key: string, value: unknown): void {
    if (this.status._tag === "Ended") return
    this.#attributes[key] = value
    if (!this.#keepsContent || !contents.has(key)) this.#inner.attribute(key, value)
  }

  event(name: string, startTime: bigint, attributes: Record<string, unknown> = {}): void {
    if (this.status._tag === "Ended") return
    this.#events.push({ name, atMillis: millisOf(startTime), attributes })
    this.#inner.event(name, startTime, attributes)
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.#inner.addLinks(links)
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    const { name, parent, spanId, status, traceId } = this.#inner
    if (status._tag === "Ended") return
    this.#inner.end(endTime, exit)
    this.#keep({
      traceId,
      spanId,
      parentId: Option.getOrUndefined(parent)?.spanId,
      name,
      startMillis: millisOf(status.startTime),
      endMillis: millisOf(endTime),
      attributes: this.#attributes,
      events: this.#events,
      problem: problemOf(exit)
    })
  }
}

/**
 * A recorder for one run; another run takes another one.
 *
 * `content`: whether arguments and results of tools are recorded. The tracer there was before is told of them only where `Content`
 * says so.
 */
export const make = ({ content = false }: { readonly content?: boolean } = {}): Recorder => {
  const spans: Array<RecordedSpan> = []
  const keep = (span: RecordedSpan) => {
    if (spans.length < maxSpans) spans.push(span)
  }
  return {
    spans,
    record: (effect) =>
      Effect.gen(function* () {
        // Who has switched tracing off is told nothing.
        const outer = (yield* References.TracerEnabled) ? yield* Effect.tracer : Tracer.nativeTracer
        const isTold = yield* Content
        const span = (options: Parameters<Tracer.Tracer["span"]>[0]) =>
          new Recording(outer.span(options), keep, content && !isTold)
        return yield* effect.pipe(
          Effect.withTracer(Tracer.make({ span, context: outer.context })),
          Effect.withTracerEnabled(true),
          Effect.provideService(Content, content || isTold)
        )
      })
  }
}
