/**
 * RedisServer: a real redis-server on a port of its own of 127.0.0.1, where the program is on PATH. It saves nothing by itself.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const program = "redis-server"

export const hasRedis = spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0

/** For the name of what is skipped without the program. */
export const needsRedis = hasRedis ? "" : " (skipped: redis-server is not on PATH)"

export interface RedisServer {
  readonly port: number
  readonly url: string
  readonly redacted: Redacted.Redacted
  /** Starts it again where it was, with what it had saved. */
  readonly start: Effect.Effect<void>
  /** Ends it at once, without saving. */
  readonly kill: Effect.Effect<void>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
}

const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const ready = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    let output = ""
    child.stdout?.on("data", (chunk) => {
      output += String(chunk)
      if (output.includes("Ready to accept connections")) resume(Effect.void)
    })
    child.on("exit", () => resume(Effect.die(new Error(`redis-server ended: ${output}`))))
  })

/** A server that ends with the scope; `args` are further options of the program. */
export const make = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-redis-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const port = yield* freePort
  let child: ChildProcess | undefined
  const fixed = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]

  const start = Effect.suspend(() => {
    child = spawn(program, [...fixed, ...args], { stdio: ["ignore", "pipe", "ignore"] })
    return ready(child)
  })
  const kill = Effect.suspend(() => {
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return Effect.void
    const ended = once(running, "exit")
    running.kill("SIGKILL")
    return Effect.promise(() => ended)
  })
  yield* Effect.acquireRelease(start, () => kill)
  const url = `redis://127.0.0.1:${port}`
  const server: RedisServer = {
    port,
    url,
    redacted: Redacted.make(url),
    start,
    kill,
    signal: (signal) => Effect.sync(() => child?.kill(signal))
  }
  return server
})
