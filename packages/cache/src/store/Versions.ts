/**
 * Versions: the versions of any number of names in bounded room, of one process or of one file.
 *
 * Only names that were ever replaced are held; all others share the base. With too many of them the base is replaced itself
 * and all are let go: then everything is outdated at once, and nothing that was comes back.
 */
import { randomBytes } from "node:crypto"

/** 96 random bits: no two versions are ever the same. */
export const token = (): string => randomBytes(12).toString("base64url")

export interface Versions {
  of(name: string): string
  set(name: string, version: string): void
  /** A new base; every version changes. */
  reset(base: string): void
  /** Names with a version of their own. */
  readonly count: number
}

/** How many names may have a version of their own: at some 150 bytes each, 3 MB. */
export const maxNames = 20_000

export const make = (base: string): Versions => {
  const own = new Map<string, string>()
  let common = base
  return {
    of: (name) => own.get(name) ?? common,
    set: (name, version) => {
      own.set(name, version)
    },
    reset: (base) => {
      own.clear()
      common = base
    },
    get count() {
      return own.size
    }
  }
}
