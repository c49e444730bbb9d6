import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Random, Schema } from "effect"
import { TestClock } from "effect/testing"

import * as Admission from "../../src/schedule/Admission.ts"

const open = {
  run: {},
  runLimit: Infinity,
  tool: "look",
  toolLimit: Infinity,
  upstream: undefined,
  upstreamLimit: Infinity,
  order: 0
}

/** Calls by name, and when each began and ended. A call takes 10 ms where nothing else is said. */
const stage = () => {
  const admission = Admission.makeUnsafe()
  const log: Array<string> = []
  const note = (what: string, name: string) =>
    Effect.map(Clock.currentTimeMillis, (millis) => void log.push(`${millis} ${what} ${name}`))
  const call = (name: string, request: Partial<Admission.Request>, millis = 10) =>
    admission.withPlace(
      { ...open, ...request },
      note("start", name).pipe(
        Effect.andThen(Effect.sleep(millis)),
        Effect.onInterrupt(() => note("stop", name)),
        Effect.andThen(note("end", name))
      )
    )
  const atOnce = (...calls: ReadonlyArray<Effect.Effect<void>>) =>
    Effect.forkChild(Effect.all(calls, { concurrency: "unbounded", discard: true }))
  return { admission, log, note, call, atOnce }
}

const starts = (log: ReadonlyArray<string>) => log.filter((line) => line.includes("start"))

