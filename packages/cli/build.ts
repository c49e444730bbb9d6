/**
 * Builds the `callsheet` command as it is shipped: `node packages/cli/build.ts`, into `dist`, which is a package of its own
 * that needs no other.
 *
 * One file holds what every question needs; what a run may not need stays in files that are loaded when it does. The source
 * runs without a build: this is for those who install the command.
 */
import { readdirSync } from "node:fs"
import { chmod, copyFile, readFile, rm, writeFile } from "node:fs/promises"
import { isBuiltin } from "node:module"
import { join, relative, resolve } from "node:path"

import { type Plugin, rolldown } from "rolldown"

import { build as buildWeb } from "../web/build.ts"
import packageJson from "./package.json" with { type: "json" }

const root = resolve(import.meta.dirname, "../..")
const entry = join(import.meta.dirname, "src/main.ts")

/** One file of the command. */
export interface BuiltFile {
  readonly name: string
  /** What is in it: paths from the repository's root. */
  readonly sources: ReadonlyArray<string>
}

/**
 * What `node` is given. The code that a run compiles is kept for the next one, where and as long as Node keeps it.
 *
 * Effect reads a stack while it loads, for the names in it. Told with its positions, it would have all of the code parsed
 * again. An error that ends the loading is told in full: its stack is not written before whoever reads it.
 *
 * A server is begun anew, in the same process, with the young generation that Node itself takes on a machine with 2 GB: with much
 * memory it lets that grow to 134 MB, which serves no request any faster (decision 0033). Told later, V8 does not listen.
 */
const start = `#!/usr/bin/env node
if (process.argv[2] === "serve" && process.execve && ![...process.execArgv, process.env.NODE_OPTIONS].join().includes("--max-semi-space-size"))
  process.execve(process.execPath, [process.execPath, "--max-semi-space-size=16", ...process.execArgv, ...process.argv.slice(1)], process.env)
process.getBuiltinModule("node:module").enableCompileCache()
const { prepareStackTrace } = Error
const namesOnly = (error, calls) => [String(error), ...calls.map((call) => "    at " + call.getFunctionName())].join("\\n")
Error.prepareStackTrace = namesOnly
try {
  await import("./main.js")
} finally {
  if (Error.prepareStackTrace === namesOnly) Error.prepareStackTrace = prepareStackTrace
}
`

/**
 * Node's own modules, each loaded when something of it is first used. An `import` of `node:http` would read all that it
 * exports, and with that load Node's `fetch`: 20 ms.
 */
const lateBuiltins: Plugin = {
  name: "late-builtins",
  // The bundler's own file imports this one.
  resolveId: (id) => (isBuiltin(id) && id !== "node:module" ? `\0late:${id}` : null),
  load: (id) => {
    if (!id.startsWith("\0late:")) return null
    const name = id.slice("\0late:".length)
    const builtin = process.getBuiltinModule(name)
    const get = `process.getBuiltinModule(${JSON.stringify(name)})`
    // A module that is itself a class, as `node:events`, is one at once.
    const code =
      typeof builtin === "function"
        ? `module.exports = ${get}`
        : `let loaded
for (const name of ${JSON.stringify(Object.keys(builtin ?? {}))})
  Object.defineProperty(exports, name, { enumerable: true, get: () => (loaded ??= ${get})[name] })`
    return { code, moduleType: "js" }
  }
}

/** Names what the client uses of undici: the bundler drops `export *` of a CommonJS module. */
const namedUndici: Plugin = {
  name: "named-undici",
  load: (id) =>
    /platform-node[\\/]dist[\\/]Undici\.js$/.test(id)
      ? `export { Agent, FormData, getGlobalDispatcher } from "undici"`
      : null
}

/** Finds what is loaded with the entry, at once and by its own imports. */
const loadedAtOnce = (found: Set<string>): Plugin => ({
  name: "loaded-at-once",
  buildEnd() {
    found.add(entry)
    for (const id of found) for (const imported of this.getModuleInfo(id)?.importedIds ?? []) found.add(imported)
  }
})

/** The licences of the packages in the command, each once. */
const licences = async (sources: ReadonlyArray<string>): Promise<string> => {
  const folders = new Set(sources.flatMap((source) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? []))
  const texts = [...folders].sort().map(async (folder) => {
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name))
    const text = file === undefined ? "" : await readFile(join(root, folder, file), "utf8")
    const { license, name, version } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"))
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`)
}

/** Builds the command into `folder`, in place of what is there. */
export const build = async (folder: string): Promise<ReadonlyArray<BuiltFile>> => {
  const atOnce = new Set<string>()
  const bundle = await rolldown({
    input: { main: entry },
    platform: "node",
    plugins: [lateBuiltins, namedUndici, loadedAtOnce(atOnce)]
  })
  await rm(folder, { recursive: true, force: true })
  const { output } = await bundle.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    // The few that are left ask for optional packages, and do without.
    polyfillRequire: false,
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups: [{ name: "main", test: (id) => atOnce.has(id) }] },
    // ASCII alone is half the size in memory. Names stay where a person may read them, in an error.
    minify: { compress: true, mangle: { keepNames: { class: true, function: false } }, codegen: { asciiOnly: true } }
  })
  const files = output
    .filter((file) => file.type === "chunk")
    .map(({ fileName, moduleIds }) => ({
      name: fileName,
      sources: moduleIds.map((id) => (id.startsWith("\0") ? id.slice(1) : relative(root, id)).replaceAll("\\", "/"))
    }))
  const { description, license, name, version } = packageJson
  const bin = { callsheet: "callsheet.js" }
  const manifest = { name, version, description, license, type: "module", bin, engines: { node: ">=24" } }
  await Promise.all([
    writeFile(join(folder, "callsheet.js"), start),
    writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`),
    writeFile(join(folder, "LICENSES.txt"), await licences(files.flatMap(({ sources }) => sources))),
    copyFile(join(root, "LICENSE"), join(folder, "LICENSE")),
    buildWeb(join(folder, "web"))
  ])
  await chmod(join(folder, "callsheet.js"), 0o755)
  return files
}

if (import.meta.main) await build(join(import.meta.dirname, "dist"))
