/**
 * Characters: what a text takes as a JSON string, and how much of it fits into so many bytes. Pure.
 */

/** What one character takes within a JSON string, in UTF-8, as `JSON.stringify` writes it. */
const bytesOf = (codePoint: number): number => {
  if (codePoint >= 0x10000) return 4
  if (codePoint >= 0xe000) return 3
  // A lone surrogate is written as `\uD800`.
  if (codePoint >= 0xd800) return 6
  if (codePoint >= 0x800) return 3
  if (codePoint >= 0x80) return 2
  if (codePoint === 0x22 || codePoint === 0x5c) return 2
  if (codePoint >= 0x20) return 1
  return shortEscapes.has(codePoint) ? 2 : 6
}

/** `\b`, `\t`, `\n`, `\f`, `\r`. */
const shortEscapes = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d])

/** The bytes of UTF-8 that `text` takes as a JSON string, its quotes included. */
export const sizeOf = (text: string): number => {
  let bytes = 2
  for (let at = 0; at < text.length; at++) {
    const codePoint = text.codePointAt(at) ?? 0
    bytes += bytesOf(codePoint)
    if (codePoint >= 0x10000) at++
  }
  return bytes
}

/** Where a part of a text begins, and where it has ended, in UTF-16 units. */
export interface Part {
  readonly from: number
  readonly to: number
}

/**
 * The part of `text` that begins at `from`, has `count` UTF-16 units at most and takes at most `limitBytes` within a JSON
 * string. A surrogate pair is one: it is wholly in it or not, also where that moves `from` back or makes `count` one more.
 */
export const take = (text: string, from: number, count: number, limitBytes: number): Part => {
  // Within a pair the code point before is the whole pair.
  const begin = from > 0 && (text.codePointAt(from - 1) ?? 0) >= 0x10000 ? from - 1 : from
  const end = Math.min(text.length, from + count)
  let leftBytes = limitBytes
  let to = begin
  while (to < end) {
    const codePoint = text.codePointAt(to) ?? 0
    leftBytes -= bytesOf(codePoint)
    if (leftBytes < 0) break
    to += codePoint >= 0x10000 ? 2 : 1
  }
  return { from: begin, to }
}
