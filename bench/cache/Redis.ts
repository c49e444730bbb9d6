/**
 * Redis: what the server itself tells, asked on a connection of its own without any client.
 */
import { connect } from "node:net"

import * as Effect from "effect/Effect"

/** The server's reply to `command`, as it is on the wire. */
const ask = (port: number, command: string) =>
  Effect.callback<string>((resume) => {
    let reply = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\nQUIT\r\n`))
    socket.setEncoding("utf8")
    socket.on("data", (piece: string) => (reply += piece))
    socket.on("error", () => resume(Effect.succeed("")))
    socket.on("end", () => {
      socket.destroy()
      resume(Effect.succeed(reply))
    })
  })

/** How often each command was carried out since the server's start, but those by which that is asked; none if it is out of reach. */
export const commands = (port: number) =>
  Effect.map(ask(port, "INFO commandstats"), (reply) => {
    const counts = Array.from(
      reply.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm),
      ([, name = "", calls]) => [name, Number(calls)] as const
    )
    return new Map(counts.filter(([name]) => name !== "info" && name !== "quit"))
  })

/** How often each command was carried out while `effect` ran. */
export const commandsOf = Effect.fnUntraced(function* <A, E, R>(port: number, effect: Effect.Effect<A, E, R>) {
  const before = yield* commands(port)
  yield* effect
  const after = yield* commands(port)
  return new Map(
    [...after].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const).filter(([, calls]) => calls > 0)
  )
})
