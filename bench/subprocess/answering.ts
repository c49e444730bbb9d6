/**
 * The process, or the thread, of a query: loads what answers, reads its job, answers, and tells when it had come so far.
 *
 * A process reads its job from stdin as JSON and writes two lines, the result and its marks; a thread gets and posts both as
 * messages, one job after another.
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads"

import * as Query from "./Query.ts"

const begun = Query.now()
const [Effect, Exit, Schema, Scope, Work] = await Promise.all([
  import("effect/Effect"),
  import("effect/Exit"),
  import("effect/Schema"),
  import("effect/Scope"),
  import("./Work.ts")
])

const where: unknown = isMainThread ? JSON.parse(process.argv[2] ?? "") : workerData
const Where = Schema.Struct({
  environment: Schema.Record(Schema.String, Schema.String),
  model: Schema.String
})

const scope = Scope.makeUnsafe()
const work = await Effect.runPromise(Scope.provide(Work.make(Schema.decodeUnknownSync(Where)(where)), scope))
const loaded = Query.now()

if (isMainThread) {
  const pieces: Array<Uint8Array> = []
  for await (const piece of process.stdin) pieces.push(piece)
  const job = Schema.decodeSync(Schema.fromJsonString(Query.Job))(Buffer.concat(pieces).toString())
  const read = Query.now()
  const result = await Effect.runPromise(work(job))
  const answered = Query.now()
  const line = JSON.stringify(result)
  const marks: Query.Marks = {
    begun,
    loaded,
    read,
    answered,
    written: Query.now(),
    processorMillis: Query.processorMillis(),
    memoryBytes: process.memoryUsage.rss()
  }
  process.stdout.write(`${line}\n${JSON.stringify(marks)}\n`)
  await Effect.runPromise(Scope.close(scope, Exit.void))
} else {
  parentPort?.on("message", async (message: unknown) => {
    const job = Schema.decodeUnknownSync(Query.Job)(message)
    const read = Query.now()
    const result = await Effect.runPromise(work(job))
    const answered = Query.now()
    parentPort?.postMessage(result, [])
    const marks: Query.Marks = {
      begun,
      loaded,
      read,
      answered,
      written: Query.now(),
      processorMillis: 0,
      memoryBytes: process.memoryUsage().heapTotal
    }
    parentPort?.postMessage(marks, [])
  })
}
