/**
 * Ten: the ten questions, `off` and `on`, at the pace of a household's services and a hosted model.
 */
import * as Questions from "@callsheet/testkit/Questions"
import * as Effect from "effect/Effect"

import { quantile } from "../arena/Match.ts"
import { median, rounded, type Row } from "../Report.ts"
import * as Agents from "./Agents.ts"
import * as Answers from "./Answers.ts"
import type * as Household from "./Household.ts"
import * as Runs from "./Runs.ts"

export const about = `The ten questions, on against off, in one process. Time: of a run, once the process is up and its connections are open;
p95 of at most 20 runs of each question (off: 3), fewer where a phase takes longer than its time. Cold: nothing is remembered. Warm: after a
warm-up and one other question. Again: the same question once more. Simple questions are asked one at a time, the complex ones five side by
side. Beyond the delays: a run's time less the time in which a demo service let it wait. Services take the delays measured in a household, the
model 350 ms to the first token and 120 tokens a second, both in another process. The model is a script of written rules, which chooses
well: what depends on its choices is no measure of a real model.`

const onRounds = 20
const offRounds = 3
/** After that no round of a phase begins. */
const mostMillis = 50_000

const simple: ReadonlyArray<string> = Questions.simple
const all: ReadonlyArray<string> = [...Questions.simple, ...Questions.complex]
const millisAtMost = (question: string) => (simple.includes(question) ? 1000 : 2000)

interface Timed extends Runs.Run {
  /** Only of runs that had the services to themselves. */
  readonly beyondMillis: number | undefined
}

interface Measured {
  readonly runs: ReadonlyArray<Timed>
  /** Of each model request. */
  readonly toolBytes: ReadonlyArray<number>
}

type House = Effect.Success<typeof Household.start>

const rounds = Effect.fnUntraced(function* (
  count: number,
  round: (index: number) => Effect.Effect<ReadonlyArray<Timed>>
) {
  const end = performance.now() + mostMillis
  const runs: Array<Timed> = []
  for (let index = 0; index < count && performance.now() < end; index++) runs.push(...(yield* round(index)))
  return runs
})

/** The runs of `question`, alone. */
const alone = Effect.fnUntraced(function* <R>(house: House, runs: Effect.Effect<ReadonlyArray<Runs.Run>, never, R>) {
  yield* house.delays
  const made = yield* runs
  const delays = yield* house.delays
  return made.map((run): Timed => ({ ...run, beyondMillis: Runs.beyond(run, delays) }))
})

const beside = <R>(runs: Effect.Effect<ReadonlyArray<Runs.Run>, never, R>) =>
  Effect.map(runs, (made) => made.map((run): Timed => ({ ...run, beyondMillis: undefined })))

const measure = Effect.fnUntraced(function* <R>(
  house: House,
  count: number,
  runsOf: (question: string, other: string) => Effect.Effect<ReadonlyArray<Runs.Run>, never, R>
) {
  yield* house.toolBytes
  const context = yield* Effect.context<R>()
  const made = (question: string, index: number) => {
    // Another each time, and a simple one, which is soon answered.
    const others = simple.filter((other) => other !== question)
    return Effect.provideContext(runsOf(question, others[index % others.length] ?? ""), context)
  }
  const ofSimple = yield* rounds(count, (index) =>
    Effect.map(
      Effect.forEach(Questions.simple, (question) => alone(house, made(question, index)), { concurrency: 1 }),
      (runs) => runs.flat()
    )
  )
  const ofComplex = yield* rounds(count, (index) =>
    Effect.map(
      Effect.forEach(Questions.complex, (question) => beside(made(question, index)), { concurrency: 5 }),
      (runs) => runs.flat()
    )
  )
  const measured: Measured = { runs: [...ofSimple, ...ofComplex], toolBytes: yield* house.toolBytes }
  return measured
})

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const isSum = (value: number | null): value is number => value !== null

const sum = (values: ReadonlyArray<number | null>): number =>
  values.filter(isSum).reduce((sum, value) => sum + value, 0)

const times = (runs: ReadonlyArray<Runs.Run>): string => {
  const millis = runs.map((run) => run.millis)
  const count = `${runs.length} runs`
  return `p50 ${rounded(median(millis), 1)}, ${count}`
}

const callsOf = (runs: ReadonlyArray<Runs.Run>): string =>
  `model calls ${rounded(mean(runs.map(({ modelCalls }) => modelCalls.length)), 2)}, tool calls ${rounded(mean(runs.map(({ toolCalls }) => toolCalls.length)), 2)}`

