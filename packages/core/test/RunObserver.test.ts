import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as RunObserver from "@callsheet/core/RunObserver"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Stream } from "effect"

import { agent, calls, settle, world } from "./fixtures.ts"

const script = turns([{ text: "", calls: calls("look", "a") }, { text: "Done." }])

/** Keeps what it is told. */
const keeping = () => {
  const runs: Array<RunObserver.ObservedRun> = []
  const events: Array<AgentEvent> = []
  const observer: RunObserver.RunObserver = (run) => {
    runs.push(run)
    return (event) => void events.push(event)
  }
  return { runs, events, observer }
}

const observedBy = (...observers: ReadonlyArray<RunObserver.RunObserver>) =>
  Effect.provideService(RunObserver.Observers, observers)

/** What is logged meanwhile. */
const logged = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  const value = yield* Effect.provide(effect, Logger.layer([logger]))
  return { lines, value }
})

describe("observers of runs", () => {
  it.effect("are told each event that the reader gets but the pieces of text, and whose it is", () =>
    Effect.gen(function* () {
      const { events, observer, runs } = keeping()
      const read = yield* settle(Stream.runCollect(agent().run("Which?"))).pipe(observedBy(observer))
      const milestones = read.filter(({ _tag }) => _tag !== "TextDelta")
      assert.isBelow(milestones.length, read.length)
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, milestones)
      assert.deepStrictEqual(runs, [
        { runId: events[0]?.runId ?? "", agent: "test", provider: "scripted", model: "script" }
      ])
    }).pipe(Effect.provide(world(script)))
  )

  it.effect("are told of runs that nobody reads event by event, each run to itself", () =>
    Effect.gen(function* () {
      const { events, observer, runs } = keeping()
      const two = Effect.all([agent().ask("One?"), agent().ask("Two?")], { concurrency: 2 })
      yield* settle(two).pipe(observedBy(observer))
      assert.strictEqual(runs.length, 2)
      for (const { runId } of runs) {
        const own = events.filter((event) => event.runId === runId)
        const seqs = own.map(({ seq }) => seq)
        assert.deepStrictEqual(
          seqs,
          seqs.toSorted((one, other) => one - other)
        )
        assert.deepStrictEqual([seqs[0], new Set(seqs).size], [0, own.length])
        assert.strictEqual(own.at(-1)?._tag, "RunFinished")
      }
    }).pipe(Effect.provide(world(script)))
  )

  it.effect("are told of a run that fails", () =>
    Effect.gen(function* () {
      const { events, observer } = keeping()
      yield* Effect.flip(settle(agent().ask(" "))).pipe(observedBy(observer))
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        ["RunFailed"]
      )
    }).pipe(Effect.provide(world(script)))
  )

  it.effect("that throw harm no run and no other observer, and are logged once", () =>
    Effect.gen(function* () {
      const { events, observer } = keeping()
      let told = 0
      const broken: RunObserver.RunObserver = () => () => {
        told++
        throw new Error("broken observer")
      }
      const unready: RunObserver.RunObserver = () => {
        throw new Error("never ready")
      }
      const asked = settle(agent().ask("Which?")).pipe(observedBy(broken, unready, observer))
      const first = yield* logged(asked)
      assert.strictEqual(first.value.answer, "Done.")
      assert.strictEqual(events.at(-1)?._tag, "RunFinished")
      assert.strictEqual(told, 1)
      assert.strictEqual(first.lines.length, 1)
      assert.match(first.lines[0] ?? "", /observer.*never ready.*broken observer/is)
      const second = yield* logged(asked)
      assert.deepStrictEqual([second.value.answer, second.lines], ["Done.", []])
    }).pipe(Effect.provide(world(script)))
  )

  it.effect("come beside those there are, by layer", () =>
    Effect.gen(function* () {
      const one = keeping()
      const other = keeping()
      const both = RunObserver.layer(Effect.succeed(other.observer)).pipe(
        Layer.provide(RunObserver.layer(Effect.succeed(one.observer)))
      )
      yield* Effect.provide(settle(agent().ask("Which?")), both)
      assert.strictEqual(one.runs.length, 1)
      assert.deepStrictEqual(other.runs, one.runs)
    }).pipe(Effect.provide(world(script)))
  )
})
