/**
 * Match: contestants against each other. One server for all, a process for each contestant in each setting, the order
 * rotated, each run checked, and ratios taken within a rotation.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"

import { median } from "../Report.ts"
import * as Child from "./Child.ts"
import type { Setting } from "./Contestant.ts"
import type * as Record from "./Record.ts"
import type * as Runner from "./runner.ts"
import type { Workload } from "./Workloads.ts"

/** The scripted server without latency, at the pace of a hosted model, or another server that plays the same scripts. */
export type Pace = "fast" | "real" | "aimock"

export interface Entry {
  readonly name: string
  readonly module: URL
  readonly tracing: boolean
  readonly plans: boolean
}

export interface Mode {
  readonly pace: Pace
  readonly api: Setting["api"]
  readonly streaming: boolean
}

export interface Options {
  readonly count: number
  readonly concurrency?: number
  readonly collect?: boolean
}

/** What came of some runs of one workload. */
export interface Outcome extends Runner.Ran {
  /** Wall time for each run. */
  readonly millisPerRun: number
  /** Of the server: see `Record.Answer`. */
  readonly startMillis: ReadonlyArray<number>
  readonly modelCalls: number
  readonly toolCalls: number
}

/** A contestant in its process. */
export interface Seat {
  readonly entry: Entry
  /** What was not as the scripts have it, in any run so far. */
  readonly problems: Array<string>
  readonly run: (workload: Workload, options: Options) => Effect.Effect<Outcome>
}

export interface Arena {
  /** Starts a contestant; its process ends with the scope. `execArgv` are options of Node. */
  readonly seat: (entry: Entry, mode: Mode, execArgv?: ReadonlyArray<string>) => Effect.Effect<Seat, never, Scope.Scope>
  /** All that were started, those that have ended included. */
  readonly seats: ReadonlyArray<Seat>
}

/** Of runs that were not as the script has them, or of a process that broke down. */
const nothing: Outcome = {
  millis: [],
  wallMillis: Number.NaN,
  cpuMillis: Number.NaN,
  heapBytes: Number.NaN,
  collected: false,
  externalBytes: Number.NaN,
  peakBytes: Number.NaN,
  problems: [],
  millisPerRun: Number.NaN,
  startMillis: [],
  modelCalls: 0,
  toolCalls: 0
}

const isUrls = (value: unknown): value is { readonly modelUrl: string; readonly toolUrl: string } =>
  Predicate.hasProperty(value, "modelUrl") && Predicate.hasProperty(value, "toolUrl")

const isRan = (value: unknown): value is Runner.Ran => Predicate.hasProperty(value, "millis")
const isRecord = (value: unknown): value is Record.Answer => Predicate.hasProperty(value, "problems")

const here = (file: string) => new URL(file, import.meta.url)

