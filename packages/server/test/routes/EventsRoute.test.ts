import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"

import * as MemoryRunStore from "../../src/store/MemoryRunStore.ts"
import * as SqliteRunStore from "../../src/store/SqliteRunStore.ts"
import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as OtherProcess from "../support/OtherProcess.ts"
import * as TestServer from "../support/TestServer.ts"

const folder = mkdtempSync(join(tmpdir(), "callsheet-server-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const idsUpTo = (count: number) => Array.from({ length: count }, (_, index) => String(index))
/** A run of `say 20` has RunStarted, Routed, StepStarted, 20 deltas, StepFinished and RunFinished. */
const whole = idsUpTo(25)

/** What is sent to who has seen `seq`. */
const after = Effect.fnUntraced(function* (url: string, runId: string, seq: number, isQuery: boolean) {
  const response = yield* isQuery
    ? Client.get(url, `/v1/runs/${runId}/events?lastEventId=${seq}`)
    : Client.get(url, `/v1/runs/${runId}/events`, { headers: { "last-event-id": String(seq) } })
  return { status: response.status, frames: Client.frames(yield* Client.text(response)) }
})

const decodeMissed = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Struct({ fromSeq: Schema.Int, toSeq: Schema.Int }))
)

const slow = { firstToken: Duration.millis(20), tokensPerSecond: 40 }

describe("GET /v1/runs/{id}/events", () => {
  it.live("is resumed by EventSource wherever it is cut, with every event once", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ timing: slow })
      const { runId } = yield* Events.begin(url, "say 20")
      const watched = yield* Effect.forEach(
        [...whole.keys(), Infinity],
        (cutFrames) => Events.watch([url], runId, cutFrames, cutFrames % 40),
        { concurrency: "unbounded" }
      )
      for (const { ids, last } of watched) {
        assert.deepStrictEqual(ids, whole)
        assert.strictEqual(last, "RunFinished")
      }
    })
  )

  it.live("is resumed after the end from any event, and says by 204 that nothing comes any more", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "say 20")
      yield* run.end
      for (const isQuery of [false, true]) {
        for (const seq of whole.keys()) {
          const { frames, status } = yield* after(url, run.runId, seq, isQuery)
          assert.strictEqual(status, seq === 24 ? 204 : 200)
          assert.deepStrictEqual(
            frames.map(({ id }) => id),
            whole.slice(seq + 1)
          )
        }
      }
      const { connections, ids } = yield* Events.watch([url], run.runId)
      assert.deepStrictEqual([ids, connections], [whole, 2])
    })
  )

  it.live("is resumed on another process from any event, while the run goes on and after", () =>
    Effect.gen(function* () {
      const path = join(folder, "shared.db")
      const other = yield* OtherProcess.start(path)
      const { url } = yield* TestServer.start({ timing: slow, store: SqliteRunStore.layer(path) })
      const { runId } = yield* Events.begin(url, "say 20")
      const watched = yield* Effect.forEach(
        whole.keys(),
        (cutFrames) => Events.watch([url, other.url], runId, cutFrames, 3),
        { concurrency: "unbounded" }
      )
      for (const { ids } of watched) assert.deepStrictEqual(ids, whole)
      const live = yield* Events.begin(url, "say 20")
      const stopped = yield* Client.get(other.url, `/v1/runs/${live.runId}`, { method: "DELETE" })
      assert.strictEqual((yield* Client.problem(stopped)).kind, "run-elsewhere")
      assert.deepStrictEqual((yield* Events.watch([other.url], live.runId)).ids, whole)
      for (const seq of whole.keys()) {
        const { frames } = yield* after(other.url, live.runId, seq, false)
        assert.deepStrictEqual(
          frames.map(({ id }) => id),
          whole.slice(seq + 1)
        )
      }
    })
  )

  it.live("sends a sign of life where nothing happens", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ limits: { keepAlive: Duration.millis(50) } })
      const run = yield* Events.begin(url, "hang quiet")
      yield* run.until(/\n\n:\n\n:\n\n/)
      yield* runs.stop(run.runId)
      assert.strictEqual((yield* run.end).at(-1)?.event, "RunFailed")
    })
  )

  it.live("says which events are missing that are kept nowhere any more, and goes on after them", () =>
    Effect.gen(function* () {
      const store = MemoryRunStore.layer({ runBytes: 4000 })
      const { url } = yield* TestServer.start({ store, limits: { feedBytes: 1000 } })
      const run = yield* Events.begin(url, "say 100")
      yield* run.end
      const { frames } = yield* after(url, run.runId, 0, true)
      const missed = frames.find(({ event }) => event === "EventsMissed")
      const { fromSeq, toSeq } = yield* decodeMissed(missed?.data)
      assert.isUndefined(missed?.id)
      const seen = frames.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]))
      const gap = Array.from({ length: toSeq - fromSeq + 1 }, (_, index) => fromSeq + index)
      assert.deepStrictEqual(
        [...seen, ...gap].sort((a, b) => a - b),
        Array.from({ length: 104 }, (_, index) => index + 1)
      )
      assert.strictEqual(frames.at(-1)?.event, "RunFinished")
    })
  )

  it.live("refuses an id of an event that is none, and a run that is none", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "say 1")
      yield* run.end
      for (const id of ["x", "-1", "1.5", "99999999999"]) {
        const response = yield* Client.get(url, `/v1/runs/${run.runId}/events`, { headers: { "last-event-id": id } })
        assert.strictEqual((yield* Client.problem(response)).kind, "invalid-event-id")
      }
      for (const id of ["run_none", "x", "%00", "run_'"]) {
        const response = yield* Client.get(url, `/v1/runs/${id}/events`)
        assert.strictEqual((yield* Client.problem(response)).status, 404)
      }
    })
  )

  it.live("answers HEAD without a body, and the last events to who has seen more than is there yet", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ timing: slow })
      const run = yield* Events.begin(url, "say 20")
      const head = yield* Client.get(url, `/v1/runs/${run.runId}/events`, { method: "HEAD" })
      assert.strictEqual(head.status, 200)
      assert.strictEqual(yield* Client.text(head), "")
      const { frames } = yield* after(url, run.runId, 20, false)
      assert.deepStrictEqual(
        frames.map(({ id }) => id),
        whole.slice(21)
      )
    })
  )
})
