import * as Net from "node:net"
import { TLSSocket } from "node:tls"

import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"

import * as OpenAiConfig from "../src/OpenAiConfig.ts"
import * as SecureServer from "../src/testing/SecureServer.ts"
import * as Transport from "../src/Transport.ts"
import * as Wire from "../src/Wire.ts"
import { counted, counts } from "./counts.ts"
import { eventually, json, serve, turn } from "./servers.ts"

/** A server that accepts connections and says nothing. */
const listen = (port = 0) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly accepted: Array<Net.Socket>; readonly server: Net.Server }>(
      (resume) => {
        const accepted: Array<Net.Socket> = []
        const server = Net.createServer((socket) => {
          socket.on("error", () => {})
          socket.resume()
          accepted.push(socket)
        })
        server.listen(port, "127.0.0.1", () => {
          const address = server.address()
          if (typeof address !== "object" || address === null) return
          resume(Effect.succeed({ port: address.port, accepted, server }))
        })
      }
    ),
    ({ accepted, server }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of accepted) socket.destroy()
      })
  )

const warm = Effect.provide(Wire.layerWarm)

const wireTo = (port: number, host = "127.0.0.1", isSecure = false) =>
  Wire.make({ upstream: "test", host, port, isSecure })

/** Until `socket` can be written to; dies where that never will be. */
const opened = (socket: Net.Socket) =>
  Effect.callback<void>((resume) => {
    const done = () => resume(Effect.void)
    if (Wire.isOpen(socket)) return done()
    socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", done)
    socket.once("error", (error) => resume(Effect.die(error)))
  })

/** A connection that has been made, and has brought its session where it has one. */
const used = Effect.fnUntraced(function* (wire: Wire.Wire) {
  const socket = wire.take()
  const state = { hasSession: false }
  socket.once("session", () => {
    state.hasSession = true
  })
  yield* opened(socket)
  if (socket instanceof TLSSocket && !socket.isSessionReused()) yield* eventually(() => state.hasSession)
  return socket
})

/** Lets virtual time run until `isTrue`, while sockets work in real time; for how long, in milliseconds. */
const until = Effect.fnUntraced(function* (isTrue: () => boolean, step: Duration.Input = "1 second") {
  const startMillis = yield* Clock.currentTimeMillis
  while (!isTrue()) {
    yield* turn
    yield* TestClock.adjust(step)
  }
  return (yield* Clock.currentTimeMillis) - startMillis
})

