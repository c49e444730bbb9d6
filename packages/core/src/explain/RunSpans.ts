/**
 * RunSpans: one run out of the spans of a file, as everything that explains it reads it.
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

import * as RunRoots from "./RunRoots.ts"
import * as RunRows from "./RunRows.ts"
import * as RunTree from "./RunTree.ts"
import type { RecordedSpan } from "./Trace.ts"

/** All times of it are milliseconds since it began; what lies outside of it is cut off. */
export interface RunSpans {
  readonly root: RunTree.Node
  readonly wallMillis: number
  /** In the order in which they began. */
  readonly rows: ReadonlyArray<RunRows.Row>
}

/** The first span of each run in `spans`, the earliest first. */
export const runs = (spans: ReadonlyArray<RecordedSpan>): ReadonlyArray<RecordedSpan> =>
  RunRoots.headsOf(RunRoots.sorted(spans)).map(({ span }) => span)

const millisOf = ({ span: { endMillis, startMillis } }: RunRoots.Head) => endMillis - startMillis

/** Why there is no run. */
export class NoRun extends Data.TaggedError("NoRun")<{ readonly message: string }> {}

/** The run that begins with `root`, one of `runs`; the longest where none is given. */
export const of = (
  spans: ReadonlyArray<RecordedSpan>,
  root: RecordedSpan | undefined
): Result.Result<RunSpans, NoRun> => {
  const sorted = RunRoots.sorted(spans)
  const heads = RunRoots.headsOf(sorted)
  const head =
    root === undefined
      ? heads.toSorted((one, other) => millisOf(other) - millisOf(one))[0]
      : heads.find(({ span }) => RunRoots.keyOf(span) === RunRoots.keyOf(root))
  if (head === undefined) return Result.fail(new NoRun({ message: whyNone(spans, root) }))
  const node = RunTree.of(head, sorted)
  return Result.succeed({ root: node, wallMillis: node.endMillis, rows: RunRows.of(node) })
}

const whyNone = (spans: ReadonlyArray<RecordedSpan>, root: RecordedSpan | undefined): string => {
  if (spans.length === 0) return "There are no spans."
  if (root !== undefined) return `No run begins with the span "${root.name}" (${root.spanId}).`
  return `None of the ${spans.length} spans is an agent's or a model call: none has gen_ai.operation.name invoke_agent or chat.`
}
