/**
 * Spawned: a process that is run to its end, and what it wrote.
 */
import { spawn } from "node:child_process"

import * as Effect from "effect/Effect"

export interface Spawned {
  readonly stdout: string
  /** From the call of `spawn` to the end of the process and of what it wrote. */
  readonly millis: number
  /** From the call of `spawn` until all that it wrote was there: its end comes later. */
  readonly endOfOutputMillis: number
}

export interface Options {
  readonly args: ReadonlyArray<string>
  /** All of its environment but what finds and caches programs. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where Node keeps the code that it has compiled; nowhere, where it is absent. */
  readonly compileCache?: string
  /** What it reads. */
  readonly stdin?: string
}

/** Of what a process says on stderr, the end is kept for the error. */
const maxComplaint = 2000

/** Runs Node with `args`. One that ends with another status than 0 is a defect; leaving it ends it. */
export const run = ({ args, compileCache, env, stdin }: Options): Effect.Effect<Spawned> =>
  Effect.callback<Spawned>((resume) => {
    const begin = performance.now()
    const child = spawn(process.execPath, [...args], {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env, NODE_COMPILE_CACHE: compileCache },
      stdio: ["pipe", "pipe", "pipe"]
    })
    const pieces: Array<Buffer> = []
    let complaint = ""
    let endOfOutputMillis = Number.NaN
    child.stdout.on("data", (piece: Buffer) => {
      endOfOutputMillis = performance.now() - begin
      pieces.push(piece)
    })
    child.stderr.on("data", (piece: Buffer) => {
      complaint = (complaint + String(piece)).slice(-maxComplaint)
    })
    child.on("error", (error) => resume(Effect.die(error)))
    child.on("close", (code) => {
      const millis = performance.now() - begin
      if (code === 0) resume(Effect.succeed({ stdout: Buffer.concat(pieces).toString(), millis, endOfOutputMillis }))
      else resume(Effect.die(new Error(`${args[0] ?? "node"} ended with status ${code}. ${complaint}`)))
    })
    child.stdin.end(stdin ?? "")
    return Effect.sync(() => void child.kill("SIGKILL"))
  })
