import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Cache, type Change } from "@callsheet/cache/Cache"
import * as ReadLog from "@callsheet/cache/ReadLog"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as ScheduledToolkit from "@callsheet/core/schedule/ScheduledToolkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Redacted, Stream } from "effect"
import { TestClock } from "effect/testing"

import { tagged } from "../fixtures.ts"
import { ask, asking, lasting, makeWorld, type Setting, toolkit, watched } from "../household.ts"
import { calm } from "./stage.ts"

/** Answers are remembered elsewhere; here each question is asked anew. */
const setting = (world: Setting["world"], more: Partial<Setting> = {}): Setting => ({
  world,
  ...more,
  policy: { rememberAnswers: false, ...more.policy }
})

describe("a tool's result", () => {
  it.effect("is remembered for the next run, which tells the model the same and asks no handler", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      world.values.set("a", 7)
      const first = yield* ask("look a", setting(world))
      const second = yield* ask("look a", setting(world))
      assert.deepStrictEqual([first.sources, second.sources], [["look upstream"], ["look memory"]])
      assert.deepStrictEqual([first.asked, second.asked], [["look a"], []])
      assert.deepStrictEqual([second.answer, second.answer], [first.answer, '[{"key":"a","value":7}]'])
      assert.deepStrictEqual(
        tagged(second.events, "ToolStarted").map(({ input }) => input),
        [{ key: "a" }]
      )
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is one for arguments that mean the same", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* ask("look \u00e9", setting(world))
      assert.deepStrictEqual((yield* ask("look e\u0301 ok", setting(world))).sources, ["look memory"])
      assert.deepStrictEqual((yield* ask("look e", setting(world))).sources, ["look upstream"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect(
    "is not remembered where its tool says nothing of Freshness, where it failed, and without an identity",
    () =>
      Effect.gen(function* () {
        const world = makeWorld()
        for (let turn = 0; turn < 2; turn++) {
          assert.deepStrictEqual((yield* ask("glance a", setting(world))).asked, ["glance a"])
          assert.deepStrictEqual((yield* ask("look a fail", setting(world))).asked, ["look a"])
          const { sources } = yield* ask("look a", setting(world, { identity: undefined }))
          assert.deepStrictEqual(sources, ["look upstream"])
        }
        assert.strictEqual((yield* (yield* Cache).stats).memory.entries, 0)
      }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is used again for as long as its tool's Freshness says, from when it was asked for", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* ask("look a", setting(world))
      yield* TestClock.adjust("1439 minutes")
      assert.deepStrictEqual((yield* ask("look a", setting(world))).sources, ["look memory"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual((yield* ask("look a", setting(world))).sources, ["look upstream"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is never shared by two identities, and is by two agents of one", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* ask("look a", setting(world, { identity: "home" }))
      const theirs = yield* ask("look a", setting(world, { identity: "away" }))
      assert.deepStrictEqual(theirs.sources, ["look upstream"])
      const other = yield* ask("look a", setting(world, { name: "other", instructions: "Else.", model: "another" }))
      assert.deepStrictEqual(other.sources, ["look memory"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is not stored a second time where its handler read it through the cache", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* ask("browse a", setting(world))
      const again = yield* ask("browse a", setting(world))
      assert.deepStrictEqual([again.asked, world.browsed], [["browse a"], ["a"]])
      const { byRead, memory } = yield* (yield* Cache).stats
      assert.strictEqual(memory.entries, 1)
      assert.deepStrictEqual(byRead["test/record"]?.sources, { memory: 1, store: 0, shared: 0, upstream: 1 })
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("comes from where what its handler read came from", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const sources = (question: string, more: Partial<Setting> = {}) =>
        Effect.map(ask(question, setting(world, more)), (ran) => ran.sources)
      assert.deepStrictEqual(yield* sources("browse a"), ["browse upstream"])
      for (const identity of ["home", undefined]) {
        assert.deepStrictEqual(yield* sources("browse a", { identity }), ["browse memory"])
        assert.deepStrictEqual(yield* sources("peruse a", { identity }), ["peruse memory"])
      }
      assert.deepStrictEqual(yield* sources("browse b, peruse b"), ["browse upstream", "peruse shared"])
      assert.deepStrictEqual(yield* sources("glance a"), ["glance upstream"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is one for equal calls of a run whatever the versions, while the store is broken", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const { asked, sources } = yield* ask("look a then change b then look a then look a", setting(world))
      assert.deepStrictEqual(sources, ["look upstream", "change upstream", "look memory", "look memory"])
      assert.deepStrictEqual(asked, ["look a", "change b"])
      const after = yield* ask("look a then change a then look a", setting(world))
      assert.deepStrictEqual(after.asked, ["look a", "change a", "look a"])
    }).pipe(Effect.provide(broken))
  )

  it.effect("tells whoever keeps a log of reads around the run what it was made of", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const readsOf = Effect.fnUntraced(function* (question: string) {
        const log = ReadLog.make()
        yield* Effect.provideService(ask(question, setting(world)), ReadLog.CurrentReadLog, log)
        return log.records.map(({ read, source, tags }) => `${read} ${source} ${tags[0]}`)
      })
      assert.deepStrictEqual(yield* readsOf("look a"), ["tool/look upstream a"])
      assert.deepStrictEqual(yield* readsOf("look a"), ["tool/look memory a"])
      assert.deepStrictEqual(yield* readsOf("browse a"), ["test/record upstream a"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("comes from a store that processes share, for those of one identity", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-core-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
      )
      const world = makeWorld()
      const process = Effect.fnUntraced(function* (question: string, more: Partial<Setting> = {}) {
        const cache = Cache.layer({ store: "sqlite", path: join(folder, "cache.db") })
        return yield* Effect.gen(function* () {
          const { sources } = yield* ask(question, setting(world, more))
          yield* (yield* Cache).flush
          return sources
        }).pipe(Effect.provide(cache))
      })
      assert.deepStrictEqual(yield* process("look a"), ["look upstream"])
      assert.deepStrictEqual(yield* process("look a"), ["look store"])
      assert.deepStrictEqual(yield* process("look a", { identity: "away" }), ["look upstream"])
      assert.deepStrictEqual(yield* process("browse b"), ["browse upstream"])
      assert.deepStrictEqual(yield* process("browse b"), ["browse store"])
      assert.deepStrictEqual(yield* process("change a"), ["change upstream"])
      assert.deepStrictEqual(yield* process("look a"), ["look upstream"])
    })
  )
})

describe("equal reads of several runs at one time", () => {
  /** Puts `question` in `count` runs at once, and ends them. */
  const together = Effect.fnUntraced(function* (count: number, question: string, settings: ReadonlyArray<Setting>) {
    const runs = yield* Effect.forEach(Array.from({ length: count }), (_, index) =>
      Effect.forkChild(asking(question, settings[index % settings.length] ?? setting(makeWorld())))
    )
    return yield* lasting(Effect.forEach(runs, Fiber.join))
  })

  it.effect("are one, and each run has its own events, result and answer", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const runs = yield* together(20, "look a", [setting(world)])
      assert.deepStrictEqual(world.asked, ["look a"])
      assert.deepStrictEqual(runs.map(({ sources }) => sources[0]).toSorted(), [
        ...Array.from({ length: 19 }, () => "look shared"),
        "look upstream"
      ])
      for (const { answer, events } of runs) {
        assert.strictEqual(answer, '[{"key":"a","value":0}]')
        assert.deepStrictEqual(
          events.flatMap(({ _tag }) => (_tag.startsWith("Tool") ? [_tag] : [])),
          ["ToolStarted", "ToolSettled"]
        )
        assert.strictEqual(tagged(events, "ToolSettled")[0]?.millis, 10)
      }
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("are one for each identity, and none is for those who state none", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* together(4, "look a", [setting(world), setting(world, { identity: "away" })])
      assert.strictEqual(world.asked.length, 2)
      yield* together(4, "look b", [setting(world, { identity: undefined })])
      assert.strictEqual(world.asked.length, 6)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("go on where the run that asked was left", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const first = yield* Effect.forkChild(asking("look a", setting(world)), { startImmediately: true })
      yield* TestClock.adjust("2 millis")
      const others = yield* Effect.forEach([1, 2], () => Effect.forkChild(asking("look a", setting(world))))
      yield* TestClock.adjust("2 millis")
      yield* Fiber.interrupt(first)
      const runs = yield* lasting(Effect.forEach(others, Fiber.join))
      assert.deepStrictEqual(world.asked, ["look a", "look a"])
      assert.deepStrictEqual(
        runs.map(({ sources }) => sources),
        [["look upstream"], ["look shared"]]
      )
      for (const { events } of runs) {
        assert.deepStrictEqual([tagged(events, "ToolStarted").length, tagged(events, "ToolSettled").length], [1, 1])
      }
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("share what failed, which nobody remembers", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const runs = yield* together(2, "look a fail", [setting(world)])
      assert.deepStrictEqual(runs.map(({ sources }) => sources[0]).toSorted(), ["look shared", "look upstream"])
      assert.deepStrictEqual((yield* ask("look a fail", setting(world))).asked, ["look a"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("are not one where something was written between them", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const first = yield* Effect.forkChild(asking("look a ok 40", setting(world)), { startImmediately: true })
      yield* TestClock.adjust("25 millis")
      yield* ask("change a", setting(world))
      assert.strictEqual((yield* ask("look a ok 40", setting(world))).answer, '[{"key":"a","value":1}]')
      assert.strictEqual((yield* lasting(Fiber.join(first))).answer, '[{"key":"a","value":0}]')
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("each ask a handler that reads through the cache, which asks its upstream once", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      for (const key of ["a", "b"]) {
        const runs = yield* together(3, `browse ${key}`, [setting(world)])
        assert.deepStrictEqual(
          runs.map(({ answer }) => answer),
          Array.from({ length: 3 }, () => `[{"key":"${key}","value":0}]`)
        )
      }
      assert.deepStrictEqual([world.asked.length, world.browsed], [6, ["a", "b"]])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})

/** As where no store gives versions: they change by themselves, and nothing is remembered. */
const broken = Layer.effect(
  Cache,
  Effect.map(Cache, (cache) => {
    let looks = 0
    return Cache.of({
      ...cache,
      recall: (read, input) =>
        Effect.map(cache.recall(read, input), (recalled) => {
          looks++
          const versions = recalled.record.versions.map((version) => `${version} ${looks}`)
          return {
            ...recalled,
            value: Option.none(),
            isStored: false,
            record: { ...recalled.record, versions }
          }
        })
    })
  })
).pipe(Layer.provide(Cache.layerMemory()))

describe("a write", () => {
  /** What a second look at a and b comes from, after `between`. */
  const after = Effect.fnUntraced(function* (
    between: (world: Setting["world"]) => Effect.Effect<unknown, never, Cache>
  ) {
    const world = makeWorld()
    yield* ask("look a, look b", setting(world))
    yield* between(world)
    return (yield* ask("look a, look b", setting(world))).sources.toSorted()
  }, Effect.provide(Cache.layerMemory()))
  const outdated = ["look memory", "look upstream"]
  const nothing = ["look memory", "look memory"]

  it.effect("outdates what it touches, whether it succeeds, fails, breaks or is out of time", () =>
    Effect.gen(function* () {
      for (const mode of ["ok", "fail", "die", "hang"]) {
        const sources = yield* after((world) => ask(`change a ${mode}`, setting(world)))
        assert.deepStrictEqual(sources, outdated, mode)
      }
    })
  )

  it.effect("outdates what it touches where its run was left, and where its time was over", () =>
    Effect.gen(function* () {
      const left = yield* after((world) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(asking("change a hang", setting(world)), { startImmediately: true })
          yield* TestClock.adjust("7 millis")
          assert.deepStrictEqual(world.asked.at(-1), "change a")
          yield* Fiber.interrupt(fiber)
        })
      )
      assert.deepStrictEqual(left, outdated)
      const late = yield* after((world) => ask("change a hang", setting(world, { deadlineMillis: 2000 })))
      assert.deepStrictEqual(late, outdated)
    })
  )

  it.effect("outdates nothing where it was refused, or touches nothing of it", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* after((world) => ask("erase a", setting(world))), nothing)
      assert.deepStrictEqual(yield* after((world) => ask("change c", setting(world))), nothing)
    })
  )

  it.effect("outdates what it touches once it is approved", () =>
    Effect.gen(function* () {
      const yes = () => Effect.succeed(true)
      const sources = yield* after((world) => Effect.provideService(ask("erase a", setting(world)), Approval, yes))
      assert.deepStrictEqual(sources, outdated)
    })
  )

  it.effect("outdates everything where it does not say what it touches, and any write what says as little", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* after((world) => ask("overhaul c", setting(world))), [
        "look upstream",
        "look upstream"
      ])
      const world = makeWorld()
      yield* ask("survey x, browse b", setting(world))
      assert.deepStrictEqual((yield* ask("survey x", setting(world))).sources, ["survey memory"])
      yield* ask("change a", setting(world))
      assert.deepStrictEqual((yield* ask("survey x", setting(world))).sources, ["survey upstream"])
      assert.deepStrictEqual(world.browsed, ["b"])
      yield* ask("overhaul c", setting(world))
      yield* ask("browse b", setting(world))
      assert.deepStrictEqual(world.browsed, ["b", "b"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("of another run outdates what a run knows itself, and is not shared with a read from before it", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const run = yield* Effect.forkChild(asking("look a then change b ok 40 then look a", setting(world)))
      yield* TestClock.adjust("12 millis")
      yield* ask("change a", setting(world))
      const { answer } = yield* lasting(Fiber.join(run))
      assert.deepStrictEqual(
        JSON.parse(answer ?? "").map(({ value }: { readonly value: number }) => value),
        [0, 1, 1]
      )
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("between the begin and the end of a read keeps that from being remembered", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      // It reads at 5 ms, and ends at 10; the write is done at 7, and ends at 12.
      const read = yield* Effect.forkChild(asking("look a", setting(world)), { startImmediately: true })
      yield* TestClock.adjust("2 millis")
      const write = yield* Effect.forkChild(asking("change a", setting(world)), { startImmediately: true })
      yield* TestClock.adjust("20 millis")
      assert.strictEqual((yield* Fiber.join(read)).answer, '[{"key":"a","value":0}]')
      yield* Fiber.join(write)
      assert.strictEqual((yield* ask("look a", setting(world))).answer, '[{"key":"a","value":1}]')
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is told once, with the names it touches, before its call settles", () =>
    Effect.gen(function* () {
      const told: Array<Change> = []
      const world = makeWorld()
      const { events } = yield* Effect.provide(
        ask("change a", setting(world)),
        watched(told, Effect.sleep("50 millis"))
      )
      assert.deepStrictEqual(told, [{ tags: ["a", "@callsheet/core/unplaced-write", "@callsheet/core/every-write"] }])
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ millis }) => millis),
        [60]
      )
    })
  )

  it.effect("is not told of where it never began", () =>
    Effect.gen(function* () {
      const told: Array<Change> = []
      // The second waits for the place of the first until time is over.
      const { events } = yield* Effect.provide(
        ask("change a hang, change b", setting(makeWorld(), { deadlineMillis: 2000, policy: { toolConcurrency: 1 } })),
        watched(told)
      )
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ ok }) => ok),
        [false, false]
      )
      assert.deepStrictEqual(
        told.map(({ tags }) => tags?.[0]),
        ["a"]
      )
    })
  )

  it.effect("succeeds though a cache that breaks cannot forget", () =>
    Effect.gen(function* () {
      const { sources, answer } = yield* Effect.provide(
        ask("change a", setting(makeWorld())),
        watched([], Effect.die("broken"))
      )
      assert.deepStrictEqual([sources, answer], [["change upstream"], '[{"key":"a","value":1}]'])
    })
  )

  it.effect("by a scheduled toolkit is told as well", () =>
    Effect.gen(function* () {
      const told: Array<Change> = []
      const world = makeWorld()
      yield* Effect.gen(function* () {
        const scheduled = yield* ScheduledToolkit.make(yield* toolkit)
        const call = (name: "look" | "change") =>
          lasting(Effect.flatMap(scheduled.toolkit.handle(name, { key: "a" }), Stream.runDrain))
        yield* call("look")
        yield* call("change")
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(world.handlers, calm).pipe(Layer.provideMerge(watched(told)))))
      assert.strictEqual(told.length, 1)
    })
  )
})

describe("an identity", () => {
  it.effect("may be a secret", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      yield* ask("look a", setting(world, { identity: Redacted.make("home") }))
      const again = yield* ask("look a", setting(world, { identity: "home" }))
      assert.deepStrictEqual(again.sources, ["look memory"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
