/**
 * The process of one contestant in one setting: makes it ready, then runs what the parent tells it to.
 *
 * The contestant's module and its setting are the arguments.
 */
import { PerformanceObserver } from "node:perf_hooks"
import { setImmediate } from "node:timers/promises"
import { getHeapStatistics } from "node:v8"

import * as Predicate from "effect/Predicate"

import type { Contestant, Setting } from "./Contestant.ts"
import { answer, questionOf, type Script, scripts } from "./Workloads.ts"

/** `count` runs, each of all these scripts, one after the other. */
export interface Order {
  readonly texts: ReadonlyArray<string>
  /** The number of the first run; each script's are consecutive, and follow those of the script before it. */
  readonly from: number
  readonly count: number
  /** Runs at a time. */
  readonly concurrency: number
  /** Collects all garbage first; needs `--expose-gc`, and a young generation that holds all that the runs allocate. */
  readonly collect: boolean
}

export interface Ran {
  /** Of each run. */
  readonly millis: ReadonlyArray<number>
  /** From the first's beginning to the last's end. */
  readonly wallMillis: number
  /** User and system, of the whole process. */
  readonly cpuMillis: number
  /** By how much the heap grew. All that was allocated, if nothing was collected meanwhile. */
  readonly heapBytes: number
  /** Whether anything was collected while they ran: then `heapBytes` says nothing. */
  readonly collected: boolean
  /** Of buffers outside the heap. */
  readonly externalBytes: number
  /** The process's peak of resident memory so far. */
  readonly peakBytes: number
  /** Answers that were not as the script has them, and errors; at most 5. */
  readonly problems: ReadonlyArray<string>
}

const isOrder = (message: unknown): message is Order & { readonly id: number } =>
  Predicate.hasProperty(message, "texts") && Predicate.hasProperty(message, "id")

const [module = "", settingText = "{}"] = process.argv.slice(2)
const { contestant }: { readonly contestant: Contestant } = await import(module)
const setting: Setting = JSON.parse(settingText)
const ready = await contestant.make(setting)

const run = async (asked: ReadonlyArray<Script>, first: number, count: number, problems: Array<string>) => {
  for (const [index, script] of asked.entries()) {
    const question = questionOf(script, first + index * count)
    try {
      const said = await ready.ask(question)
      if (said !== answer && problems.length < 5) problems.push(`${question}: answered ${said.slice(0, 500)}`)
    } catch (error) {
      if (problems.length < 5)
        problems.push(`${question}: ${error instanceof Error ? error.stack?.slice(0, 500) : String(error)}`)
    }
  }
}

const turn = async () => {
  await setImmediate()
  await setImmediate()
}

const carryOut = async ({ collect, concurrency, count, from, texts }: Order): Promise<Ran> => {
  const asked = texts.flatMap((text) => scripts.get(text) ?? [])
  const problems: Array<string> = []
  const millis: Array<number> = []
  let next = 0
  const lane = async () => {
    while (next < count) {
      const first = from + next++
      const start = performance.now()
      await run(asked, first, count, problems)
      millis.push(performance.now() - start)
    }
  }
  const collections = new PerformanceObserver(() => {})
  if (collect) {
    globalThis.gc?.()
    // What is told of a collection is told two turns later.
    await turn()
    collections.observe({ entryTypes: ["gc"] })
  }
  const heap = getHeapStatistics()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await Promise.all(Array.from({ length: concurrency }, lane))
  const wallMillis = performance.now() - start
  await ready.settle?.()
  const { system, user } = process.cpuUsage(cpu)
  const after = getHeapStatistics()
  if (collect) await turn()
  const collected = collections.takeRecords().length > 0
  collections.disconnect()
  return {
    millis,
    wallMillis,
    cpuMillis: (user + system) / 1000,
    heapBytes: after.used_heap_size - heap.used_heap_size,
    collected,
    externalBytes: after.external_memory - heap.external_memory,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    problems
  }
}

process.on("message", (message) => {
  if (!isOrder(message)) return
  carryOut(message).then(
    (ran) => process.send?.({ id: message.id, ...ran }),
    (error: unknown) => process.send?.({ id: message.id, error: String(error) })
  )
})
process.on("disconnect", () => process.exit())

const { apis, hasPlans, hasTracing, name, onlyStreams, packages } = contestant
process.send?.({ name, packages, apis, hasTracing, hasPlans, onlyStreams: onlyStreams === true })
