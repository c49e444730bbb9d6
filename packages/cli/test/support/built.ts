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

interface Built {
  readonly folder: string
  readonly files: ReadonlyArray<BuiltFile>
  users: number
}

declare global {
  /** The one build of a run of vitest, whose projects load this file each for itself. */
  var callsheetBuilt: Promise<Built> | undefined
}

const make = async (): Promise<Built> => {
  const folder = await mkdtemp(join(tmpdir(), "callsheet-built-"))
  return { folder, files: await build(folder), users: 0 }
}

/** @public Called by vitest, before the first test of a project and after the last. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const built = await (globalThis.callsheetBuilt ??= make())
  built.users++
  project.provide("builtFiles", built.files)
  project.provide("built", built.folder)
  return async () => {
    if (--built.users === 0) await rm(built.folder, { recursive: true, force: true })
  }
}
