/**
 * simulator: when each call of a graph starts and ends, by going through the events one at a time.
 *
 * It states the rules a second time, as plainly as it can and with no regard for speed, and imports nothing that it checks:
 *
 * 1. All calls come in call order at 0: first those that only read, then, as the message ends, those that write.
 * 2. A call waits for the calls it needs and, unless both only read, for each earlier one that has not ended and may touch the
 *    same. What a call touches may be unknown until its needs have ended. One whose need failed fails there and then, without
 *    running.
 * 3. A read whose equal is in flight, be it that this waits for a place, takes its outcome, unless what it reads was written
 *    since.
 * 4. A call starts where its run, its tool and its upstream all have room, else it waits for them. When a call ends, its
 *    places are free first; then waiting calls are admitted, those that came at the earliest instant first, and of these
 *    those that come first in call order; only then comes what waited for the end.
 * 5. Ends of the same instant are handled one after another, each with all that follows from it: of tools in the order in
 *    which they started, of calls that share one outcome the one that asked before those that share it. Those that have
 *    nothing left to wait for by an end, and by the failures that followed from it, come in call order.
 * 6. Of the calls that start by one end, those that came by it start first, then those that were admitted by it.
 */

type Tags = ReadonlyArray<string> | "anything" | undefined

export interface Call {
  readonly tool: string
  readonly isReadOnly: boolean
  readonly upstream: string | undefined
  /** What it touches; `undefined`: all of its upstream. */
  readonly tags: ReadonlyArray<string> | undefined
  /** What is known of that before its needs have ended: `anything` where it depends on its arguments. */
  readonly tagsBefore: Tags
  /** Equal for calls of equal arguments. */
  readonly key: string
  /** Indexes of earlier calls whose results its arguments hold. */
  readonly needs: ReadonlyArray<number>
  readonly millis: number
  readonly isFailing: boolean
}

export interface Limits {
  readonly run: number
  readonly tool: (name: string) => number
  readonly upstream: (name: string) => number
}

export interface Course {
  /** `none`: it did not run, because something it needs failed. */
  readonly source: "upstream" | "shared" | "none"
  readonly startMillis: number
  readonly endMillis: number
  readonly ok: boolean
  /** The first of its needs that had failed when it did, where it did not run. */
  readonly because: number | undefined
}

/** One run of a tool, for the call that asked first and for those that share it. */
interface Execution {
  readonly call: Call
  readonly index: number
  readonly cameMillis: number
  readonly writesBefore: number
  readonly sharers: Array<{ readonly index: number; readonly startMillis: number }>
  startMillis: number
  endMillis: number
  started: number
}

/** Whether two calls may touch the same, from what is known of their tags. */
export const meet = ([one, tags]: readonly [Call, Tags], [other, otherTags]: readonly [Call, Tags]): boolean => {
  if (tags?.length === 0 || otherTags?.length === 0) return false
  if (tags === "anything" || otherTags === "anything") return true
  if (tags !== undefined && otherTags !== undefined) return tags.some((tag) => otherTags.includes(tag))
  return one.upstream === undefined || other.upstream === undefined || one.upstream === other.upstream
}

