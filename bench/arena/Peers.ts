/**
 * Peers: the foreign contestants, whose packages have an install of their own in `bench/peers`.
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

import * as Effect from "effect/Effect"

import type { Contestant, Setting } from "./Contestant.ts"
import * as Entries from "./Entries.ts"
import type { Entry } from "./Match.ts"

const folder = join(import.meta.dirname, "../peers")

export interface Participant {
  readonly entry: Entry
  /** Over which it is measured: Responses where it has it. */
  readonly api: Setting["api"]
  /** The name of the floor with the same API. */
  readonly floor: string
  readonly onlyStreams: boolean
  readonly isOurs: boolean
  /** Empty where there is nothing to install. */
  readonly packages: ReadonlyArray<string>
}

const foreign = ["ai-sdk", "openai-agents", "langgraph", "mastra", "effect-ai", "openai-run-tools"]

const entryOf = (name: string): Entry => ({
  name,
  module: new URL(`../peers/contestants/${name}.ts`, import.meta.url),
  tracing: false,
  plans: false
})

/** Installs the folder, where it is not. Node 24 comes first on the PATH: an older one makes npm choose older majors. */
const install: Effect.Effect<void> = Effect.callback((resume) => {
  if (existsSync(join(folder, "node_modules/.package-lock.json"))) return resume(Effect.void)
  const bin = join(import.meta.dirname, "../../node_modules/.bin")
  const child = spawn("npm", ["ci", "--no-workspaces", "--no-audit", "--no-fund"], {
    cwd: folder,
    env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    stdio: ["ignore", "ignore", "inherit"]
  })
  child.on("close", (code) =>
    resume(code === 0 ? Effect.void : Effect.die(new Error(`npm ci in bench/peers ended with status ${code}.`)))
  )
})

const load = (module: URL): Effect.Effect<Contestant> =>
  Effect.map(
    Effect.promise((): Promise<{ readonly contestant: Contestant }> => import(module.href)),
    ({ contestant }) => contestant
  )

/** The floor, ours, and the foreign ones whose names are in `only`; all of them where it is empty. */
export const participants = Effect.fnUntraced(function* (only: ReadonlyArray<string>) {
  const unknown = only.filter((name) => !foreign.includes(name))
  if (unknown.length > 0) {
    return yield* Effect.die(new Error(`No contestant ${unknown.join(", ")}; there are ${foreign.join(", ")}.`))
  }
  yield* install
  const wanted = foreign.filter((name) => only.length === 0 || only.includes(name))
  const { callsheet, callsheetTraced, chatFloor, floor, languageModel, languageModelTraced } = Entries
  const ours = [callsheet, callsheetTraced, languageModel, languageModelTraced]
  return yield* Effect.forEach(
    [floor, chatFloor, ...ours, ...wanted.map(entryOf)],
    (entry) =>
      Effect.map(load(entry.module), ({ apis, name, onlyStreams = false, packages }): Participant => {
        const api = entry !== chatFloor && apis.includes("responses") ? "responses" : "chat"
        const base = api === "chat" ? chatFloor.name : floor.name
        const isOurs = ours.includes(entry)
        const isForeign = entry !== floor && entry !== chatFloor && !isOurs
        return {
          entry: isForeign ? { ...entry, name } : entry,
          api,
          floor: base,
          onlyStreams,
          isOurs,
          packages
        }
      }),
    { concurrency: 1 }
  )
})

interface Size {
  readonly packages: number
  readonly bytes: number
}

/** On disk, all that it depends on included. */
export const installedSize = (packages: ReadonlyArray<string>): Effect.Effect<Size> =>
  Effect.promise(async () => {
    // Not a part of this project's types: it reads another install.
    const module: string = new URL("../peers/size.ts", import.meta.url).href
    const size: { readonly installedSize: (packages: ReadonlyArray<string>) => Promise<Size> } = await import(module)
    return size.installedSize(packages)
  })
