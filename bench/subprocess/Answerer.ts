/**
 * Answerer: one service, three ways to have it: where it is called, in a thread, and in a process. The threads and processes are
 * of the query, or, of a thread, one that stays.
 */
import { Worker } from "node:worker_threads"

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import * as Spawned from "../Spawned.ts"
import * as Query from "./Query.ts"
import * as Work from "./Work.ts"

/** What a query took, in milliseconds and in order; a phase that there is none of has none. */
export interface Phases {
  /** From asking for a thread or process to its first statement. */
  readonly spawn?: number
  /** Its modules, one file whose code was compiled before, and its layers. */
  readonly load?: number
  /** The job as text or as a copy, handed over and read. */
  readonly arguments?: number
  /** The question answered. Whoever is new opens its connections first. */
  readonly work: number
  /** The result made into text, or copied. */
  readonly result?: number
  /** From there until the caller has it all, as a value. */
  readonly capture?: number
  /** Until the thread or process is gone. */
  readonly end?: number
}

export interface Answered {
  readonly result: Query.Result
  readonly phases: Phases
  readonly millis: number
  /** On all processors, the caller's part too. */
  readonly processorMillis: number
  /** What the process of the query holds at its end, the thread's heap, or what the caller's heap has grown by. */
  readonly memoryBytes: number
}

/** A program that answers: `answering.ts` as one file, and where what was compiled of it is kept. */
export interface Program {
  readonly file: string
  readonly compileCache: string
}

export class Answerer extends Context.Service<
  Answerer,
  { readonly ask: (job: Query.Job) => Effect.Effect<Answered> }
>()("@callsheet/bench/Answerer") {
  /** Where it is called. */
  static readonly layerInProcess = (where: Work.Where) =>
    Layer.effect(
      Answerer,
      Effect.map(Work.make(where), (work) => ({
        ask: Effect.fnUntraced(function* (job: Query.Job) {
          const heap = process.memoryUsage().heapUsed
          const processor = process.cpuUsage()
          const begin = Query.now()
          const result = yield* work(job)
          const millis = Query.now() - begin
          const answered: Answered = {
            result,
            phases: { work: millis },
            millis,
            processorMillis: Query.processorMillis(processor),
            memoryBytes: process.memoryUsage().heapUsed - heap
          }
          return answered
        })
      }))
    )

  /** In a thread of the query. */
  static readonly layerThread = (where: Work.Where, program: Program) =>
    Layer.succeed(Answerer, {
      ask: (job) =>
        Effect.scoped(
          Effect.gen(function* () {
            const processor = process.cpuUsage()
            const begin = Query.now()
            const worker = yield* thread(where, program)
            const { marks, phases, result } = yield* posted(worker, job)
            const captured = Query.now()
            yield* Effect.promise(() => worker.terminate())
            const millis = Query.now() - begin
            const answered: Answered = {
              result,
              phases: {
                spawn: marks.begun - begin,
                load: marks.loaded - marks.begun,
                ...phases,
                end: Query.now() - captured
              },
              millis,
              processorMillis: Query.processorMillis(processor),
              memoryBytes: marks.memoryBytes
            }
            return answered
          })
        )
    })

  /** In a thread that stays. */
  static readonly layerStandingThread = (where: Work.Where, program: Program) =>
    Layer.effect(
      Answerer,
      Effect.map(thread(where, program), (worker) => ({
        ask: Effect.fnUntraced(function* (job: Query.Job) {
          const processor = process.cpuUsage()
          const begin = Query.now()
          const { marks, phases, result } = yield* posted(worker, job)
          const answered: Answered = {
            result,
            phases,
            millis: Query.now() - begin,
            processorMillis: Query.processorMillis(processor),
            memoryBytes: marks.memoryBytes
          }
          return answered
        })
      }))
    )

  /** In a process of the query. */
  static readonly layerProcess = (where: Work.Where, { compileCache, file }: Program) =>
    Layer.succeed(Answerer, {
      ask: Effect.fnUntraced(function* (job: Query.Job) {
        const processor = process.cpuUsage()
        const begin = Query.now()
        const stdin = JSON.stringify(job)
        const spawned = Query.now()
        const { endOfOutputMillis, stdout } = yield* Spawned.run({
          args: [file, JSON.stringify(where)],
          compileCache,
          stdin
        })
        const closed = Query.now()
        const [first = "", second = ""] = stdout.split("\n")
        const result = yield* Effect.orDie(decodeResult(first))
        const parsed = Query.now()
        const marks = yield* Effect.orDie(decodeMarks(second))
        const ended = spawned + endOfOutputMillis
        const answered: Answered = {
          result,
          phases: {
            spawn: marks.begun - spawned,
            load: marks.loaded - marks.begun,
            arguments: spawned - begin + (marks.read - marks.loaded),
            work: marks.answered - marks.read,
            result: marks.written - marks.answered,
            capture: ended - marks.written + (parsed - closed),
            end: closed - ended
          },
          millis: parsed - begin,
          processorMillis: marks.processorMillis + Query.processorMillis(processor),
          memoryBytes: marks.memoryBytes
        }
        return answered
      })
    })
}

const decodeResult = Schema.decodeUnknownEffect(Schema.fromJsonString(Query.Result))
const decodeMarks = Schema.decodeUnknownEffect(Schema.fromJsonString(Query.Marks))

const thread = (where: Work.Where, { compileCache, file }: Program) =>
  Effect.acquireRelease(
    Effect.sync(
      () => new Worker(file, { workerData: where, env: { ...process.env, NODE_COMPILE_CACHE: compileCache } })
    ),
    (worker) => Effect.promise(() => worker.terminate())
  )

/** Hands `job` over, and takes the two messages that come back. */
const posted = Effect.fnUntraced(function* (worker: Worker, job: Query.Job) {
  const begin = Query.now()
  const { copied, messages } = yield* Effect.callback<{
    readonly messages: ReadonlyArray<unknown>
    readonly copied: number
  }>((resume) => {
    const messages: Array<unknown> = []
    const hear = (message: unknown) => {
      if (messages.push(message) < 2) return
      worker.off("message", hear)
      worker.off("error", fail)
      resume(Effect.succeed({ messages, copied }))
    }
    const fail = (error: unknown) => resume(Effect.die(error))
    worker.on("message", hear)
    worker.on("error", fail)
    worker.postMessage(job, [])
    const copied = Query.now()
  })
  const result = yield* Effect.orDie(Schema.decodeUnknownEffect(Query.Result)(messages[0]))
  const checked = Query.now()
  const marks = yield* Effect.orDie(Schema.decodeUnknownEffect(Query.Marks)(messages[1]))
  // A thread that was there before waits for its job; a new one finds it when it is loaded.
  const isNew = marks.loaded > copied
  const phases: Phases = {
    arguments: copied - begin + (marks.read - (isNew ? marks.loaded : copied)),
    work: marks.answered - marks.read,
    result: marks.written - marks.answered,
    capture: checked - marks.written
  }
  return { result, marks, phases }
})
