/**
 * Bundle: a program of the bench as one file, as a program that is spawned often should be: from source, Node would find, read
 * and strip some 600 files each time.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import * as Effect from "effect/Effect"
import { type Plugin, rolldown } from "rolldown"

/** Names what the client uses of undici: the bundler drops `export *` of a CommonJS module. */
const namedUndici: Plugin = {
  name: "named-undici",
  load: (id) =>
    /platform-node[\\/]dist[\\/]Undici\.js$/.test(id)
      ? `export { Agent, FormData, getGlobalDispatcher } from "undici"`
      : null
}

/** A folder that goes with the scope. */
export const folder = (prefix: string) =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), `callsheet-${prefix}-`))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )

/** Writes `entry`, with all that it imports, into a folder that goes with the scope; the path of the file. */
export const make = Effect.fnUntraced(function* (entry: URL) {
  const into = yield* folder("bundle")
  yield* Effect.promise(async () => {
    const bundle = await rolldown({ input: fileURLToPath(entry), platform: "node", plugins: [namedUndici] })
    await bundle.write({
      dir: into,
      format: "esm",
      entryFileNames: "main.mjs",
      minify: true
    })
  })
  return join(into, "main.mjs")
})