describe("Wire", () => {
  it.effect.each(["TLSv1.2", "TLSv1.3"] as const)("resumes the session of the connection before, by %s", (maxVersion) =>
    Effect.gen(function* () {
      const { port, seen } = yield* SecureServer.make((_, response) => response.end(), { maxVersion })
      const wire = yield* wireTo(port, "localhost", true)
      for (let turn = 0; turn < 3; turn++) yield* used(wire)
      yield* eventually(() => seen.connections === 3)
      assert.deepStrictEqual(seen, { connections: 3, resumed: 2 })
      assert.deepStrictEqual(yield* counts, {
        "dns.client.lookups dns.lookup.source=resolver": 1,
        "dns.client.lookups dns.lookup.source=shared": 2,
        "http.client.connection.opened": 3,
        "tls.client.handshakes tls.resumed=false": 1,
        "tls.client.handshakes tls.resumed=true": 2
      })
    }).pipe(counted)
  )

  it.effect("opens a connection when one is wanted, and none before", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const wire = yield* wireTo(server.port)
      yield* until(() => false, "1 minute").pipe(Effect.timeoutOption("10 minutes"))
      assert.strictEqual(server.accepted.length, 0)
      const socket = wire.take()
      yield* opened(socket)
      wire.sent(socket)
      wire.sent(socket)
      wire.sent(new Net.Socket())
      assert.deepStrictEqual(yield* counts, {
        "http.client.connection.opened": 1,
        "http.client.connection.requests http.connection.state=new": 1,
        "http.client.connection.requests http.connection.state=reused": 1
      })
    }).pipe(counted)
  )

  it.effect("that is kept warm is open before it is wanted, and keeps one", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const wire = yield* warm(wireTo(server.port))
      yield* eventually(() => server.accepted.length === 1)
      const socket = wire.take()
      yield* opened(socket)
      wire.sent(socket)
      assert.include(yield* counts, { "http.client.connection.requests http.connection.state=warm": 1 })
      // While it is in use, or kept by whoever uses it, it is the one.
      yield* until(() => false).pipe(Effect.timeoutOption("3 minutes"))
      assert.strictEqual(server.accepted.length, 1)
      socket.destroy()
      yield* until(() => server.accepted.length === 2)
    }).pipe(counted)
  )

  it.effect("that is kept warm is renewed before servers drop it, and soon after one did", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      yield* warm(wireTo(server.port))
      yield* eventually(() => server.accepted.length === 1)
      const renewedMillis = yield* until(() => server.accepted.length === 2)
      assert.isAtLeast(renewedMillis, 45_000)
      assert.isBelow(renewedMillis, 60_000)
      yield* eventually(() => server.accepted[0]?.readableEnded === true)
      server.accepted[1]?.destroy()
      assert.isAtMost(yield* until(() => server.accepted.length === 3), 15_000)
    }).pipe(counted)
  )

  it.effect("asks a server that drops every connection no more often than every five seconds", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      server.server.on("connection", (socket) => socket.destroy())
      yield* warm(wireTo(server.port))
      yield* until(() => false).pipe(Effect.timeoutOption("2 minutes"))
      assert.isAbove(server.accepted.length, 1)
      assert.isAtMost(server.accepted.length, 25)
    }).pipe(counted)
  )

  it.effect("tries a server that is away ever more rarely, tells nobody, and finds it when it is back", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(listen())
      const wire = yield* warm(wireTo(port))
      yield* until(() => false, "10 seconds").pipe(Effect.timeoutOption("1 hour"))
      const failed = (yield* counts)["http.client.connection.failed"] ?? 0
      assert.isAbove(failed, 10)
      assert.isAtMost(failed, 67)
      const server = yield* listen(port)
      yield* until(() => server.accepted.length === 1)
      yield* opened(wire.take())
    }).pipe(counted)
  )

  it.effect("takes nothing that the server has hung up, and ends with its scope", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const scope = yield* Scope.make()
      const wire = yield* warm(wireTo(server.port)).pipe(Scope.provide(scope))
      yield* eventually(() => server.accepted.length === 1)
      let hasLeft = false
      server.accepted[0]?.end("HTTP/1.1 408 Request Timeout\r\n\r\n", () => (hasLeft = true))
      yield* eventually(() => hasLeft)
      // It arrives in the next turn or two.
      yield* Effect.repeat(turn, { times: 20 })
      const socket = wire.take()
      yield* opened(socket)
      assert.strictEqual(socket.readableLength, 0)
      yield* Scope.close(scope, Exit.void)
      yield* eventually(() => server.accepted.every(({ destroyed }) => destroyed))
      const { length } = server.accepted
      yield* until(() => false).pipe(Effect.timeoutOption("2 minutes"))
      assert.strictEqual(server.accepted.length, length)
      assert.notProperty(yield* counts, "http.client.connection.failed")
    }).pipe(counted)
  )
})

describe("Transport", () => {
  const models = Effect.fnUntraced(function* (baseUrl: string) {
    const transport = yield* Transport.make(OpenAiConfig.resolve({ baseUrl }), "GET", "/models")
    const ask = Effect.gen(function* () {
      const pending = yield* transport.open
      yield* pending.send(undefined)
      const text = yield* pending.readText
      yield* pending.over
      pending.close()
      return text
    })
    return { ask }
  })

  it.effect("asks over the connection that is warm, and over the same again", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, json).end("[]"))
      const { ask } = yield* warm(models(server.baseUrl))
      yield* eventually(() => server.connections.opened === 1)
      assert.deepStrictEqual([yield* ask, yield* ask], ["[]", "[]"])
      assert.deepStrictEqual(yield* counts, {
        "http.client.connection.opened": 1,
        "http.client.connection.requests http.connection.state=reused": 1,
        "http.client.connection.requests http.connection.state=warm": 1
      })
    }).pipe(counted)
  )

  it.effect("is secure, and resumes its session where the server keeps no connection", () =>
    Effect.gen(function* () {
      const server = yield* SecureServer.make((_, response) => {
        response.writeHead(200, { ...json, connection: "close" }).end("[]")
      })
      const { ask } = yield* models(`https://localhost:${server.port}/v1`)
      assert.deepStrictEqual([yield* ask, yield* ask], ["[]", "[]"])
      assert.deepStrictEqual(server.seen, { connections: 2, resumed: 1 })
      assert.include(yield* counts, {
        "http.client.connection.requests http.connection.state=new": 2,
        "tls.client.handshakes tls.resumed=true": 1
      })
    }).pipe(counted)
  )

  it.effect("asks again over another connection where the warm one turns out to be closed", () =>
    Effect.gen(function* () {
      const server = yield* serve((response, _, index) => {
        if (index === 0) response.socket?.resetAndDestroy()
        else response.writeHead(200, json).end("[]")
      })
      const { ask } = yield* warm(models(server.baseUrl))
      yield* eventually(() => server.connections.opened === 1)
      assert.strictEqual(yield* ask, "[]")
    }).pipe(counted)
  )
})