/** The server's process, and all runs numbered. */
export const make: Effect.Effect<Arena, never, Scope.Scope> = Effect.gen(function* () {
  const server = yield* Child.start(here("server.ts"))
  const urls = server.greeting
  if (!isUrls(urls)) return yield* Effect.die(new Error("The server did not say where it is."))
  const seats: Array<Seat> = []
  // In this scope, whoever is the first to want it.
  const aimock = yield* Effect.cached(
    Effect.provideService(Child.start(here("aimock.ts")), Scope.Scope, yield* Effect.scope)
  )
  let nextRun = 1

  /** Six digits, round and round: what the server saw of a run is forgotten once it is checked. */
  const take = (count: number): number => {
    if (nextRun + count > 999_999) nextRun = 1
    const first = nextRun
    nextRun += count
    return first
  }

  const seat = Effect.fnUntraced(function* (entry: Entry, mode: Mode, execArgv: ReadonlyArray<string> = []) {
    const hasOtherModel = mode.pace === "aimock"
    const setting: Setting = {
      baseUrl: hasOtherModel ? String((yield* aimock).greeting) : `${urls.modelUrl}/${mode.pace}/v1`,
      toolUrl: `${urls.toolUrl}/${hasOtherModel ? "fast" : mode.pace}`,
      api: mode.api,
      streaming: mode.streaming,
      tracing: entry.tracing,
      plans: entry.plans
    }
    const args = [entry.module.href, JSON.stringify(setting)]
    const problems: Array<string> = []
    const runner = yield* Child.start(here("runner.ts"), { args, execArgv })
    /** A contestant that breaks down loses its own rows, and no others'. */
    const brokenDown = (defect: unknown) => {
      problems.push(String(defect))
      return Effect.succeed(nothing)
    }

    const run = Effect.fnUntraced(function* (workload: Workload, options: Options) {
      const { collect = false, concurrency = 1, count } = options
      const texts = workload.scripts.map(({ text }) => text)
      const from = take(count * texts.length)
      const ran = yield* runner.ask({ texts, from, count, concurrency, collect } satisfies Runner.Order, isRan)
      const before = problems.length
      problems.push(...ran.problems)
      const startMillis: Array<number> = []
      let modelCalls = 0
      let toolCalls = 0
      for (const [index, text] of texts.entries()) {
        const seen = yield* server.ask({ text, from: from + index * count, count, hasOtherModel }, isRecord)
        problems.push(...seen.problems)
        startMillis.push(...seen.startMillis)
        modelCalls += seen.modelCalls
        toolCalls += seen.toolCalls
      }
      // What did something else is no measurement.
      if (problems.length > before) return nothing
      return { ...ran, millisPerRun: ran.wallMillis / count, startMillis, modelCalls, toolCalls }
    })
    const made: Seat = {
      entry,
      problems,
      run: (workload, options) => Effect.catchDefect(run(workload, options), brokenDown)
    }
    seats.push(made)
    return made
  })
  return { seat, seats }
})

/** `values`, beginning with another one each time. */
export const rotated = <A>(values: ReadonlyArray<A>, by: number): ReadonlyArray<A> => [
  ...values.slice(by % values.length),
  ...values.slice(0, by % values.length)
]

export const geometricMean = (values: ReadonlyArray<number>): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

/** The value that a share `q` of `values` does not exceed. */
export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

/** What a seat came to, workload by workload, rotation by rotation. */
export class Scores {
  readonly #outcomes = new Map<string, Array<Outcome>>()

  add({ entry }: Seat, { key }: Workload, outcome: Outcome): void {
    const place = `${entry.name} ${key}`
    const outcomes = this.#outcomes.get(place)
    if (outcomes === undefined) this.#outcomes.set(place, [outcome])
    else outcomes.push(outcome)
  }

  of(name: string, key: string): ReadonlyArray<Outcome> {
    return this.#outcomes.get(`${name} ${key}`) ?? []
  }

  /** Milliseconds a run, the median of the rotations. */
  millis(name: string, key: string): number {
    return median(this.of(name, key).map(({ millisPerRun }) => millisPerRun))
  }

  /** Of each rotation: the geometric mean over `keys` of a run's time against `base`'s in the same rotation. */
  ratios(name: string, base: string, keys: ReadonlyArray<string>): ReadonlyArray<number> {
    const rotations = this.of(name, keys[0] ?? "").length
    return Array.from({ length: rotations }, (_, rotation) => {
      const millis = (who: string, key: string) => this.of(who, key)[rotation]?.millisPerRun ?? Number.NaN
      return geometricMean(keys.map((key) => millis(name, key) / millis(base, key)))
    })
  }
}

/** All of `workloads` by all of `seats`, `rotations` times; another seat goes first each time. */
export const rotate = Effect.fnUntraced(function* (
  seats: ReadonlyArray<Seat>,
  workloads: ReadonlyArray<Workload>,
  rotations: number,
  options: (workload: Workload) => Options
) {
  const scores = new Scores()
  for (let rotation = 0; rotation < rotations; rotation++) {
    for (const workload of workloads) {
      for (const seat of rotated(seats, rotation))
        scores.add(seat, workload, yield* seat.run(workload, options(workload)))
    }
  }
  return scores
})
