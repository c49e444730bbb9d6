import { createServer } from "node:http"
import { connect, type Socket } from "node:net"

import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer } from "effect"

import * as Doors from "../src/Doors.ts"
import * as Client from "./support/Client.ts"
import * as TestServer from "./support/TestServer.ts"

/** A server with its doors, at most `maxConnections` clients in it, and what came in. */
const listening = (maxConnections: number) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const server = createServer()
      const came: Array<Socket> = []
      server.on("connection", (socket) => came.push(socket))
      const reusePort = yield* Doors.areShared(0, "127.0.0.1")
      const doors = Doors.make(server, maxConnections, reusePort)
      const port = yield* Effect.callback<number>((resume) => {
        server.listen({ host: "127.0.0.1", port: 0, reusePort }, () => {
          const address = server.address()
          resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
        })
      })
      yield* doors.open
      // A door listens a turn later.
      yield* Effect.sleep(10)
      return { came, doors, port }
    }),
    ({ came, doors }) =>
      Effect.flatMap(doors.close, (closed) => {
        for (const socket of came) socket.destroy()
        return Deferred.await(closed)
      })
  )

const clients = (port: number, count: number) =>
  Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => {}))

const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

describe("Doors", () => {
  it.live.skipIf(process.platform !== "linux")("take in several clients a turn of the loop", () =>
    Effect.gen(function* () {
      const { came, port } = yield* listening(200)
      const sockets = clients(port, 128)
      let turns = 0
      while (came.length < 128) {
        yield* turn
        turns++
      }
      assert.isBelow(turns, 64)
      for (const socket of sockets) socket.destroy()
    })
  )

  it.live("let in no more clients than may be in, by whichever door", () =>
    Effect.gen(function* () {
      const { doors, port } = yield* listening(10)
      const sockets = clients(port, 40)
      const cut: Array<Socket> = []
      for (const socket of sockets) socket.on("close", () => cut.push(socket)).resume()
      while (cut.length < 30) yield* Effect.sleep(1)
      assert.deepStrictEqual([cut.length, doors.connections()], [30, 10])
      for (const socket of sockets) socket.destroy()
      while (doors.connections() > 0) yield* Effect.sleep(1)
    })
  )

  it.live("are closed once all have left, and not before", () =>
    Effect.gen(function* () {
      const { came, doors, port } = yield* listening(100)
      const sockets = clients(port, 32)
      while (came.length < 32) yield* Effect.sleep(1)
      const closed = yield* doors.close
      const late = yield* Effect.callback<string>((resume) => {
        connect(port, "127.0.0.1").on("error", ({ message }) => resume(Effect.succeed(message)))
      })
      assert.match(late, /ECONNREFUSED/)
      assert.isFalse(yield* Deferred.isDone(closed))
      for (const socket of sockets) socket.destroy()
      yield* Deferred.await(closed)
      while (doors.connections() > 0) yield* Effect.sleep(1)
    })
  )

  it.live("are not opened at a port where another server listens", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const port = Number(new URL(url).port)
      const second = yield* Effect.exit(Effect.scoped(Layer.build(TestServer.layer({ port }))))
      assert.isTrue(Exit.isFailure(second) && JSON.stringify(second).includes("EADDRINUSE"))
      assert.strictEqual((yield* Client.get(url, "/healthz")).status, 200)
    })
  )
})
