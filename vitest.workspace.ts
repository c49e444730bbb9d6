/**
 * The test projects, by name: `npm test -- --project core`. vitest 5 reads this file only where it is named
 * (`--config vitest.workspace.ts`, as the npm scripts do).
 */
import { defineConfig } from "vitest/config"

const project = (name: string, root: string) => ({
  test: { name, root, include: ["test/**/*.test.ts"], testTimeout: 20_000, hookTimeout: 20_000 }
})

export default defineConfig({
  test: {
    projects: [
      { test: { name: "architecture", root: "architecture", include: ["**/*.test.ts"] } },
      project("cache", "packages/cache"),
      project("core", "packages/core"),
      project("openai", "packages/openai"),
      project("media", "packages/media"),
      project("testkit", "packages/testkit"),
      project("cli", "packages/cli"),
      project("examples", "examples")
    ]
  }
})
