/**
 * Seeded: numbers that look random and are a pure function of their parts, so that the demo never changes.
 */

/** A 32-bit unsigned hash (FNV-1a with a final mix) of `parts`, joined so that `("a", "bc")` differs from `("ab", "c")`. */
export const hash = (...parts: ReadonlyArray<string | number>): number => {
  let value = 0x811c9dc5
  for (const char of parts.join("\u0000")) {
    value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** A number in [0, 1). */
export const unit = (...parts: ReadonlyArray<string | number>): number => hash(...parts) / 2 ** 32

/** A whole number from `low` to `high`, both included. */
export const between = (low: number, high: number, ...parts: ReadonlyArray<string | number>): number =>
  low + Math.floor(unit(...parts) * (high - low + 1))
