/**
 * The command as it is shipped, built once for all tests that start it: it starts twice as fast as from its source.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { TestProject } from "vitest/node"

import { build, type BuiltFile } from "../../build.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder that the command was built into. */
    readonly built: string
    readonly builtFiles: ReadonlyArray<BuiltFile>
  }
}

/** @public Called by vitest, before the first test of the project and after the last. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), "callsheet-built-"))
  project.provide("builtFiles", await build(folder))
  project.provide("built", folder)
  return () => rm(folder, { recursive: true, force: true })
}
