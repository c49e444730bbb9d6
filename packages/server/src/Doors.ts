/**
 * Doors: several sockets that listen where a server does, and who came in by them. In each turn of its loop, node takes in one connection
 * a listening socket: where hundreds of streams fill every turn, hundreds of new clients at one socket would wait for as many turns.
 *
 * Only on Linux, where the system shares the new connections out among sockets that listen at one port.
 */
import type { Server as HttpServer } from "node:http"
import * as Net from "node:net"

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerError from "effect/http/HttpServerError"

/** The server's own socket is one of them. */
const count = 16

export interface Doors {
  /** Opens them beside the server, which listens. One that cannot be opened is no harm. */
  readonly open: Effect.Effect<void>
  /** Takes nobody in any more; `closed` is done once all have left who came in. */
  readonly close: Effect.Effect<Deferred.Deferred<void>>
  /** Sockets of clients that are open. */
  readonly connections: () => number
}

/**
 * The doors of `server`, several where the port is shared. Of its clients, by whichever door, `maxConnections` may be in at a time; others
 * are cut off.
 */
export const make = (server: HttpServer, maxConnections: number, isShared: boolean): Doors => {
  let connections = 0
  let others: ReadonlyArray<Net.Server> = []
  server.on("connection", (socket) => {
    connections++
    socket.once("close", () => connections--)
    if (connections > maxConnections) socket.destroy()
  })

  const open = ({ address, port }: Net.AddressInfo): Net.Server => {
    // As node's HTTP server makes its own.
    const door = Net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit("connection", socket))
    door.on("error", () => {})
    return door.listen({ host: address, port, reusePort: true })
  }

  return {
    connections: () => connections,
    open: Effect.sync(() => {
      const address = server.address()
      if (!isShared || address === null || typeof address === "string") return
      others = Array.from({ length: count - 1 }, () => open(address))
    }),
    close: Effect.sync(() => {
      const closed = Deferred.makeUnsafe<void>()
      let left = 1 + others.length
      const leave = () => {
        left--
        if (left === 0) Deferred.doneUnsafe(closed, Exit.void)
      }
      server.close(leave)
      for (const door of others) door.close(leave)
      return closed
    })
  }
}

const listens = (options: Net.ListenOptions): Effect.Effect<void, HttpServerError.ServeError> =>
  Effect.callback((resume) => {
    const probe = Net.createServer()
    probe.once("error", (cause) => resume(Effect.fail(new HttpServerError.ServeError({ cause }))))
    probe.listen(options, () => probe.close(() => resume(Effect.void)))
  })

/**
 * Whether there can be several doors at a port: then the server itself must share it (`reusePort`).
 *
 * Fails where another listens there: among those who share a port the system would not say so.
 */
export const areShared = (port: number, host: string): Effect.Effect<boolean, HttpServerError.ServeError> => {
  if (process.platform !== "linux") return Effect.succeed(false)
  const isVacant = port === 0 ? Effect.void : listens({ port, host, exclusive: true })
  return Effect.andThen(isVacant, Effect.isSuccess(listens({ port, host, reusePort: true })))
}
