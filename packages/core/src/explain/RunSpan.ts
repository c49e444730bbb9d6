/**
 * RunSpan: what the span of a whole run says of it.
 */
import type { Milestone } from "../RunLog.ts"
import type * as Span from "../Span.ts"
import { Attribute } from "./Trace.ts"

export const attributes = (agent: string): Span.Attributes => ({
  [Attribute.operation]: "invoke_agent",
  [Attribute.agent]: agent
})

/** Writes into `span` what the run's events tell of all of it. `heapUsed` is asked at its beginning and at its end. */
export const telling = (
  span: Span.Span,
  runId: string,
  heapUsed: (() => number) | undefined
): ((event: Milestone) => void) => {
  span.attribute(Attribute.runId, runId)
  const heapBytes = heapUsed?.() ?? 0
  const grown = () => span.attribute(Attribute.heapDelta, heapUsed && heapUsed() - heapBytes)
  return (event) => {
    switch (event._tag) {
      case "Routed":
        return span.attribute(Attribute.route, event.route)
      case "RunFinished":
        span.attribute(Attribute.endReason, event.reason)
        span.attribute(Attribute.steps, event.steps)
        return grown()
      case "RunFailed":
        return grown()
      default:
        return undefined
    }
  }
}