describe("Admission.withPlace", () => {
  it.effect("holds nothing up where nothing is limited", () =>
    Effect.gen(function* () {
      const { admission, atOnce, call, log } = stage()
      yield* atOnce(...["a", "b", "c"].map((name) => call(name, {})))
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(log, ["0 start a", "0 start b", "0 start c", "10 end a", "10 end b", "10 end c"])
      assert.deepStrictEqual([admission.running, admission.waiting], [0, 0])
    })
  )

  for (const [what, limits] of [
    ["run", { runLimit: 2 }],
    ["tool", { toolLimit: 2 }],
    ["upstream", { upstream: "plex", upstreamLimit: 2 }]
  ] as const) {
    it.effect(`keeps the limit of a ${what}, and admits in the instant in which another ends`, () =>
      Effect.gen(function* () {
        const { atOnce, call, log } = stage()
        yield* atOnce(call("a", limits, 10), call("b", limits, 15), call("c", limits), call("d", limits))
        yield* TestClock.adjust(100)
        assert.deepStrictEqual(starts(log), ["0 start a", "0 start b", "10 start c", "15 start d"])
      })
    )
  }

  it.effect("lets no call that waits for its tool hold up a later call of another tool", () =>
    Effect.gen(function* () {
      const { atOnce, call, log } = stage()
      const slow = { tool: "slow", toolLimit: 1, runLimit: 3 }
      yield* atOnce(call("a", slow), call("b", slow), call("c", { runLimit: 3 }))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(starts(log), ["0 start a", "0 start c", "10 start b"])
    })
  )

  it.effect("admits the calls of one run in the order in which they came, and by `order` within an instant", () =>
    Effect.gen(function* () {
      const { atOnce, call, log } = stage()
      const one = { runLimit: 1 }
      yield* atOnce(
        call("first", one, 20),
        call("late", { ...one, order: 0 }).pipe(Effect.delay(5)),
        call("third", { ...one, order: 3 }),
        call("second", { ...one, order: 2 }),
        call("second too", { ...one, order: 2 })
      )
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(starts(log), [
        "0 start first",
        "20 start second",
        "30 start second too",
        "40 start third",
        "50 start late"
      ])
    })
  )

  it.effect("prefers the run with the fewest running calls, then the call that waits longest", () =>
    Effect.gen(function* () {
      const { atOnce, call, log } = stage()
      const tool = { toolLimit: 2 }
      const [greedy, modest, late] = [{}, {}, {}].map((run) => ({ ...tool, run }))
      yield* atOnce(
        call("greedy 1", { ...greedy }, 10),
        call("greedy 2", { ...greedy }, 12),
        call("greedy 3", { ...greedy, order: 3 }),
        call("greedy 4", { ...greedy, order: 4 }),
        call("modest", { ...modest, order: 9 }).pipe(Effect.delay(1)),
        call("late", { ...late, order: 1 }).pipe(Effect.delay(2))
      )
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(starts(log), [
        "0 start greedy 1",
        "0 start greedy 2",
        "10 start modest",
        "12 start greedy 3",
        "20 start late",
        "22 start greedy 4"
      ])
    })
  )

  it.effect("admits who waits before who becomes ready by the same end", () =>
    Effect.gen(function* () {
      const { atOnce, call, log } = stage()
      const one = { runLimit: 1 }
      yield* atOnce(
        Effect.andThen(call("a", one), call("follows a", { ...one, order: -1 })),
        call("waits", { ...one, order: 9 })
      )
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(starts(log), ["0 start a", "10 start waits", "20 start follows a"])
    })
  )

  it.effect("gives its places back however a call ends", () =>
    Effect.gen(function* () {
      const { admission } = stage()
      const one = (effect: Effect.Effect<void, string>) =>
        Effect.exit(admission.withPlace({ ...open, runLimit: 1, toolLimit: 1 }, effect))
      yield* one(Effect.fail("failed"))
      yield* one(Effect.die("broke"))
      yield* one(Effect.interrupt)
      assert.deepStrictEqual([admission.running, admission.waiting], [0, 0])
      assert.isTrue((yield* one(Effect.void))._tag === "Success")
    })
  )

  it.effect("takes an interrupted call out of the queue at once, and keeps the others' places in it", () =>
    Effect.gen(function* () {
      const { admission, call, log } = stage()
      const one = { runLimit: 1 }
      const [, first, , middle, , last] = yield* Effect.forEach([..."abcdef"], (name) =>
        Effect.forkChild(call(name, one))
      )
      yield* TestClock.adjust(5)
      assert.deepStrictEqual([admission.running, admission.waiting], [1, 5])
      for (const [index, fiber] of [first, middle, last].entries()) {
        yield* Fiber.interrupt(fiber ?? assert.fail("no fiber"))
        assert.deepStrictEqual([admission.running, admission.waiting], [1, 4 - index])
      }
      yield* Effect.forkChild(call("g", one))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(starts(log), ["0 start a", "10 start c", "20 start e", "30 start g"])
    })
  )

  it.effect("admits the next in the instant in which a running call is interrupted, after its finalizers", () =>
    Effect.gen(function* () {
      const { admission, call, log } = stage()
      const held = yield* Effect.forkChild(
        admission.withPlace(
          { ...open, runLimit: 1 },
          Effect.onInterrupt(Effect.never, () => Effect.sleep(3))
        )
      )
      yield* Effect.forkChild(call("next", { runLimit: 1 }))
      yield* TestClock.adjust(5)
      yield* Effect.forkChild(Fiber.interrupt(held))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(log, ["8 start next", "18 end next"])
    })
  )

  it.effect("passes on the place of a call that is interrupted between its admission and its first step", () =>
    Effect.gen(function* () {
      const { admission, call, log } = stage()
      const one = { runLimit: 1 }
      // Ends, by which `next` is admitted, and interrupts it before the scheduler has come to it.
      yield* Effect.forkChild(
        Effect.andThen(
          call("a", one),
          Effect.suspend(() => Fiber.interrupt(next))
        )
      )
      const next = yield* Effect.forkChild(call("next", one))
      yield* Effect.forkChild(call("last", one))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(log, ["0 start a", "10 end a", "10 start last", "20 end last"])
      assert.deepStrictEqual([admission.running, admission.waiting], [0, 0])
    })
  )

  it.effect("does not nest a chain of 20,000 calls that end at once", () =>
    Effect.gen(function* () {
      const { admission } = stage()
      const calls = Array.from({ length: 20_000 }, (_, order) =>
        admission.withPlace({ ...open, toolLimit: 1, order }, order === 0 ? Effect.sleep(1) : Effect.void)
      )
      const fiber = yield* Effect.forkChild(Effect.all(calls, { concurrency: "unbounded", discard: true }))
      yield* TestClock.adjust(1)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual([admission.running, admission.waiting], [0, 0])
    })
  )

  it.effect("holds a new limit once nothing runs or waits there", () =>
    Effect.gen(function* () {
      const { atOnce, call, log } = stage()
      yield* atOnce(call("a", { toolLimit: 1 }), call("b", { toolLimit: 2 }))
      yield* TestClock.adjust(20)
      yield* atOnce(call("c", { toolLimit: 2 }), call("d", { toolLimit: 2 }))
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(starts(log), ["0 start a", "10 start b", "20 start c", "20 start d"])
    })
  )

  it.effect("leaves nothing behind after 1,000 random interruptions", () =>
    Effect.gen(function* () {
      const { admission, call } = stage()
      const runs = [{}, {}, {}]
      for (let round = 0; round < 250; round++) {
        const fibers = yield* Effect.forEach(Array.from({ length: 6 }), (_, order) =>
          Effect.forkChild(
            call("call", {
              run: runs[order % 3] ?? {},
              runLimit: 2,
              tool: `tool ${order % 2}`,
              toolLimit: 2,
              upstream: "plex",
              upstreamLimit: 3,
              order
            })
          )
        )
        for (const fiber of fibers.slice(0, 4)) {
          yield* TestClock.adjust(yield* Random.nextIntBetween(0, 4))
          yield* Fiber.interrupt(fiber)
        }
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual([admission.running, admission.waiting], [0, 0])
      }
    }).pipe(Random.withSeed("admission"))
  )
})

