/**
 * Prometheus's own checker. Where it is not installed, what needs it is skipped by name.
 */
import { spawnSync } from "node:child_process"

const program = "promtool"

export const hasPromtool = spawnSync(program, ["--version"]).status === 0

/** What the name of a test says that needs it, where it is not there. */
export const needsPromtool = hasPromtool ? "" : " (skipped: needs promtool on PATH)"

export interface Judged {
  readonly status: number | null
  readonly output: string
}

/** Runs `promtool` in `cwd`, with `input` on its standard input. */
export const promtool = (
  args: ReadonlyArray<string>,
  { cwd, input = "" }: { cwd?: string; input?: string } = {}
): Judged => {
  const { status, stderr, stdout } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    ...(cwd === undefined ? {} : { cwd })
  })
  return { status, output: stdout + stderr }
}
