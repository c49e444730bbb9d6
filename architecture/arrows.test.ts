/**
 * The arrows of the architecture: which package and which room of core may import which. Reads the imports themselves, so
 * that neither a hoisted dependency nor a relative path can go around them.
 */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"

import { assert, describe, it } from "vitest"

const root = resolve(import.meta.dirname, "..")

/** What each package's `src` may import besides itself, as the first segments of the specifier. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  cache: ["effect", "@redis/client", "node:"],
  core: ["effect", "minisearch", "@callsheet/cache"],
  openai: [
    "effect",
    "openai",
    "ws",
    "node:",
    "@callsheet/core/model/ModelStream",
    "@callsheet/core/Span",
    "@callsheet/core/explain/Trace"
  ],
  mcp: ["effect", "@callsheet/core", "@callsheet/cache"],
  media: ["effect", "@callsheet/cache", "@callsheet/core/schedule/Annotations", "@callsheet/core/foresee/Route"],
  testkit: ["effect", "@effect/platform-node", "ws", "node:"],
  // Talks HTTP only.
  web: ["effect", "marked", "preact", "uplot"],
  server: ["effect", "@effect/platform-node", "@callsheet/cache", "@callsheet/core", "node:"],
  cli: [
    "effect",
    "yaml",
    "../package.json",
    "@callsheet/cache",
    "@callsheet/core",
    "@callsheet/media",
    "@callsheet/mcp",
    "@callsheet/openai",
    "@callsheet/server",
    "@callsheet/testkit",
    "@effect/opentelemetry",
    "@effect/platform-node",
    "@opentelemetry",
    "node:buffer",
    "node:perf_hooks",
    "node:sqlite",
    "node:v8"
  ]
}

/** The rooms of core, lowest first: a file imports only its own room, lower rooms and the vocabulary. */
const rooms = ["vocabulary", "model", "schedule", "foresee", "explain", "Agent"]

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))

/** An import as a statement, and one that waits for its call. */
const statement = /^(?:import\s+|(?:import|export)\s(?<clause>[^"();=]*?)\bfrom\s*)"(?<specifier>[^"]+)"/gm
const expression = /\bimport\s*\(\s*"(?<specifier>[^"]+)"/gm

const importsOf = (file: string): ReadonlyArray<string> => {
  const text = readFileSync(file, "utf8")
  return [statement, expression].flatMap((form) =>
    Array.from(text.matchAll(form), ({ groups }) => groups?.["specifier"] ?? "")
  )
}

/** What is loaded with `file`: no types, and nothing that waits for a call of `import`. */
const loadedWith = (file: string): ReadonlyArray<string> =>
  Array.from(readFileSync(file, "utf8").matchAll(statement), ({ groups }) => groups)
    .filter((groups) => !groups?.["clause"]?.trimStart().startsWith("type "))
    .map((groups) => groups?.["specifier"] ?? "")

const mayImport = (specifier: string, names: ReadonlyArray<string>) =>
  names.some((name) => specifier === name || specifier.startsWith(name.endsWith(":") ? name : `${name}/`))

/** Those of `explain` by which the rooms below it say what they do. */
const told = new Set(["explain/Trace.ts", "explain/Recorder.ts", "explain/Component.ts"])

const room = (file: string): string => {
  const path = relative(join(root, "packages/core/src"), file).split(sep).join("/")
  if (told.has(path)) return "vocabulary"
  const [first = "", second] = relative(join(root, "packages/core/src"), file).split(sep)
  return second === undefined ? (first === "Agent.ts" ? "Agent" : "vocabulary") : first
}

describe("imports", () => {
  for (const [name, names] of Object.entries(allowed)) {
    const src = join(root, "packages", name, "src")
    it(`${name} imports only what stands below it`, () => {
      const wrong = sources(src).flatMap((file) =>
        importsOf(file)
          .filter((specifier) =>
            specifier.startsWith(".") && specifier !== "../package.json"
              ? relative(src, resolve(dirname(file), specifier)).startsWith("..")
              : !mayImport(specifier, names) || specifier.includes("/internal/")
          )
          .map((specifier) => `${relative(root, file)} imports ${specifier}`)
      )
      assert.deepStrictEqual(wrong, [])
    })
  }

  it("core's rooms import only the rooms below them", () => {
    const wrong = sources(join(root, "packages/core/src")).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => resolve(dirname(file), specifier))
        .filter((target) => rooms.indexOf(room(target)) > rooms.indexOf(room(file)))
        .map((target) => `${relative(root, file)} imports ${relative(root, target)}`)
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("core has no room of which nothing is said", () => {
    const unknown = sources(join(root, "packages/core/src")).filter((file) => !rooms.includes(room(file)))
    assert.deepStrictEqual(unknown, [])
  })

  it("the command loads stand-ins and OpenTelemetry only where they are wanted", () => {
    const loaded = new Set([join(root, "packages/cli/src/main.ts")])
    for (const file of loaded) {
      if (!file.endsWith(".ts")) continue
      for (const specifier of loadedWith(file)) {
        loaded.add(specifier.startsWith(".") ? resolve(dirname(file), specifier) : specifier)
      }
    }
    assert.isAbove(loaded.size, 20)
    assert.deepStrictEqual(
      [...loaded].filter((name) => /^@callsheet\/testkit|opentelemetry|StandIns\.ts$|Telemetry\.ts$/.test(name)),
      []
    )
  })

  it("knows every package", () => {
    assert.deepStrictEqual(readdirSync(join(root, "packages")).sort(), Object.keys(allowed).sort())
  })
})
