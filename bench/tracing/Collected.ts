/**
 * Collected: what a collector got, and whether it is whole: runs that are alike must have sent as many spans each, every span
 * once, and every parent must be there.
 */
import * as Predicate from "effect/Predicate"

export interface Tally {
  readonly traces: number
  readonly spans: number
  /** Spans that came more than once. */
  readonly doubled: number
  /** Spans whose parent never came. */
  readonly orphans: number
  /** Traces with another number of spans than most, or without a root of their own. */
  readonly odd: number
  /** Of the bodies, and how many there were. */
  readonly bytes: number
  readonly requests: number
}

export const isTally = (value: unknown): value is Tally => Predicate.hasProperty(value, "doubled")

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
}

const list = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const found = Predicate.hasProperty(value, key) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}

const text = (value: unknown, key: string): string =>
  Predicate.hasProperty(value, key) && typeof value[key] === "string" ? value[key] : ""

const spansOf = (body: unknown): ReadonlyArray<Span> =>
  list(body, "resourceSpans")
    .flatMap((resource) => list(resource, "scopeSpans"))
    .flatMap((scope) => list(scope, "spans"))
    .map((span) => ({
      traceId: text(span, "traceId"),
      spanId: text(span, "spanId"),
      parentSpanId: text(span, "parentSpanId") || undefined
    }))

const commonest = (numbers: ReadonlyArray<number>): number =>
  [...Map.groupBy(numbers, (number) => number)].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? 0

/** What `spans` amount to. Pure. */
const tally = (spans: ReadonlyArray<Span>): Omit<Tally, "bytes" | "requests"> => {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const traces = [...Map.groupBy(spans, ({ traceId }) => traceId).values()]
  const usual = commonest(traces.map(({ length }) => length))
  return {
    traces: traces.length,
    spans: spans.length,
    doubled: spans.length - ids.size,
    orphans: spans.filter(({ parentSpanId }) => parentSpanId !== undefined && !ids.has(parentSpanId)).length,
    odd: traces.filter(
      (trace) => trace.length !== usual || trace.filter(({ parentSpanId }) => parentSpanId === undefined).length !== 1
    ).length
  }
}

export const make = () => {
  let spans: Array<Span> = []
  let bytes = 0
  let requests = 0
  return {
    add: (size: number, body: unknown) => {
      spans.push(...spansOf(body))
      bytes += size
      requests++
    },
    /** What came since the last time. */
    take: (): Tally => {
      const taken = { ...tally(spans), bytes, requests }
      spans = []
      bytes = 0
      requests = 0
      return taken
    }
  }
}
