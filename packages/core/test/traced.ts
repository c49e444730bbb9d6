/**
 * Traced: the spans of runs under test, and what can be read off them.
 */
import * as Recorder from "@callsheet/core/explain/Recorder"
import { phaseEvent, phaseMillis, phaseReason, Attribute, type RecordedSpan } from "@callsheet/core/explain/Trace"
import { Effect } from "effect"

/** What `effect` came to, and its spans in the order in which they began, without those of Effect's own `LanguageModel`. */
export const traced = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const recorder = Recorder.make()
  const value = yield* recorder.record(effect)
  const startMillis = Math.min(...recorder.spans.map((span) => span.startMillis))
  const at = (millis: number) => Math.round((millis - startMillis) * 1000) / 1000
  const depthOf = ({ parentId }: RecordedSpan): number => {
    const parent = recorder.spans.find(({ spanId }) => spanId === parentId)
    return parent === undefined ? 0 : 1 + depthOf(parent)
  }
  const spans = recorder.spans
    .filter(({ name }) => !name.startsWith("LanguageModel."))
    .sort((one, other) => one.startMillis - other.startMillis || depthOf(one) - depthOf(other))
    .map((span) => ({ ...span, startMillis: at(span.startMillis), endMillis: at(span.endMillis) }))
  return { value, spans }
})

/** "chat script 0-120 in step 1", for each of `spans`. */
export const lines = (spans: ReadonlyArray<RecordedSpan>): ReadonlyArray<string> =>
  spans.map(({ endMillis, name, parentId, startMillis }) => {
    const parent = spans.find(({ spanId }) => spanId === parentId)
    return `${name} ${startMillis}-${endMillis}${parent === undefined ? "" : ` in ${parent.name}`}`
  })

/** "queueing 100 retry", for each phase that `span` tells of. */
export const phases = (span: RecordedSpan | undefined): ReadonlyArray<string> =>
  (span?.events ?? [])
    .filter(({ name }) => name === phaseEvent)
    .map(({ attributes }) =>
      [attributes[Attribute.component], attributes[phaseMillis], attributes[phaseReason]].join(" ").trim()
    )

export const named = (spans: ReadonlyArray<RecordedSpan>, name: string) => spans.filter((span) => span.name === name)

/** The attributes `keys` of each of `spans`. */
export const values = (spans: ReadonlyArray<RecordedSpan>, ...keys: ReadonlyArray<string>) =>
  spans.map(({ attributes }) => keys.map((key) => attributes[key]))
