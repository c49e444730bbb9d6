/**
 * The test projects, by name: `npm test -- --project core`. vitest 5 reads this file only where it is named
 * (`--config vitest.workspace.ts`, as the npm scripts do).
 */
import { availableParallelism } from "node:os"
import { resolve } from "node:path"

import { defineConfig } from "vitest/config"

interface Options {
  /** Whether each file has a worker of its own, which costs a second or so for the modules that it loads. */
  readonly isolate?: boolean
  readonly globalSetup?: string
  readonly include?: string
  readonly exclude?: string
  /** Projects of a later group begin when those before are done. */
  readonly group?: number
}

/** Limits are for what hangs, not for what is slow: some tests start a dozen processes, on machines that do other things too. */
const project = (name: string, root: string, options: Options = {}) => ({
  test: {
    name,
    root,
    include: [options.include ?? "test/**/*.test.ts"],
    exclude: options.exclude === undefined ? [] : [options.exclude],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: options.isolate ?? false,
    globalSetup: options.globalSetup === undefined ? [] : [resolve(import.meta.dirname, options.globalSetup)],
    sequence: { groupOrder: options.group ?? 0 }
  }
})

const built = "./packages/cli/test/support/built.ts"

export default defineConfig({
  test: {
    // On two processors, too, since many tests wait for processes, servers and pauses more than they compute.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      { test: { name: "architecture", root: "architecture", include: ["**/*.test.ts"] } },
      project("cache", "packages/cache"),
      project("core", "packages/core"),
      project("openai", "packages/openai"),
      project("media", "packages/media"),
      project("testkit", "packages/testkit"),
      project("mcp", "packages/mcp"),
      project("server", "packages/server"),
      project("web", "packages/web"),
      project("cli", "packages/cli", { globalSetup: built, exclude: "test/web/**" }),
      project("examples", "examples", { isolate: true }),
      // By itself, since a browser takes all there is, and some of the others look at the clock.
      project("browser", "packages/cli", { globalSetup: built, include: "test/web/**/*.test.ts", group: 1 })
    ]
  }
})
