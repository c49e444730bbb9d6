/**
 * Size: what a contestant takes on disk: its packages and all that they depend on, optional ones that are installed included.
 *
 * `node bench/peers/size.ts` prints it for each contestant of this folder.
 */
import { existsSync } from "node:fs"
import { readdir, readFile, realpath, stat } from "node:fs/promises"
import { dirname, join, sep } from "node:path"

import type { Contestant } from "../arena/Contestant.ts"

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly files?: ReadonlyArray<string>
}

export interface Size {
  /** Packages, the named ones included; each version counts once. */
  readonly packages: number
  /** The sum of the files' lengths. */
  readonly bytes: number
}

/**
 * The installed size of `packages`, each `name` or `name@version`: looked for in this folder's install, then in the root's.
 * Rejects where one is missing, or is there in another version.
 */
export const installedSize = async (packages: ReadonlyArray<string>): Promise<Size> => {
  const seen = new Map<string, Manifest>()
  for (const text of packages) {
    const [, name = "", version] = /^(.[^@]*)(?:@(.+))?$/.exec(text) ?? []
    const manifest = await add(name, import.meta.dirname, seen)
    if (manifest === undefined || (version ?? manifest.version) !== manifest.version) {
      throw new Error(`${text} is not installed: run npm ci in bench/peers.`)
    }
  }
  const sizes = await Promise.all(Array.from(seen, ([folder, manifest]) => packageBytes(folder, manifest)))
  return { packages: seen.size, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) }
}

/** Adds the package that `name` means in `from`, and its dependencies, by folder. What it is, if there is one. */
const add = async (name: string, from: string, seen: Map<string, Manifest>): Promise<Manifest | undefined> => {
  const found = find(name, from)
  if (found === undefined) return undefined
  const folder = await realpath(found)
  const known = seen.get(folder)
  if (known !== undefined) return known
  const manifest: Manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
  seen.set(folder, manifest)
  // An optional one, or a peer, counts where it is installed.
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const needed = { ...peerDependencies, ...optionalDependencies, ...dependencies }
  for (const dependency of Object.keys(needed)) await add(dependency, folder, seen)
  return manifest
}

/** A package of the workspace holds tests too: of it counts what would be published. */
const packageBytes = async (folder: string, { files = ["."] }: Manifest): Promise<number> => {
  const parts = folder.split(sep).includes("node_modules") ? ["."] : ["package.json", ...files]
  const sizes = await Promise.all(parts.map((part) => bytesOf(join(folder, part))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const find = (name: string, from: string): string | undefined => {
  const here = join(from, "node_modules", name)
  if (existsSync(join(here, "package.json"))) return here
  return dirname(from) === from ? undefined : find(name, dirname(from))
}

const bytesOf = async (path: string): Promise<number> => {
  const facts = await stat(path)
  if (!facts.isDirectory()) return facts.size
  const names = (await readdir(path)).filter((name) => name !== "node_modules")
  const sizes = await Promise.all(names.map((name) => bytesOf(join(path, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

if (import.meta.main) {
  for (const file of await readdir(join(import.meta.dirname, "contestants"))) {
    const { contestant }: { readonly contestant: Contestant } = await import(`./contestants/${file}`)
    const { bytes, packages } = await installedSize(contestant.packages)
    const megabytes = (bytes / 1e6).toFixed(1).padStart(6)
    console.log(`${contestant.name.padEnd(40)} ${megabytes} MB in ${String(packages).padStart(3)} packages`)
  }
}
