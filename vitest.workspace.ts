/**
 * The test projects, by name: `npm test -- --project core`. vitest 5 reads this file only where it is named
 * (`--config vitest.workspace.ts`, as the npm scripts do).
 */
import { availableParallelism } from "node:os"
import { resolve } from "node:path"

import { defineConfig } from "vitest/config"

/**
 * `isolate`: whether each file has a worker of its own, which costs a second or so for the modules that it loads. Limits are
 * for what hangs, not for what is slow: some tests start a dozen processes, on machines that do other things too.
 */
const project = (name: string, root: string, isolate = true, globalSetup: ReadonlyArray<string> = []) => ({
  test: {
    name,
    root,
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate,
    globalSetup: globalSetup.map((file) => resolve(import.meta.dirname, file))
  }
})

export default defineConfig({
  test: {
    // On two processors, too, since many tests wait for processes, servers and pauses more than they compute.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      { test: { name: "architecture", root: "architecture", include: ["**/*.test.ts"] } },
      project("cache", "packages/cache", false),
      project("core", "packages/core", false),
      project("openai", "packages/openai", false),
      project("media", "packages/media", false),
      project("testkit", "packages/testkit", false),
      project("mcp", "packages/mcp", false),
      project("server", "packages/server", false),
      project("web", "packages/web", false),
      project("cli", "packages/cli", false, ["./packages/cli/test/support/built.ts"]),
      project("examples", "examples")
    ]
  }
})
