/**
 * Packages: the packages of this install by name and version, as rows name them.
 */
import manifest from "./package.json" with { type: "json" }

/** `name@version` of packages of this install. */
export const named = (...names: ReadonlyArray<keyof typeof manifest.dependencies>): ReadonlyArray<string> =>
  names.map((name) => `${name}@${manifest.dependencies[name]}`)