const small = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))
/** 4: none. */
const Limit = Schema.Literals([1, 2, 3, 4])
const limitOf = (limits: ReadonlyArray<number>, index: number) =>
  limits[index] === 4 ? Infinity : (limits[index] ?? 0)
const World = Schema.Struct({
  runLimits: Schema.Tuple([Limit, Limit, Limit]),
  toolLimits: Schema.Tuple([Limit, Limit, Limit]),
  upstreamLimits: Schema.Tuple([Limit, Limit]),
  calls: Schema.Array(
    Schema.Struct({
      run: small(2),
      tool: small(2),
      /** 2: none. */
      upstream: small(2),
      order: small(5),
      atMillis: small(8),
      millis: small(6),
      /** Interrupted so long after it came; above 12: not at all. */
      patience: small(30)
    })
  ).check(Schema.isMinLength(8), Schema.isMaxLength(24))
})
type World = typeof World.Type
type Call = World["calls"][number]

/** Milliseconds, all from 1 up, so that everything that is set at the start is set before anything happens. */
const cameAt = (call: Call) => call.atMillis + 1
const lasts = (call: Call) => call.millis + 1
const leavesAt = (call: Call) => (call.patience > 12 ? Infinity : cameAt(call) + call.patience)

/** Whether `call` could run beside `running`: the rules' limits, counted afresh. */
const fits = (world: World, call: Call, running: ReadonlyArray<Call>): boolean =>
  running.filter(({ run }) => run === call.run).length < limitOf(world.runLimits, call.run) &&
  running.filter(({ tool }) => tool === call.tool).length < limitOf(world.toolLimits, call.tool) &&
  (call.upstream === 2 ||
    running.filter(({ upstream }) => upstream === call.upstream).length < limitOf(world.upstreamLimits, call.upstream))