/** The course of each of `calls`, in call order. */
export const simulate = (calls: ReadonlyArray<Call>, limits: Limits): ReadonlyArray<Course> => {
  const courses: Array<Course | undefined> = calls.map(() => undefined)
  const running = new Set<Execution>()
  const queue: Array<Execution> = []
  const inFlight = new Map<string, Execution>()
  const written: Array<Call> = []
  let now = 0
  let started = 0
  const hasCome = new Set<number>()

  const hasEnded = (index: number) => courses[index] !== undefined
  const tagsOf = (call: Call): Tags => (call.needs.every(hasEnded) ? call.tags : call.tagsBefore)
  /** Whether it has nothing left to wait for. */
  const isFree = (call: Call, index: number): boolean =>
    call.needs.every(hasEnded) &&
    calls
      .slice(0, index)
      .every(
        (other, earlier) =>
          hasEnded(earlier) ||
          (call.isReadOnly && other.isReadOnly) ||
          !meet([call, tagsOf(call)], [other, tagsOf(other)])
      )

  const countRunning = (isAlike: (call: Call) => boolean) => [...running].filter(({ call }) => isAlike(call)).length
  const hasRoom = ({ tool, upstream }: Call) =>
    running.size < limits.run &&
    countRunning((other) => other.tool === tool) < limits.tool(tool) &&
    (upstream === undefined || countRunning((other) => other.upstream === upstream) < limits.upstream(upstream))

  const occupy = (execution: Execution) => {
    running.add(execution)
    execution.startMillis = now
    execution.endMillis = now + execution.call.millis
  }

  const come = (index: number, call: Call) => {
    hasCome.add(index)
    const equal = call.isReadOnly ? inFlight.get(call.key) : undefined
    if (equal !== undefined && !written.slice(equal.writesBefore).some((w) => meet([w, w.tags], [call, call.tags]))) {
      equal.sharers.push({ index, startMillis: now })
      return
    }
    const writesBefore = written.length
    const execution: Execution = {
      call,
      index,
      cameMillis: now,
      writesBefore,
      sharers: [],
      startMillis: 0,
      endMillis: 0,
      started: 0
    }
    if (call.isReadOnly) inFlight.set(call.key, execution)
    if (!hasRoom(call)) return void queue.push(execution)
    occupy(execution)
    execution.started = started++
  }

  /** Ends a call, and with it those that need it where it failed. */
  const end = (index: number, course: Course) => {
    courses[index] = course
    if (course.ok) return
    for (const [later, { needs }] of calls.entries()) {
      if (!needs.includes(index) || hasEnded(later)) continue
      const because = needs.find((need) => courses[need]?.ok === false)
      end(later, { source: "none", startMillis: now, endMillis: now, ok: false, because })
    }
  }

  /** Lets come those that have nothing left to wait for, in call order. */
  const letCome = (isAllowed: (call: Call) => boolean) => {
    for (const [index, call] of calls.entries()) {
      if (!hasCome.has(index) && !hasEnded(index) && isAllowed(call) && isFree(call, index)) come(index, call)
    }
  }
  const settle = (index: number, course: Course) => {
    end(index, course)
    letCome(() => true)
  }

  /** Admits from the queue while anything there has room. */
  const admit = (): ReadonlyArray<Execution> => {
    const admitted: Array<Execution> = []
    for (;;) {
      const [next] = queue
        .filter(({ call }) => hasRoom(call))
        .sort((one, other) => one.cameMillis - other.cameMillis || one.index - other.index)
      if (next === undefined) return admitted
      queue.splice(queue.indexOf(next), 1)
      occupy(next)
      admitted.push(next)
    }
  }

  letCome(({ isReadOnly }) => isReadOnly)
  letCome(({ isReadOnly }) => !isReadOnly)
  for (;;) {
    const [ended] = [...running].sort((one, other) => one.endMillis - other.endMillis || one.started - other.started)
    if (ended === undefined) break
    const { call, endMillis, index, sharers, startMillis } = ended
    now = endMillis
    running.delete(ended)
    const admitted = admit()
    if (call.isReadOnly) {
      if (inFlight.get(call.key) === ended) inFlight.delete(call.key)
    } else written.push(call)
    const ok = !call.isFailing
    settle(index, { source: "upstream", startMillis, endMillis, ok, because: undefined })
    for (const sharer of sharers) {
      settle(sharer.index, { source: "shared", startMillis: sharer.startMillis, endMillis, ok, because: undefined })
    }
    for (const execution of admitted) execution.started = started++
  }
  return courses.map((course, index) => {
    if (course === undefined) throw new Error(`call ${index} never ends`)
    return course
  })
}
