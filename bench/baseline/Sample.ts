/**
 * Sample: one run of a question in a set-up, in this process or in one that was spawned for it, and what it took.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import { Component } from "@callsheet/core/explain/Component"
import * as Profile from "@callsheet/core/explain/Profile"
import * as Recorder from "@callsheet/core/explain/Recorder"
import type { RecordedSpan } from "@callsheet/core/explain/Trace"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import * as Runs from "./Runs.ts"
import type { SetUp } from "./SetUps.ts"

/** What whoever ran it can tell. */
export const Told = Schema.Struct({
  /** Empty where the run failed. */
  answer: Schema.String,
  /** Of the run alone, without what had to be there before it. */
  runMillis: Schema.Finite,
  modelCalls: Schema.Natural,
  /** Model calls that waited for one another. */
  chainLength: Schema.Natural,
  toolCalls: Schema.Natural,
  /** What the run was spent on, by its profile. */
  selfMillis: Schema.Record(Component, Schema.Finite),
  /** Of the process that ran it, on all processors: while it ran, or in all where it was spawned for this run. */
  processorMillis: Schema.Finite,
  /** By what the heap had grown at the run's end, garbage included; of a process that was spawned for it, all that it held then. */
  memoryBytes: Schema.Finite
})
export type Told = typeof Told.Type

export interface Sample extends Told {
  readonly question: string
  readonly setUp: SetUp
  /** As whoever asks sees it: with the process, where one was spawned. */
  readonly millis: number
  /** Of a run in this process. */
  readonly asked?: Asked
}

setFlagsFromString("--expose-gc")
const collector: unknown = runInNewContext("gc")

/** So that a run does not collect what others left. */
const collect = Effect.sync(() => {
  if (Predicate.isFunction(collector)) collector()
})

const processorMillis = ({ system, user }: NodeJS.CpuUsage) => (system + user) / 1000

/** Asks in this process, with the run's spans recorded as `callsheet profile` does. `house` is the set-up's own. */
export const ask = Effect.fnUntraced(function* ({ agent }: SetUp, house: Runs.House, question: string) {
  yield* collect
  const heap = process.memoryUsage().heapUsed
  const processor = process.cpuUsage()
  const { record, spans } = Recorder.make()
  const { answer, millis, modelCalls, toolCalls } = yield* record(Runs.ask(agent, house, question, "cold"))
  const spent = process.cpuUsage(processor)
  const memoryBytes = process.memoryUsage().heapUsed - heap
  const profile = yield* Effect.orDie(Effect.fromResult(Profile.make(spans)))
  const told: Told = {
    answer,
    runMillis: millis,
    modelCalls: modelCalls.length,
    chainLength: profile.chainLength,
    toolCalls: toolCalls.length,
    selfMillis: profile.selfMillis,
    processorMillis: processorMillis(spent),
    memoryBytes
  }
  const asked: Asked = { told, profile, spans }
  return asked
})

interface Asked {
  readonly told: Told
  readonly profile: Profile.Profile
  readonly spans: ReadonlyArray<RecordedSpan>
}

/** What a process that does nothing else has taken from its beginning, and holds at its end. Its peak would be its parent's. */
export const whole = (told: Told): Told => ({
  ...told,
  processorMillis: processorMillis(process.cpuUsage()),
  memoryBytes: process.memoryUsage.rss()
})
