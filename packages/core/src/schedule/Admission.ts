/**
 * Admission: places to run in, for each run, each tool and each upstream, fair between the runs of one process.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** What a call asks for. A limit below 1 counts as 1; `Infinity` is no limit. */
export interface Request {
  /** Identity of the run: the same object for all its calls. */
  readonly run: object
  readonly runLimit: number
  readonly tool: string
  readonly toolLimit: number
  readonly upstream: string | undefined
  readonly upstreamLimit: number
  /** The call's place among the calls of its run; lower goes first. */
  readonly order: number
  /** Called once where it does not get its places at once, when it begins to wait for them. */
  readonly onWait?: () => void
}

export interface Admission {
  /**
   * Runs `effect` in one place each of its run, its tool and its upstream, waiting until all three have one.
   *
   * **Details**
   *
   * 1. A call takes all its places at once or none: when it comes, if all have room, else when another call ends.
   * 2. So every call that waits lacks a place, and one that waits for its tool holds up no call of another tool, not even a
   *    later one of its own run.
   * 3. When a call ends (success, failure, defect or interruption), its places are free first. Then, in the same instant,
   *    waiting calls are admitted one by one until none can be. Only then goes on what follows from the end: calls that
   *    become ready by it find those places taken.
   * 4. Of the calls that could be admitted the next is the one whose run has the fewest running calls at that moment; among
   *    those, the one that came at the earliest instant (millisecond of `Clock`); among those, the one with the lowest
   *    `order`; among those, the one that came first. Within a run that is: first come, first served, and by `order` where
   *    calls came at the same instant.
   * 5. Ends that fall on the same instant are handled one after another, each with all that follows from it.
   *
   * Interrupting a call that waits takes it out at once, and no other call gains or loses by it.
   *
   * **Gotchas**
   *
   * A limit is its run's, tool's or upstream's: the first one stated holds until nothing runs or waits there. A call that
   * states `Infinity` for its tool or upstream is not counted there; the calls of a run are always counted.
   *
   * O(1) while nothing waits. Else an end looks at the first waiting call of each combination of run, tool and upstream that
   * shares a place with the ended call.
   */
  withPlace<A, E, R>(request: Request, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R>
  /** Whether less than half of the places that `request` would take are taken: what may be wanted later stays free. */
  hasSpare(request: Request): boolean
  /** Calls that wait, over all runs. */
  readonly waiting: number
  /** Calls that run, over all runs. */
  readonly running: number
}

/** The places of a run, a tool or an upstream. */
interface Places {
  limit: number
  running: number
  /** Groups that hold a waiting call which needs a place here. */
  readonly groups: Set<Group>
}

/** The run's places first, then those of its tool and its upstream, where limited. */
type Needs = readonly [run: Places, ...others: ReadonlyArray<Places>]

/** The waiting calls that need the same places, linked, the next to be admitted first. */
interface Group {
  readonly needs: Needs
  first: Waiting | undefined
  last: Waiting | undefined
}

interface Waiting {
  readonly group: Group
  readonly sinceMillis: number
  readonly order: number
  readonly sequence: number
  previous: Waiting | undefined
  next: Waiting | undefined
  isAdmitted: boolean
  resume: (() => void) | undefined
}

const hasRoom = (needs: Needs): boolean => {
  for (const places of needs) if (places.running >= places.limit) return false
  return true
}

/** Rule 4. */
const goesBefore = (one: Waiting, other: Waiting): boolean =>
  (one.group.needs[0].running - other.group.needs[0].running ||
    one.sinceMillis - other.sinceMillis ||
    one.order - other.order ||
    one.sequence - other.sequence) < 0

/** Of all waiting calls that need a place that `needs` names, the next to be admitted, where one can be. */
const nextOf = (needs: Needs): Waiting | undefined => {
  let next: Waiting | undefined
  for (const places of needs) {
    for (const { first, needs } of places.groups) {
      if (first !== undefined && hasRoom(needs) && (next === undefined || goesBefore(first, next))) next = first
    }
  }
  return next
}

/** Links `call` into its group: behind the last that goes before it, which is mostly the last of all. */
const link = (call: Waiting): void => {
  const { group } = call
  let previous = group.last
  while (previous !== undefined && goesBefore(call, previous)) previous = previous.previous
  const next = previous === undefined ? group.first : previous.next
  call.previous = previous
  call.next = next
  if (previous === undefined) group.first = call
  else previous.next = call
  if (next === undefined) group.last = call
  else next.previous = call
}

const unlink = ({ group, next, previous }: Waiting): void => {
  if (previous === undefined) group.first = next
  else previous.next = next
  if (next === undefined) group.last = previous
  else next.previous = previous
}

const placesOf = <Key>(
  all: { get(key: Key): Places | undefined; set(key: Key, places: Places): unknown },
  key: Key,
  limit: number
): Places => {
  const known = all.get(key)
  if (known === undefined) {
    const places: Places = { limit: Math.max(1, limit), running: 0, groups: new Set() }
    all.set(key, places)
    return places
  }
  if (known.running === 0 && known.groups.size === 0) known.limit = Math.max(1, limit)
  return known
}

/** Admission for one process, or for a part of it that shares no limits with the rest. */
export const makeUnsafe = (): Admission => {
  const runs = new WeakMap<object, Places>()
  // Never emptied: there are as many names as toolkits have.
  const tools = new Map<string, Places>()
  const upstreams = new Map<string, Places>()
  let running = 0
  let waiting = 0
  let sequence = 0

  const needsOf = ({ run, runLimit, tool, toolLimit, upstream, upstreamLimit }: Request): Needs => {
    const ofRun = placesOf(runs, run, runLimit)
    const isOpen = upstream === undefined || upstreamLimit === Infinity
    if (toolLimit === Infinity) return isOpen ? [ofRun] : [ofRun, placesOf(upstreams, upstream, upstreamLimit)]
    const ofTool = placesOf(tools, tool, toolLimit)
    return isOpen ? [ofRun, ofTool] : [ofRun, ofTool, placesOf(upstreams, upstream, upstreamLimit)]
  }

  const groupOf = (needs: Needs): Group => {
    for (const group of needs[0].groups) {
      if (group.needs.length === needs.length && group.needs.every((places, index) => places === needs[index])) {
        return group
      }
    }
    const group: Group = { needs, first: undefined, last: undefined }
    for (const places of needs) places.groups.add(group)
    return group
  }

  const enqueue = (needs: Needs, order: number, sinceMillis: number): Waiting => {
    const call: Waiting = {
      group: groupOf(needs),
      sinceMillis,
      order,
      sequence: sequence++,
      previous: undefined,
      next: undefined,
      isAdmitted: false,
      resume: undefined
    }
    link(call)
    waiting++
    return call
  }

  const dequeue = (call: Waiting) => {
    unlink(call)
    waiting--
    if (call.group.first !== undefined) return
    for (const places of call.group.needs) places.groups.delete(call.group)
  }

  const occupy = (needs: Needs) => {
    for (const places of needs) places.running++
    running++
  }

  const release = (needs: Needs, fiber: Fiber.Fiber<unknown, unknown>) => {
    for (const places of needs) places.running--
    running--
    if (waiting === 0) return
    for (let call = nextOf(needs); call !== undefined; call = nextOf(needs)) {
      dequeue(call)
      occupy(call.group.needs)
      call.isAdmitted = true
      // By the scheduler, not in place: a chain of calls that end at once would nest without limit.
      if (call.resume !== undefined) fiber.currentDispatcher.scheduleTask(call.resume, 0)
    }
  }

  return {
    withPlace: (request, effect) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.withFiber((fiber) => {
          const needs = needsOf(request)
          if (hasRoom(needs)) {
            occupy(needs)
            return Effect.onExitPrimitive(restore(effect), () => void release(needs, fiber))
          }
          const call = enqueue(needs, request.order, fiber.getRef(Clock.Clock).currentTimeMillisUnsafe())
          request.onWait?.()
          const admitted = Effect.callback<void>((resume) => {
            if (call.isAdmitted) resume(Effect.void)
            else call.resume = () => resume(Effect.void)
          })
          return Effect.onExitPrimitive(
            restore(Effect.andThen(admitted, effect)),
            () => void (call.isAdmitted ? release(needs, fiber) : dequeue(call))
          )
        })
      ),
    hasSpare: (request) => needsOf(request).every(({ limit, running }) => running + 1 <= limit / 2),
    get waiting() {
      return waiting
    },
    get running() {
      return running
    }
  }
}
