/**
 * ColdStart: milliseconds from the spawning of a process to its first request.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Effect from "effect/Effect"

import { median, rounded, type Row } from "../Report.ts"
import type { Setting } from "./Contestant.ts"
import { type Entry, rotated } from "./Match.ts"

export interface Command {
  readonly name: string
  /** What `node` is given. `baseUrl` is the model's; it is also in the environment, as `OPENAI_BASE_URL`. */
  readonly args: (baseUrl: string) => ReadonlyArray<string>
  /** Whether code compiled by earlier spawns is there: the module compile cache, where the command turns it on. */
  readonly isWarm: boolean
  readonly atMost?: number
}

const folder = (prefix: string) =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), prefix))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )

/** A server that tells when a request has arrived, and never answers. */
const listening = Effect.gen(function* () {
  let seen: (at: number) => void = () => {}
  const server = createServer(() => seen(performance.now()))
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
      })
    }),
    () => Effect.sync(() => void server.close().closeAllConnections())
  )
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    onRequest: (tell: (at: number) => void) => {
      seen = tell
    }
  }
})

/** Spawns `command` and ends it when its first request is there. */
const once = Effect.fnUntraced(function* (
  command: Command,
  server: Effect.Success<typeof listening>,
  warmCache: string
) {
  const cache = command.isWarm ? warmCache : yield* folder("callsheet-cold-")
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    NODE_COMPILE_CACHE: undefined,
    TMPDIR: cache,
    OPENAI_API_KEY: "sk-arena",
    OPENAI_BASE_URL: server.baseUrl,
    // With a service set there are no demo services to start. Nothing is asked of it.
    TMDB_API_KEY: "key"
  }
  return yield* Effect.callback<number>((resume) => {
    let problem = ""
    const start = performance.now()
    const child = spawn(process.execPath, [...command.args(server.baseUrl)], {
      env,
      cwd: cache,
      stdio: ["ignore", "ignore", "pipe"]
    })
    let millis: number | undefined
    server.onRequest((at) => {
      if (millis !== undefined) return
      millis = at - start
      // What it has compiled it writes when it ends by itself: so it is asked to.
      child.kill("SIGTERM")
    })
    child.stderr.on("data", (piece: Buffer) => {
      problem += String(piece)
    })
    child.on("close", (code) => {
      if (millis !== undefined) resume(Effect.succeed(millis))
      else resume(Effect.die(new Error(`${command.name} ended with status ${code} and asked nothing: ${problem}`)))
    })
    return Effect.sync(() => void child.kill("SIGKILL"))
  }).pipe(Effect.timeout("30 seconds"), Effect.orDie)
}, Effect.scoped)

/** The first is what the others are measured against: in the same rotation, median of the rotations. */
export const rows = Effect.fnUntraced(function* (commands: ReadonlyArray<Command>, rotations: number) {
  const server = yield* listening
  const warmCache = yield* folder("callsheet-warm-")
  const millis = new Map<Command, Array<number>>(commands.map((command) => [command, []]))
  for (let rotation = -2; rotation < rotations; rotation++) {
    for (const command of rotated(commands, rotation + 2)) {
      const found = yield* once(command, server, warmCache)
      if (rotation >= 0) millis.get(command)?.push(found)
    }
  }
  const [bare] = commands
  const of = (command: Command | undefined) => (command === undefined ? [] : (millis.get(command) ?? []))
  return commands.map((command): Row => {
    const ratios = of(command).map((value, rotation) => value / (of(bare)[rotation] ?? Number.NaN))
    const isBare = command === bare
    return {
      name: `spawn to first request: ${command.name}`,
      value: median(isBare ? of(command) : ratios),
      unit: isBare ? "ms" : "x bare",
      ...(command.atMost === undefined ? {} : { atMost: command.atMost }),
      note: `${rounded(median(of(command)), 1)} ms, least ${rounded(Math.min(...of(command)), 1)}; ${isBare ? "" : `least ratio ${rounded(Math.min(...ratios), 2)} of `}${rotations} rotations`
    }
  })
}, Effect.scoped)

/** One request over `node:http`. */
export const bare: Command = {
  name: "a bare node:http script",
  args: () => [join(import.meta.dirname, "bare.mjs")],
  isWarm: true
}

/** A contestant of the arena, from its source. */
export const contestant = ({ module, name }: Entry, api: Setting["api"]): Command => ({
  name,
  args: (baseUrl) => {
    const setting: Setting = { baseUrl, toolUrl: baseUrl, api, streaming: true, tracing: false, plans: false }
    return [join(import.meta.dirname, "first.ts"), module.href, JSON.stringify(setting)]
  },
  isWarm: true
})

const built = join(import.meta.dirname, "../../packages/cli/dist/callsheet.js")

/** The built command, asked one question, in which no name is to be looked up before the model is asked. */
export const callsheet = (isWarm: boolean, atMost?: number): Command => ({
  name: `callsheet, built, ${isWarm ? "compiled before" : "never run before"}`,
  args: () => [built, "ask", "Tell me a joke.", "--json"],
  isWarm,
  ...(atMost === undefined ? {} : { atMost })
})

/** Builds the command from its source. A defect where that fails. */
export const build: Effect.Effect<void> = Effect.callback((resume) => {
  const script = join(import.meta.dirname, "../../packages/cli/build.ts")
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "inherit"] })
  child.on("close", (code) =>
    resume(code === 0 ? Effect.void : Effect.die(new Error(`The build ended with status ${code}.`)))
  )
})
