import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Schema, Stream } from "effect"

import * as Entry from "../src/Entry.ts"
import * as Feed from "../src/Feed.ts"
import { entries } from "../src/testing/events.ts"
import * as Watch from "../src/Watch.ts"

/** A store that keeps of a run what `keeps` says. */
const storeOf = (all: ReadonlyArray<Entry.Entry>, keeps: (seq: number) => boolean, isOver = true) => ({
  read: (afterSeq: number) => Effect.sync(() => all.filter(({ seq }) => seq > afterSeq && keeps(seq)).slice(0, 7)),
  standing: Effect.sync(() => ({ isOver, lastSeq: all.length - 1 })),
  changed: Effect.never,
  keepAlive: Duration.seconds(15)
})

interface Told {
  readonly seqs: ReadonlyArray<number>
  readonly missed: ReadonlyArray<number>
}

const told = (batches: ReadonlyArray<Watch.Batch>): Told => ({
  seqs: batches.flatMap((batch) => (batch._tag === "Entries" ? batch.entries.map(({ seq }) => seq) : [])),
  missed: batches.flatMap((batch) =>
    batch._tag === "Missed"
      ? Array.from({ length: batch.toSeq - batch.fromSeq + 1 }, (_, index) => batch.fromSeq + index)
      : []
  )
})

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)

const Small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))

describe("Watch", () => {
  it.effect.prop(
    "tells every event after a place once and in order, or that it is missing, whatever feed and store have kept",
    [Small, Small, Small, Schema.Array(Small).check(Schema.isMaxLength(10))],
    ([count, after, held, lost]) =>
      Effect.gen(function* () {
        const all = entries("run_a", count + 1, true)
        const store = storeOf(all, (seq) => !lost.includes(seq))
        const feed = Feed.make(held * 100)
        for (const entry of all) feed.append(entry)
        for (const source of [
          { ...store, feed },
          { ...store, feed: undefined }
        ]) {
          const batches = yield* Stream.runCollect(Watch.after(source, after - 1))
          const { missed, seqs } = told(batches)
          assert.deepStrictEqual(
            [...seqs, ...missed].sort((a, b) => a - b),
            range(after, count + 1)
          )
          assert.deepStrictEqual(
            seqs,
            [...seqs].sort((a, b) => a - b)
          )
          assert.isTrue(missed.every((seq) => lost.includes(seq)))
        }
      })
  )

  it.effect("gives a watcher that was slow all that came meanwhile in one piece, and slows nobody", () =>
    Effect.gen(function* () {
      const all = entries("run_a", 1000, true)
      const feed = Feed.make(1_000_000)
      const sizes: Array<number> = []
      const slow = yield* Watch.after({ ...storeOf(all, () => false), feed }, -1).pipe(
        Stream.runForEach((batch) =>
          Effect.andThen(
            Effect.sync(() => sizes.push(batch._tag === "Entries" ? batch.entries.length : 0)),
            Effect.yieldNow
          )
        ),
        Effect.forkChild({ startImmediately: true })
      )
      for (const [index, entry] of all.entries()) {
        assert.isTrue(feed.append(entry))
        if (index === 0) yield* Effect.yieldNow
      }
      yield* Fiber.join(slow)
      assert.isBelow(sizes.length, 5)
      assert.strictEqual(
        sizes.reduce((sum, size) => sum + size, 0),
        1000
      )
    })
  )

  it.effect("reads from the store what the feed has let go of", () =>
    Effect.gen(function* () {
      const all = entries("run_a", 200, true)
      const feed = Feed.make(500)
      for (const entry of all) feed.append(entry)
      assert.isAbove(feed.first(), 190)
      const batches = yield* Stream.runCollect(Watch.after({ ...storeOf(all, () => true), feed }, -1))
      assert.deepStrictEqual(told(batches), { seqs: range(0, 200), missed: [] })
    })
  )

  it.effect("waits for what is to come, wakes for it, and gives a sign of life when told to", () =>
    Effect.gen(function* () {
      const all = entries("run_a", 4, true)
      const feed = Feed.make(1_000_000)
      const tags: Array<string> = []
      const watcher = yield* Watch.after({ ...storeOf(all, () => false), feed }, -1).pipe(
        Stream.runForEach(({ _tag }) => Effect.sync(() => tags.push(_tag))),
        Effect.forkChild({ startImmediately: true })
      )
      for (const entry of all) {
        while (feed.waiting() === 0) yield* Effect.yieldNow
        feed.wake("beat")
        while (feed.waiting() === 0) yield* Effect.yieldNow
        feed.append(entry)
      }
      yield* Fiber.join(watcher)
      assert.deepStrictEqual(tags, ["Quiet", "Entries", "Quiet", "Entries", "Quiet", "Entries", "Quiet", "Entries"])
    })
  )

  it.effect("keeps nothing of a watcher that has left", () =>
    Effect.gen(function* () {
      const feed = Feed.make(1000)
      const watcher = yield* Watch.after({ ...storeOf([], () => false), feed }, -1).pipe(
        Stream.runDrain,
        Effect.forkChild({ startImmediately: true })
      )
      while (feed.waiting() === 0) yield* Effect.yieldNow
      yield* Fiber.interrupt(watcher)
      assert.strictEqual(feed.waiting(), 0)
    })
  )
})