const timeRows = (name: string, memory: Runs.Memory, runs: ReadonlyArray<Timed>, isBound: boolean) =>
  all.map((question): Row => {
    const own = runs.filter((run) => run.question === question && run.memory === memory)
    return {
      name: `${name}, ${memory}: ${question}`,
      value: quantile(
        own.map(({ millis }) => millis),
        0.95
      ),
      unit: "ms p95",
      ...(isBound && { atMost: millisAtMost(question) }),
      note: `${times(own)}; ${callsOf(own)}`
    }
  })

const beyondRows = (memory: Runs.Memory, runs: ReadonlyArray<Timed>) =>
  simple.map((question): Row => {
    const beyond = runs.flatMap((run) =>
      run.question === question && run.memory === memory ? (run.beyondMillis ?? []) : []
    )
    return {
      name: `on, ${memory}, beyond the delays: ${question}`,
      value: quantile(beyond, 0.95),
      unit: "ms p95",
      atMost: 30,
      note: `p50 ${rounded(median(beyond), 1)}, ${beyond.length} runs`
    }
  })

/** Of each question the mean, of these the mean: a question counts once, however often it was asked. */
const meanOverTen = (runs: ReadonlyArray<Timed>, of: (run: Timed) => number): number =>
  mean(all.map((question) => mean(runs.filter((run) => run.question === question).map(of))))

const totals = (name: string, { runs, toolBytes }: Measured, isBound: boolean): ReadonlyArray<Row> => {
  const modelCalls = runs.flatMap((run) => run.modelCalls)
  const input = sum(modelCalls.map(({ inputTokens }) => inputTokens))
  const cached = sum(modelCalls.map(({ cachedInputTokens }) => cachedInputTokens))
  const bytes = sum(modelCalls.map(({ requestBytes }) => requestBytes))
  const failed = runs.filter((run) => !Answers.isTrue(run.question, run.answer))
  const memories = (["cold", "warm"] as const).filter((memory) => runs.some((run) => run.memory === memory))
  return [
    ...memories.flatMap((memory): ReadonlyArray<Row> => {
      const own = runs.filter((run) => run.memory === memory)
      return [
        {
          name: `${name}, ${memory}: model calls a question`,
          value: meanOverTen(own, (run) => run.modelCalls.length),
          unit: "calls",
          ...(isBound && { atMost: 0.7 }),
          note: "mean over the ten; depends on the model choosing well"
        },
        {
          name: `${name}, ${memory}: tool calls a question`,
          value: meanOverTen(own, (run) => run.toolCalls.length),
          unit: "calls",
          note: "mean over the ten"
        }
      ]
    }),
    {
      name: `${name}: answers that name what they must`,
      value: (100 * (runs.length - failed.length)) / runs.length,
      unit: "%",
      atLeast: 100,
      note: failed.length === 0 ? `${runs.length} runs` : [...new Set(failed.map((run) => run.question))].join("; ")
    },
    {
      name: `${name}: tool definitions a model request`,
      value: mean(toolBytes),
      unit: "bytes",
      note: `${toolBytes.length} requests; a request ${rounded(bytes / modelCalls.length, 0)} bytes in all`
    },
    {
      name: `${name}: cached input tokens`,
      value: (100 * cached) / input,
      unit: "%",
      note: `${rounded(input / modelCalls.length, 0)} input tokens a request, as the stand-in counts them`
    }
  ]
}

export const rows = Effect.fnUntraced(function* (house: House) {
  const { measured: where } = house
  const onRuns = (question: string, other: string) =>
    Effect.gen(function* () {
      const cold = yield* Runs.cold(Agents.on, where, question)
      return [cold, ...(yield* Runs.warm(Agents.on, where, question, other))]
    })
  const offRuns = (question: string) => Effect.map(Runs.cold(Agents.off, where, question), (run) => [run])
  // Code is compiled and connections are open.
  yield* Effect.forEach(all, (question) => Effect.andThen(offRuns(question), onRuns(question, simple[0] ?? "")), {
    concurrency: 5,
    discard: true
  })
  const off = yield* measure(house, offRounds, offRuns)
  const on = yield* measure(house, onRounds, onRuns)
  return [
    ...timeRows("on", "cold", on.runs, true),
    ...timeRows("on", "warm", on.runs, true),
    ...timeRows("on", "again", on.runs, false),
    ...timeRows("off", "cold", off.runs, false),
    ...beyondRows("cold", on.runs),
    ...beyondRows("warm", on.runs),
    ...totals("on", on, true),
    ...totals("off", off, false)
  ]
})
