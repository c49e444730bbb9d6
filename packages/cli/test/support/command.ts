/**
 * The command as a person runs it: a process of its own, its exit status, and what stands on stdout and stderr.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { assert } from "@effect/vitest"
import { inject } from "vitest"

const built = inject("built")

export interface Ended {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly cwd?: string
  /** Called with what stdout holds, each time it grows. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void
  /** A file for what goes to stdout. */
  readonly outputFile?: string
  /** What is started; else the command as it is shipped. */
  readonly main?: string
}

/** Runs the command with an environment of nothing but the path, so that nothing of the machine's own leaks in. */
export const callsheet = (
  args: ReadonlyArray<string>,
  { cwd, env, main = join(built, "callsheet.js"), onOutput, outputFile, stdin }: Options = {}
): Promise<Ended> =>
  new Promise((ended) => {
    const file = outputFile === undefined ? undefined : openSync(outputFile, "w")
    const child = spawn(process.execPath, [main, ...args], {
      cwd: cwd ?? tmpdir(),
      env: { PATH: "", NODE_COMPILE_CACHE: join(built, "cache"), ...env },
      stdio: ["pipe", file ?? "pipe", "pipe"]
    })
    if (file !== undefined) closeSync(file)
    let stdout = ""
    let stderr = ""
    child.stdout?.on("data", (data) => {
      stdout += String(data)
      onOutput?.(stdout, child)
    })
    child.stderr?.on("data", (data) => {
      stderr += String(data)
    })
    child.stdin?.on("error", () => {})
    child.stdin?.end(stdin ?? "")
    child.on("close", (status, signal) => ended({ status, signal, stdout, stderr }))
  })

const isOneSentence = (stderr: string) => assert.match(stderr, /^[^\n]+[.)]\n$/)

/** A person-readable failure: one line on stderr that says what to do, no stack, status as given. */
export const assertFails = ({ signal, status, stderr, stdout }: Ended, expected: number, says: RegExp) => {
  assert.deepStrictEqual([status, signal], [expected, null], stderr)
  isOneSentence(stderr)
  assert.match(stderr, says)
  assert.notMatch(stdout + stderr, /\n\s+at |Error:|undefined/)
}
