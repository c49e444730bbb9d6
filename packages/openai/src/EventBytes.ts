/**
 * EventBytes: the data of one event as the bytes that came, so that a wire may see what it tells before any of it is made a
 * string. One view serves a whole stream: it is moved from event to event.
 */
import { Buffer } from "node:buffer"

export class EventBytes {
  #bytes: Buffer = Buffer.alloc(0)
  /** Where the data begins, and where the letter after its last one would stand. */
  from = 0
  to = 0

  move(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#bytes = bytes
    this.from = from
    this.to = to
  }

  /** Whether the bytes of `text` stand at `at`. */
  has(text: Uint8Array, at = this.from): boolean {
    const bytes = this.#bytes
    const { length } = text
    if (at < this.from || at + length > this.to) return false
    for (let index = 0; index < length; index++) {
      if (bytes[at + index] !== text[index]) return false
    }
    return true
  }

  /** Where the bytes of `text` stand first, from `at` on; -1 for nowhere. */
  find(text: Uint8Array, at = this.from): number {
    const bytes = this.#bytes
    // By index: an iterator would be made for each event.
    const first = text[0]
    const second = text[1]
    const last = this.to - text.length
    for (let index = at; index <= last; index++) {
      if (bytes[index] === first && bytes[index + 1] === second && this.has(text, index)) return index
    }
    return -1
  }

  /** Where the bracket, comma or line feed `code` stands first, from `at` on; -1 for nowhere. */
  findByte(code: number, at = this.from): number {
    // Looked for beyond the end, too: not far, since each event has one.
    const found = this.#bytes.indexOf(code, at)
    return found < this.to ? found : -1
  }

  /** The letters from `from` up to `to`. */
  text(from = this.from, to = this.to): string {
    return this.#bytes.toString("utf8", from, to)
  }

  /** The whole number of at most nine digits that begins at `from` and ends with a comma or brace; `undefined` for none. */
  integer(from: number): number | undefined {
    let value = 0
    for (let index = from; index < Math.min(this.to, from + 10); index++) {
      const code = this.#bytes[index] ?? 0
      if (index > from && (code === comma || code === closeBrace)) return value
      if (code < zero || code > zero + 9) return undefined
      value = value * 10 + code - zero
    }
    return undefined
  }

  /**
   * Where the values begin of the members `names` (each a mark such as `"id":`) of the object that begins at `at`; -1 for
   * those it lacks. `undefined` where none begins there, or it does not end. Read no further than to the last of them.
   */
  members(at: number, names: ReadonlyArray<Uint8Array>): Array<number> | undefined {
    if (this.#bytes[at] !== openBrace) return undefined
    const found = names.map(() => -1)
    let left = names.length
    for (let index = at + 1; index < this.to; index++) {
      const code = this.#bytes[index]
      if (code === closeBrace || left === 0) return found
      if (code === quote) {
        // Whatever is directly in the object and is no name is not followed by a colon.
        for (let name = 0; name < names.length; name++) {
          const text = names[name]
          if (found[name] !== -1 || text === undefined || !this.has(text, index)) continue
          found[name] = index + text.length
          left--
        }
      }
      index = this.#valueEnd(index) - 1
      if (index < 0) return undefined
    }
    return undefined
  }

  /** The text of the value that begins at `at`. */
  valueText(at: number): string {
    return this.text(at, this.#valueEnd(at))
  }

  /** Behind the value that begins at `at`, or behind the one letter that stands there and is none; -1 where it does not end. */
  #valueEnd(at: number): number {
    const code = this.#bytes[at]
    if (code === quote) return this.stringEnd(at + 1) + 1 || -1
    if (code === openBrace || code === openBracket) return this.#bracketsEnd(at)
    let end = at + 1
    while (end < this.to && !isMark(this.#bytes[end])) end++
    return end
  }

  /** Behind the object or array that begins at `at`; -1 where it does not end. */
  #bracketsEnd(at: number): number {
    let depth = 0
    for (let index = at; index < this.to; index++) {
      const code = this.#bytes[index]
      if (code === quote) {
        index = this.stringEnd(index + 1)
        if (index === -1) return -1
      } else if (code === openBrace || code === openBracket) depth++
      else if ((code === closeBrace || code === closeBracket) && --depth === 0) return index + 1
    }
    return -1
  }

  /** Where the letters end that begin at `from`, at their quote; -1 where they do not, or one of them is an escape. */
  plainEnd(from: number): number {
    const bytes = this.#bytes
    const { to } = this
    for (let index = from; index < to; index++) {
      const code = bytes[index] ?? 0
      if (code === quote) return index
      if (code === backslash || code < space) return -1
    }
    return -1
  }

  /** The same, escapes allowed. */
  stringEnd(from: number): number {
    const bytes = this.#bytes
    const { to } = this
    for (let index = from; index < to; index++) {
      const code = bytes[index]
      if (code === quote) return index
      if (code === backslash) index++
    }
    return -1
  }
}

/** A mark to look for. */
export const mark = (text: string): Uint8Array => Buffer.from(text)

const space = 0x20
const quote = 0x22
const openBracket = 0x5b
const closeBracket = 0x5d
const backslash = 0x5c
export const comma = 0x2c
const zero = 0x30
export const openBrace = 0x7b
export const closeBrace = 0x7d

/** Whether a number, `true`, `false` or `null` has ended. */
const isMark = (code: number | undefined) =>
  code === comma ||
  code === quote ||
  code === closeBrace ||
  code === closeBracket ||
  code === openBrace ||
  code === openBracket