/** The log that the rules of `withPlace` demand, by going through the events one at a time. */
const simulate = (world: World): ReadonlyArray<string> => {
  const log: Array<string> = []
  const running: Array<Call> = []
  const waiting: Array<Call> = []
  const events: Array<{ readonly at: number; readonly what: "come" | "end" | "leave"; readonly call: Call }> = []
  const gone = new Set<Call>()
  for (const call of world.calls) events.push({ at: cameAt(call), what: "come", call })
  for (const call of world.calls) events.push({ at: leavesAt(call), what: "leave", call })
  const note = (at: number, what: string, call: Call) => log.push(`${at} ${what} ${world.calls.indexOf(call)}`)

  const start = (at: number, call: Call) => {
    running.push(call)
    events.push({ at: at + lasts(call), what: "end", call })
    note(at, "start", call)
  }
  const finish = (at: number, what: string, call: Call) => {
    gone.add(call)
    note(at, what, call)
    running.splice(running.indexOf(call), 1)
    for (;;) {
      const load = (call: Call) => running.filter(({ run }) => run === call.run).length
      // Stable: among equals the one that came first, for `waiting` is in the order of coming.
      const [next] = waiting
        .filter((call) => fits(world, call, running))
        .sort((a, b) => load(a) - load(b) || cameAt(a) - cameAt(b) || a.order - b.order)
      if (next === undefined) return
      waiting.splice(waiting.indexOf(next), 1)
      start(at, next)
    }
  }

  for (;;) {
    const at = Math.min(...events.map((event) => event.at))
    if (at === Infinity) return log
    const [event] = events.splice(
      events.findIndex((event) => event.at === at),
      1
    )
    if (event === undefined || gone.has(event.call)) continue
    const { call, what } = event
    if (what === "end") finish(at, "end", call)
    else if (what === "come") {
      if (fits(world, call, running)) start(at, call)
      else waiting.push(call)
    } else if (running.includes(call)) finish(at, "stop", call)
    else {
      gone.add(call)
      waiting.splice(waiting.indexOf(call), 1)
    }
  }
}

describe("Admission in any world", () => {
  it.effect.prop(
    "admits when and whom the rules say, never over a limit, never idle while a waiting call could run",
    [World],
    Effect.fnUntraced(function* ([world]) {
      const { admission, log, note } = stage()
      const runs = [{}, {}, {}]
      const begin = yield* Clock.currentTimeMillis
      const running = new Set<Call>()
      const waiting = new Set<Call>()

      const fibers = yield* Effect.forEach(world.calls, (call, index) => {
        const request = {
          run: runs[call.run] ?? {},
          runLimit: limitOf(world.runLimits, call.run),
          tool: `tool ${call.tool}`,
          toolLimit: limitOf(world.toolLimits, call.tool),
          upstream: call.upstream === 2 ? undefined : `upstream ${call.upstream}`,
          upstreamLimit: limitOf(world.upstreamLimits, call.upstream),
          order: call.order
        }
        const handler = Effect.sync(() => {
          waiting.delete(call)
          assert.isTrue(fits(world, call, [...running]), "over a limit")
          running.add(call)
        }).pipe(
          Effect.andThen(note("start", `${index}`)),
          Effect.andThen(Effect.sleep(lasts(call))),
          Effect.onInterrupt(() => note("stop", `${index}`)),
          Effect.andThen(note("end", `${index}`)),
          Effect.ensuring(Effect.sync(() => running.delete(call)))
        )
        return Effect.forkChild(
          Effect.sleep(cameAt(call)).pipe(
            Effect.andThen(Effect.sync(() => waiting.add(call))),
            Effect.andThen(admission.withPlace(request, handler)),
            Effect.ensuring(Effect.sync(() => waiting.delete(call)))
          )
        )
      })
      yield* Effect.yieldNow
      yield* Effect.forEach(fibers, (fiber, index) => {
        const call = world.calls[index]
        if (call === undefined || leavesAt(call) === Infinity) return Effect.void
        return Effect.forkChild(Effect.andThen(Effect.sleep(leavesAt(call)), Fiber.interrupt(fiber)))
      })

      for (let millis = 0; millis < 40 || running.size > 0; millis++) {
        yield* TestClock.adjust(1)
        assert.deepStrictEqual([admission.running, admission.waiting], [running.size, waiting.size])
        for (const call of waiting) assert.isFalse(fits(world, call, [...running]), "idle while a call could run")
      }
      assert.deepStrictEqual([admission.running, admission.waiting], [0, 0])
      const relative = log.map((line) => line.replace(/^\d+/, (millis) => `${Number(millis) - begin}`))
      assert.deepStrictEqual(relative, simulate(world))
    }),
    { arbitrary: { runs: 200, size: 24 } }
  )
})
