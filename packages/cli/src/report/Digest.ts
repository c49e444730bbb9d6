/**
 * Digest: what a query log says, by day and by question. Pure.
 */
import * as Quantile from "@callsheet/core/explain/Quantile"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import type { QueryRecord } from "../log/QueryRecord.ts"
import * as Samples from "./Samples.ts"

/** Shares from 0 to 1, times in milliseconds. */
const figures = {
  queries: Schema.Natural,
  /** Answered in full. */
  answeredShare: Schema.Finite,
  /** Of the time that a run took, whether it was answered or not. */
  p50Millis: Schema.Finite,
  p95Millis: Schema.Finite,
  /** A query, on average. */
  modelCalls: Schema.Finite,
  /** All together; what a provider did not tell is not in it. */
  inputTokens: Schema.Finite,
  outputTokens: Schema.Finite,
  /** Tool calls whose results came from memory or the store; null where there were no calls. */
  hitShare: Schema.NullOr(Schema.Finite)
}

export const Day = Schema.Struct({ day: Schema.String, ...figures })
export type Day = typeof Day.Type

export const Question = Schema.Struct({ question: Schema.String, ...figures })
export type Question = typeof Question.Type

const total = (records: ReadonlyArray<QueryRecord>, of: (record: QueryRecord) => number | null): number =>
  records.reduce((sum, record) => sum + (of(record) ?? 0), 0)

const figuresOf = (records: ReadonlyArray<QueryRecord>) => {
  const walls = records.map(({ wallMillis }) => wallMillis)
  const calls = total(records, ({ toolCalls }) => toolCalls)
  return {
    queries: records.length,
    answeredShare: Samples.shareOf(records, Samples.isAnswered),
    p50Millis: Quantile.of(walls, 0.5),
    p95Millis: Quantile.of(walls, 0.95),
    modelCalls: total(records, ({ modelCalls }) => modelCalls) / records.length,
    inputTokens: total(records, ({ inputTokens }) => inputTokens),
    outputTokens: total(records, ({ outputTokens }) => outputTokens),
    hitShare: calls === 0 ? null : total(records, ({ sources }) => sources.memory + sources.store) / calls
  }
}

/** By day of `zone`, in the order of `records`. */
export const days = (records: ReadonlyArray<QueryRecord>, zone: DateTime.TimeZone): ReadonlyArray<Day> => {
  const dayOf = ({ at }: QueryRecord) => DateTime.formatIsoDate(DateTime.setZone(at, zone))
  return Samples.groupBy(records, dayOf).flatMap((group) =>
    group[0] === undefined ? [] : [{ day: dayOf(group[0]), ...figuresOf(group) }]
  )
}

/** By question, as it was asked last; what was asked most often comes first. */
export const questions = (records: ReadonlyArray<QueryRecord>): ReadonlyArray<Question> =>
  Samples.groupBy(records, ({ question }) => Samples.keyOf(question))
    .flatMap((group) => {
      const last = group.at(-1)
      return last === undefined ? [] : [{ question: last.question, ...figuresOf(group) }]
    })
    .sort((a, b) => b.queries - a.queries)
