/**
 * complete-lock: names in package-lock.json the binaries of other platforms that the registry in use did not offer.
 *
 * `npm install` leaves out an optional dependency it cannot resolve, and `npm ci` then refuses the lock ("Missing: ... from
 * lock file"). Each missing entry needs only a version, `optional`, and the os and cpu read from its name: on any other
 * platform npm skips it, and on that platform npm fetches it by name.
 *
 * Run by `npm run lock`, after every change of a dependency.
 */
import { readFileSync, writeFileSync } from "node:fs"

interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly dev?: boolean
  readonly os?: ReadonlyArray<string>
  readonly cpu?: ReadonlyArray<string>
  readonly libc?: ReadonlyArray<string>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const systems = ["darwin", "linux", "win32", "freebsd", "openbsd", "netbsd", "android", "sunos", "aix", "openharmony"]
const processors = ["x64", "arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "loong64", "mips64el", "wasm32"]

/** The os or cpu that a binary's name states; `undefined` where it states none. */
const stated = (name: string, known: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  const words = name.split(/[-/_]/).map((word) => (word === "riscv64gc" ? "riscv64" : word))
  const found = known.find((word) => words.includes(word) || (word === "arm" && words.some((w) => /^armv\d/.test(w))))
  return found === undefined ? undefined : [found]
}

const path = new URL("../package-lock.json", import.meta.url)
const lock: { packages: Record<string, LockEntry> } = JSON.parse(readFileSync(path, "utf8"))

const missing: Record<string, LockEntry> = {}
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    if (key in lock.packages || !/^\d/.test(version)) continue
    const os = stated(name, systems)
    const cpu = stated(name, processors)
    missing[key] = { version, optional: true, dev: true, ...(os && { os }), ...(cpu && { cpu }) }
  }
}

lock.packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
)
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
process.stdout.write(`lock completed: ${Object.keys(missing).length} entries added\n`)
