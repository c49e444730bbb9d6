/**
 * The ten questions asked again: what is asked of the services and of the model then, and after a write that concerns them.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Cache } from "@callsheet/cache/Cache"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Shared from "@callsheet/core/schedule/Shared"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import * as Questions from "@callsheet/testkit/Questions"
import { script } from "@callsheet/testkit/scripted/MediaScript"
import { ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"

import { clients } from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import * as StandIns from "../src/StandIns.ts"

const ten = [...Questions.simple, ...Questions.complex]
const standIns = Layer.mergeAll(
  DemoServices.layer({ delays: "none" }),
  ScriptedServer.layer({ script, timing: instant })
)

/** A household whose services and model count what they are asked. */
const household = Effect.gen(function* () {
  const context = yield* Layer.build(standIns)
  const services = Context.get(context, DemoServices)
  const { requests } = services
  const model = Context.get(context, ScriptedServer)
  const keys = {
    ...StandIns.keysOf(services),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: model.apiKey
  }
  const layerOf = (cache: Layer.Layer<Cache>, overrides: Readonly<Record<string, string>> = {}) =>
    clients({ values: {}, unknownKeys: [] }, { ...keys, ...overrides }, cache)
  const ask = Effect.fnUntraced(function* (question: string) {
    const before = (yield* requests).length
    const { answer, modelCalls, route, toolCalls } = yield* mediaAgent.ask(question)
    const upstream = (yield* requests).slice(before).map(({ path, service }) => `${service} ${path}`)
    return { answer, route, modelCalls: modelCalls.length, toolCalls, upstream }
  })
  return { ask, layerOf }
})

describe("the ten questions, asked again at once", () => {
  it.live("ask no service and no model", () =>
    Effect.gen(function* () {
      const { ask, layerOf } = yield* household
      yield* Effect.gen(function* () {
        for (const question of ten) {
          const first = yield* ask(question)
          const again = yield* ask(question)
          assert.deepStrictEqual([again.upstream, again.answer, again.modelCalls], [[], first.answer, 0], question)
          assert.strictEqual(again.route, first.route === "model" ? "memory" : "rules", question)
        }
      }).pipe(Effect.provide(layerOf(Cache.layerMemory())))
    }).pipe(Effect.scoped)
  )

  it.live("ask no service from another process that shares the store, however the question is spaced", () =>
    Effect.gen(function* () {
      const { ask, layerOf } = yield* household
      const folder = mkdtempSync(join(tmpdir(), "callsheet-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const store = Cache.layer({ store: "sqlite", path: join(folder, "cache.db") })
      const askAll = Effect.forEach(ten, ask, { concurrency: 1 }).pipe(
        Effect.tap(Effect.flatMap(Cache, ({ flush }) => flush))
      )
      const first = yield* Effect.provide(askAll, Layer.fresh(layerOf(store)))
      const spaced = (question: string) => ` ${question.replaceAll(" ", "  ")}\n`
      const askSpaced = Effect.forEach(ten, (question) => ask(spaced(question)), { concurrency: 1 })
      const second = yield* Effect.provide(askSpaced, Layer.fresh(layerOf(store)))
      assert.deepStrictEqual(
        second.flatMap(({ upstream }) => upstream),
        []
      )
      assert.deepStrictEqual(
        second.map(({ answer }) => answer),
        first.map(({ answer }) => answer)
      )
      const ofModel = first.filter(({ route }) => route === "model").length
      assert.isAbove(ofModel, 0)
      assert.strictEqual(second.filter(({ route }) => route === "memory").length, ofModel)
    }).pipe(Effect.scoped)
  )

  it.live("ask for another household's token all over again", () =>
    Effect.gen(function* () {
      const { ask, layerOf } = yield* household
      const shared = yield* Layer.build(Cache.layerMemory())
      const cache = Layer.succeedContext(shared)
      const question = "List my unwatched movies"
      yield* Effect.provide(ask(question), layerOf(cache))
      const other = yield* Effect.provide(ask(question), layerOf(cache, { PLEX_BASE_URL: "http://127.0.0.1:1" })).pipe(
        // The circuit that opens is nobody else's.
        Effect.provideServiceEffect(Shared.Shared, Shared.make)
      )
      assert.notStrictEqual(other.route, "memory")
      assert.isTrue(other.toolCalls.some(({ ok }) => !ok))
    }).pipe(Effect.scoped)
  )
})

describe("after a write that concerns them", () => {
  it.live("questions are answered anew, and right", () =>
    Effect.gen(function* () {
      const { ask, layerOf } = yield* household
      yield* Effect.gen(function* () {
        const downloading = "What's downloading right now?"
        const missing = "What are the most popular movies from 2023 that I don't have?"
        const unconcerned = "Search for Inception"
        for (const question of [downloading, missing, unconcerned]) yield* ask(question)
        const [write] = Questions.write
        const added = yield* Effect.provideService(ask(write), Approval, () => Effect.succeed(true))
        assert.isTrue(added.upstream.includes("radarr /api/v3/movie"), added.upstream.join())

        const queue = yield* ask(downloading)
        assert.deepStrictEqual(
          queue.upstream.filter((request) => request.startsWith("radarr")),
          ["radarr /api/v3/queue"]
        )
        const owned = yield* ask(missing)
        assert.isTrue(owned.upstream.some((request) => request.startsWith("plex")))
        assert.deepStrictEqual(
          owned.upstream.filter((request) => request.startsWith("tmdb")),
          [],
          "TMDb does not change by what a household adds"
        )
      }).pipe(Effect.provide(layerOf(Cache.layerMemory())))
    }).pipe(Effect.scoped)
  )
})
