/**
 * CallSpan: the spans of one step's tool calls, each from when its inputs, approval and turn are there until it settles. What
 * its attempts do stands under it. A failed call is a failed span, though it is a result to everybody else.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"

import type { ToolSource } from "../AgentEvent.ts"
import { Attribute } from "../explain/Trace.ts"
import * as CallIds from "../model/CallIds.ts"
import * as Measured from "../model/Measured.ts"
import type * as Span from "../Span.ts"
import type * as Attempt from "./Attempt.ts"
import * as Failure from "./Failure.ts"
import * as Graph from "./Graph.ts"
import type * as Policy from "./Policy.ts"

class FailedCall extends Data.TaggedError("FailedCall")<{ readonly problem: string }> {
  override get message(): string {
    return this.problem
  }
}

export interface Asked {
  readonly input: unknown
  /** The calls whose results the input is made of. */
  readonly sources: ReadonlyArray<string>
}

export interface CallSpans {
  /** `executed` in the span of `node`, which begins with it, and ends with it at the latest. */
  readonly around: <R>(
    node: Graph.Node,
    rules: Policy.ToolRules,
    asked: Asked,
    executed: Effect.Effect<void, never, R>
  ) => Effect.Effect<void, never, R>
  /** `node` has settled. `shown` is what the model reads of it, if it does. Of a node without a span nothing is said. */
  readonly end: (
    node: Graph.Node,
    outcome: Attempt.Outcome,
    source: ToolSource,
    shown: Attempt.Outcome | undefined
  ) => void
}

/** In one word, of which there are few. */
const errorTypeOf = ({ failure }: Attempt.Outcome): string => {
  const tag = Failure.tagOf(failure)
  return Predicate.isString(tag) ? tag : "_OTHER"
}

/** For step `step`, under `parent`, of a run that goes on for `elapsedMillis`. */
export const make = (step: number, parent: Span.Span, elapsedMillis: () => number): CallSpans => {
  const spans = new Map<Graph.Node, Span.Span>()
  const queueOf = (node: Graph.Node) => Graph.queueMillis(node, elapsedMillis())
  return {
    around: (node, { isReadOnly, upstream }, { input, sources }, executed) => {
      const { id, name } = node
      const origin = CallIds.originOf(id)
      const span = parent.child(`execute_tool ${name}`, {
        [Attribute.operation]: "execute_tool",
        [Attribute.toolName]: name,
        [Attribute.toolType]: "function",
        [Attribute.callId]: id,
        [Attribute.origin]: origin,
        [Attribute.isReadOnly]: isReadOnly
      })
      // What no model asked for belongs to no step.
      if (origin === "model") span.attribute(Attribute.step, step)
      span.attribute(Attribute.upstream, upstream)
      if (sources.length > 0) span.attribute(Attribute.waitsFor, sources)
      if (parent.hasContent) span.attribute(Attribute.callArguments, JSON.stringify(input))
      spans.set(node, span)
      return span.around(
        Effect.onExit(executed, () =>
          Effect.sync(() => {
            // Of one that was left nothing more is told.
            if (spans.delete(node)) span.attribute(Attribute.queueWait, queueOf(node))
          })
        )
      )
    },
    end: (node, outcome, source, shown) => {
      const span = spans.get(node)
      if (span === undefined) return
      spans.delete(node)
      const { ok, problem, text } = outcome
      span.attribute(Attribute.source, source)
      span.attribute(Attribute.queueWait, queueOf(node))
      span.attribute(Attribute.retries, node.retries)
      span.attribute(Attribute.resultBytes, Measured.bytesOf(text))
      span.attribute(Attribute.shownBytes, shown && Measured.bytesOf(shown.text))
      if (parent.hasContent) span.attribute(Attribute.callResult, text)
      if (ok) return span.end()
      span.attribute(Attribute.errorType, errorTypeOf(outcome))
      span.end(Exit.fail(new FailedCall({ problem: problem ?? "failed" })))
    }
  }
}
