import { createServer, type RequestListener, type Server } from "node:http"

import * as SecureServer from "@callsheet/openai/testing/SecureServer"
import * as Wire from "@callsheet/openai/Wire"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer, Metric, Schedule } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import * as HttpPool from "../src/HttpPool.ts"

/** A server for as long as the scope is open, and its connections. */
const serve = (answer: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const server = createServer(answer)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)).closeAllConnections())
    ),
    (server) => {
      const address = server.address()
      const seen = { opened: 0, open: 0 }
      server.on("connection", (socket) => {
        seen.opened++
        seen.open++
        socket.on("close", () => seen.open--)
      })
      return { url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, seen }
    }
  )

const greeter = serve((_, response) => response.end("hello"))

const greeting = (url: string) => Effect.flatMap(HttpClient.get(url), ({ text }) => text)

/** Waits until sockets have brought `isTrue` about. */
const eventually = (isTrue: () => boolean) =>
  TestClock.withLive(Effect.repeat(Effect.sync(isTrue), { until: (is) => is, schedule: Schedule.spaced("1 millis") }))

/** One turn of the real event loop. */
const turn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** What was counted, as `upstream: metric attribute=value`. */
const counts = Effect.map(Metric.snapshot, (all) =>
  Object.fromEntries(
    all.flatMap((metric) => {
      if (metric.type !== "Counter") return []
      const { "callsheet.upstream": upstream, ...attributes } = { ...metric.attributes }
      const name = [metric.id, ...Object.entries(attributes).map(([name, value]) => `${name}=${value}`)].join(" ")
      return [[`${upstream}: ${name}`, Number(metric.state.count)]]
    })
  )
)

/** Runs `effect` over a pool and counts of its own; `env` sets services up. */
const pooled = <A, E>(
  effect: Effect.Effect<A, E, HttpClient.HttpClient>,
  env: Readonly<Record<string, string>> = {},
  warm: Layer.Layer<never> = Layer.empty
) =>
  effect.pipe(
    Effect.provide(
      HttpPool.layer.pipe(Layer.provide(warm), Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))
    ),
    Effect.provideService(Metric.MetricRegistry, new Map())
  )

const connection = "http.client.connection"

describe("HttpPool", () => {
  it.effect("is the same pool for all who ask, even where the first leaves while it loads", () =>
    Effect.gen(function* () {
      const { url } = yield* greeter
      yield* pooled(
        Effect.gen(function* () {
          const first = yield* Effect.forkChild(greeting(url), { startImmediately: true })
          const second = yield* Effect.forkChild(greeting(url), { startImmediately: true })
          yield* Fiber.interrupt(first)
          assert.strictEqual(yield* Fiber.join(second), "hello")
          assert.strictEqual(yield* greeting(url), "hello")
        })
      )
    })
  )

  it.effect("counts by upstream what was opened and what was used again", () =>
    Effect.gen(function* () {
      const plex = yield* greeter
      const other = yield* greeter
      yield* pooled(
        Effect.gen(function* () {
          for (const url of [plex.url, plex.url, plex.url, other.url]) {
            yield* greeting(url)
            // An answer that is read has not yet left its connection.
            yield* turn
          }
          yield* Effect.flip(greeting("http://127.0.0.1:1"))
          assert.deepStrictEqual(yield* counts, {
            [`plex: ${connection}.opened`]: 1,
            [`plex: ${connection}.requests http.connection.state=new`]: 1,
            [`plex: ${connection}.requests http.connection.state=reused`]: 2,
            [`${new URL(other.url).host}: ${connection}.opened`]: 1,
            [`${new URL(other.url).host}: ${connection}.requests http.connection.state=new`]: 1,
            [`127.0.0.1:1: ${connection}.failed`]: 1
          })
        }),
        { PLEX_BASE_URL: `${plex.url}/base`, PLEX_TOKEN: "t" }
      )
    })
  )

  it.effect("has, where wires are warm, a connection to each service before the first question", () =>
    Effect.gen(function* () {
      const plex = yield* greeter
      const radarr = yield* greeter
      yield* pooled(
        Effect.gen(function* () {
          yield* TestClock.adjust("100 millis")
          yield* eventually(() => plex.seen.open === 1 && radarr.seen.open === 1)
          assert.strictEqual(yield* greeting(plex.url), "hello")
          assert.include(yield* counts, {
            [`plex: ${connection}.opened`]: 1,
            [`plex: ${connection}.requests http.connection.state=warm`]: 1,
            [`radarr: ${connection}.opened`]: 1
          })
        }),
        { PLEX_BASE_URL: plex.url, PLEX_TOKEN: "t", RADARR_BASE_URL: radarr.url, RADARR_API_KEY: "k" },
        Wire.layerWarm
      )
      yield* eventually(() => plex.seen.open === 0 && radarr.seen.open === 0)
    })
  )

  it.effect("opens another, where wires are warm, when a server has closed the connection that was idle", () =>
    Effect.gen(function* () {
      const plex = yield* serve((_, response) => response.writeHead(200, { connection: "close" }).end("hello"))
      yield* pooled(
        Effect.gen(function* () {
          yield* TestClock.adjust("100 millis")
          for (const turn of [1, 2, 3]) {
            yield* eventually(() => plex.seen.opened === turn && plex.seen.open === 1)
            assert.strictEqual(yield* greeting(plex.url), "hello")
            yield* eventually(() => plex.seen.open === 0)
            yield* TestClock.adjust("5 seconds")
          }
          assert.include(yield* counts, { [`plex: ${connection}.requests http.connection.state=warm`]: 3 })
        }),
        { PLEX_BASE_URL: plex.url, PLEX_TOKEN: "t" },
        Wire.layerWarm
      )
    })
  )

  it.effect("resumes a service's TLS session where the server keeps no connection, and looks its name up once", () =>
    Effect.gen(function* () {
      const { port, seen } = yield* SecureServer.make((_, response) => {
        response.writeHead(200, { connection: "close" }).end("hello")
      })
      const url = `https://localhost:${port}`
      yield* pooled(
        Effect.gen(function* () {
          for (const greeted of [yield* greeting(url), yield* greeting(url)]) assert.strictEqual(greeted, "hello")
          assert.deepStrictEqual(seen, { connections: 2, resumed: 1 })
          assert.deepStrictEqual(yield* counts, {
            "tmdb: dns.client.lookups dns.lookup.source=resolver": 1,
            "tmdb: dns.client.lookups dns.lookup.source=shared": 1,
            [`tmdb: ${connection}.opened`]: 2,
            [`tmdb: ${connection}.requests http.connection.state=new`]: 2,
            "tmdb: tls.client.handshakes tls.resumed=false": 1,
            "tmdb: tls.client.handshakes tls.resumed=true": 1
          })
        }),
        { TMDB_BASE_URL: url, TMDB_API_KEY: "k" }
      )
    })
  )
})
