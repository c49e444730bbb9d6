/**
 * Spans written by hand.
 */
import { Attribute, phaseEvent, phaseMillis, type RecordedSpan, type SpanEvent } from "../../src/explain/Trace.ts"

/** When runs of these tests begin: a Unix time in milliseconds. */
export const origin = 1_700_000_000_000

interface Fields {
  readonly parent?: string
  readonly trace?: string
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly events?: ReadonlyArray<SpanEvent>
  readonly problem?: string
}

/** From `start` to `end`, milliseconds since `origin`. */
export const span = (id: string, name: string, start: number, end: number, fields: Fields = {}): RecordedSpan => ({
  traceId: fields.trace ?? "t",
  spanId: id,
  parentId: fields.parent,
  name,
  startMillis: origin + start,
  endMillis: origin + end,
  attributes: fields.attributes ?? {},
  events: fields.events ?? [],
  problem: fields.problem
})

export const run = (end: number, fields: Fields = {}): RecordedSpan =>
  span("run", "invoke_agent helper", 0, end, {
    ...fields,
    attributes: { [Attribute.operation]: "invoke_agent", [Attribute.agent]: "helper", ...fields.attributes }
  })

export const chat = (id: string, start: number, end: number, fields: Fields = {}): RecordedSpan =>
  span(id, "chat tiny", start, end, {
    parent: "run",
    ...fields,
    attributes: { [Attribute.operation]: "chat", [Attribute.requestModel]: "tiny", ...fields.attributes }
  })

/** Its span and call have one id. */
export const tool = (id: string, name: string, start: number, end: number, fields: Fields = {}): RecordedSpan =>
  span(id, `execute_tool ${name}`, start, end, {
    parent: "run",
    ...fields,
    attributes: {
      [Attribute.operation]: "execute_tool",
      [Attribute.toolName]: name,
      [Attribute.callId]: id,
      ...fields.attributes
    }
  })

/** The `millis` before `end` were spent on `component`. */
export const phase = (component: string, end: number, millis: number): SpanEvent => ({
  name: phaseEvent,
  atMillis: origin + end,
  attributes: { [Attribute.component]: component, [phaseMillis]: millis }
})
