/**
 * Query: one question to answer, with as much beside it as a caller hands over and gets back, and when each part of that was done.
 */
import * as Schema from "effect/Schema"

/** Titles, as tools take and give them. */
const Payload = Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
export type Payload = typeof Payload.Type

/** What is handed over. */
export const Job = Schema.Struct({ question: Schema.String, payload: Payload })
export type Job = typeof Job.Type

/** What comes back: the same payload, as results are. */
export const Result = Schema.Struct({ answer: Schema.String, payload: Payload })
export type Result = typeof Result.Type

/** When whoever answers had come so far: milliseconds since 1970, the same clock in every thread and process of a machine. */
export const Marks = Schema.Struct({
  /** Its first statement. */
  begun: Schema.Finite,
  /** Its modules, and its layers. */
  loaded: Schema.Finite,
  /** The job was there, read. */
  read: Schema.Finite,
  answered: Schema.Finite,
  /** The result was ready to be sent. */
  written: Schema.Finite,
  /** What its process, or its thread's process meanwhile, has taken on all processors. */
  processorMillis: Schema.Finite,
  /** What its process, or its thread's heap, holds at the end. */
  memoryBytes: Schema.Finite
})
export type Marks = typeof Marks.Type

export const now = (): number => performance.timeOrigin + performance.now()

export const processorMillis = (since?: NodeJS.CpuUsage): number => {
  const { system, user } = process.cpuUsage(since)
  return (system + user) / 1000
}
