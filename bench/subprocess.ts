/**
 * `subprocess`: what it costs to have a question answered somewhere else than where it is asked.
 */
import { enableCompileCache } from "node:module"
import { join } from "node:path"

import * as Demo from "@callsheet/testkit/demo/DemoLibrary"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as ColdStart from "./arena/ColdStart.ts"
import { rotated } from "./arena/Match.ts"
import * as Household from "./baseline/Household.ts"
import * as Bundle from "./Bundle.ts"
import { median, rounded, type Row, type Suite } from "./Report.ts"
import * as Spawned from "./Spawned.ts"
import { type Answered, Answerer, type Phases, type Program } from "./subprocess/Answerer.ts"
import type { Job, Payload } from "./subprocess/Query.ts"
import type { Where } from "./subprocess/Work.ts"

const rounds = 20

const about = `The same question answered through one service with four layers: in the process that asks, in a thread of the query, in a thread that
stays, and in a process of the query; each with a list of titles that is handed over and comes back, of 2 KB, 6 KB and 1 MB of JSON. Medians
of ${rounds} rounds, in turns, one query at a time. Services and a scripted model in another process, without latency, so that what is measured is
what surrounds the work. Thread and process run one file, whose code was compiled before. Load: modules and layers. Arguments and result: made
into text or copied, and read. Capture: from there until the caller has all of it as a value. A phase is told by the clock of whoever ends it.
Processor time is that of all processors, the caller's part too. The built command is the same question to \`callsheet ask --json\`,
which does more: it reads settings, and foresees.`

const question = "Show me recent movies"

const sizes = { "2 KB": 2000, "6 KB": 6000, "1 MB": 1_000_000 } as const

/** Titles of the demo library, over and over, until they are `bytes` of JSON. */
const payloadOf = (bytes: number): Payload => {
  const titles: Array<Payload[number]> = []
  let length = 2
  for (let index = 0; length < bytes; index++) {
    const { genres, tmdbId, title, voteAverage, year } = Demo.films[index % Demo.films.length] ?? {}
    const item = { title, year, kind: "movie", tmdbId, rating: voteAverage, genres, inLibrary: true, watched: false }
    titles.push(item)
    length += JSON.stringify(item).length + 1
  }
  return titles
}

interface Contestant {
  readonly name: string
  readonly ask: (job: Job) => Effect.Effect<Answered>
  /** What its memory is. */
  readonly memory: string
}

const contestant = Effect.fnUntraced(function* (name: string, memory: string, layer: Layer.Layer<Answerer>) {
  const { ask } = Context.get(yield* Layer.build(layer), Answerer)
  const made: Contestant = { name, ask, memory }
  return made
})

const contestants = (where: Where, program: Program) =>
  Effect.all(
    [
      contestant("in process", "of heap more", Answerer.layerInProcess(where)),
      contestant("thread a query", "heap of the thread", Answerer.layerThread(where, program)),
      contestant("thread that stays", "heap of the thread", Answerer.layerStandingThread(where, program)),
      contestant("process a query", "held by the process", Answerer.layerProcess(where, program))
    ],
    { concurrency: 1 }
  )

const phases = ["spawn", "load", "arguments", "work", "result", "capture", "end"] as const satisfies ReadonlyArray<
  keyof Phases
>

const rowsOf = ({ memory, name }: Contestant, size: string, answers: ReadonlyArray<Answered>): ReadonlyArray<Row> => {
  const of = (value: (answered: Answered) => number) => median(answers.map(value))
  const whole: Row = {
    name: `${name}, ${size}: whole`,
    value: of(({ millis }) => millis),
    unit: "ms",
    note: `processor ${rounded(
      of(({ processorMillis }) => processorMillis),
      1
    )} ms; ${rounded(of(({ memoryBytes }) => memoryBytes) / 1e6, 1)} MB ${memory}`
  }
  const parts = phases.flatMap((phase) => {
    const millis = answers.flatMap((answered) => answered.phases[phase] ?? [])
    return millis.length === 0 ? [] : [{ name: `${name}, ${size}: ${phase}`, value: median(millis), unit: "ms" }]
  })
  return [whole, ...parts]
}

/** The command as it is shipped, from the spawning of it to its end. */
const command = Effect.fnUntraced(function* ({ environment, model }: Where, compileCache: string) {
  yield* ColdStart.build
  const file = join(import.meta.dirname, "../packages/cli/dist/callsheet.js")
  const once = Spawned.run({
    args: [file, "ask", question, "--json"],
    env: { ...environment, OPENAI_BASE_URL: model, OPENAI_API: "responses" },
    compileCache
  })
  yield* once
  const millis: Array<number> = []
  for (let round = 0; round < rounds; round++) millis.push((yield* once).millis)
  const row: Row = {
    name: "built command: whole",
    value: median(millis),
    unit: "ms",
    note: `least ${rounded(Math.min(...millis), 0)}; ${rounds} runs one after another, after the others`
  }
  return row
})

const rows = Effect.gen(function* () {
  const { instant } = yield* Household.start
  const compileCache = yield* Bundle.folder("compiled")
  const file = yield* Bundle.make(new URL("subprocess/answering.ts", import.meta.url))
  yield* Effect.sync(() => enableCompileCache(compileCache))
  const all = yield* contestants(instant, { file, compileCache })
  const answers = new Map<string, Array<Answered>>()
  const jobs = Object.entries(sizes).map(([size, bytes]) => ({ size, job: { question, payload: payloadOf(bytes) } }))
  for (let round = -2; round < rounds; round++) {
    for (const { job, size } of jobs) {
      for (const one of rotated(all, round + 2)) {
        const answered = yield* one.ask(job)
        if (answered.result.payload.length !== job.payload.length || answered.result.answer === "") {
          return yield* Effect.die(new Error(`${one.name} lost something of ${size}.`))
        }
        const key = `${one.name} ${size}`
        if (round >= 0) answers.set(key, [...(answers.get(key) ?? []), answered])
      }
    }
  }
  const rows = jobs.flatMap(({ size }) =>
    all.flatMap((one) => rowsOf(one, size, answers.get(`${one.name} ${size}`) ?? []))
  )
  return [...rows, yield* command(instant, compileCache)]
})

export const suite: Suite = { about, rows: Effect.scoped(rows) }
