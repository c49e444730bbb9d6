/**
 * Timings: how long the calls of each tool took in this process, and how often one was hedged.
 */

/** Samples that a tool must have before anything is said of it. */
const minSamples = 20
/** Samples kept for a tool: the last ones. */
const maxSamples = 200
/** Tools kept: those last recorded. */
const maxTools = 1000
/** Calls of a tool for one hedge of it. */
const callsPerHedge = 20
/** Samples that may come before quantiles are told from a new sorted copy. */
const maxUnsorted = 10

export interface Timings {
  /** Remembers that a call of `tool` succeeded in `millis`. */
  record(tool: string, millis: number): void
  /**
   * The duration in milliseconds that a share `q` (0 to 1) of the last 200 calls of `tool` did not exceed (nearest rank).
   *
   * Undefined while there are fewer than 20. The last 10 recorded may not yet count.
   */
  quantile(tool: string, q: number): number | undefined
  /** Counts one hedge of `tool` and answers true, where its hedges stay within 5 % of its recorded calls; else false. */
  takeHedge(tool: string): boolean
}

interface Samples {
  /** A ring once it is full: the oldest stands at `recorded % maxSamples`. */
  readonly ring: Array<number>
  recorded: number
  hedges: number
  sorted: Float64Array
  /** What `recorded` was when `sorted` was made. */
  sortedAt: number
}

export const makeUnsafe = (): Timings => {
  // The tool that was recorded longest ago stands first.
  const tools = new Map<string, Samples>()
  return {
    record: (tool, millis) => {
      const samples = tools.get(tool) ?? { ring: [], recorded: 0, hedges: 0, sorted: new Float64Array(0), sortedAt: 0 }
      tools.delete(tool)
      tools.set(tool, samples)
      samples.ring[samples.recorded % maxSamples] = millis
      samples.recorded++
      if (tools.size <= maxTools) return
      for (const oldest of tools.keys()) {
        tools.delete(oldest)
        return
      }
    },
    quantile: (tool, q) => {
      const samples = tools.get(tool)
      if (samples === undefined || samples.recorded < minSamples) return undefined
      if (samples.sorted.length === 0 || samples.recorded - samples.sortedAt >= maxUnsorted) {
        samples.sorted = Float64Array.from(samples.ring).sort()
        samples.sortedAt = samples.recorded
      }
      const { sorted } = samples
      return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]
    },
    takeHedge: (tool) => {
      const samples = tools.get(tool)
      if (samples === undefined || (samples.hedges + 1) * callsPerHedge > samples.recorded) return false
      samples.hedges++
      return true
    }
  }
}
