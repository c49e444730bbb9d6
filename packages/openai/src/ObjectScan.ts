/**
 * ObjectScan: tells of a JSON object that arrives in pieces when it is complete. Each letter is looked at once.
 *
 * It counts brackets outside strings and reads no further: whether the text is JSON is for `JSON.parse` to say, once.
 */

/**
 * How far the text has come.
 *
 * - `blank`: nothing but white space.
 * - `open`: an object that has not ended.
 * - `empty`: an object that ended without a letter in it. Some servers begin every call with one, and then send the
 *   true arguments.
 * - `whole`: an object that has ended.
 * - `other`: no object, or more than one.
 */
export type Extent = "blank" | "open" | "empty" | "whole" | "other"

export class ObjectScan {
  #depth = 0
  #inString = false
  #isEscaped = false
  #isEmpty = true
  #read = 0

  extent: Extent = "blank"
  /** Where in the text the object begins: behind an empty one that was followed by another. */
  start = 0

  /** Takes the next piece in. */
  push(piece: string): void {
    for (let at = 0; at < piece.length && this.extent !== "other"; at++) this.#take(piece.charCodeAt(at), at)
    this.#read += piece.length
  }

  #take(code: number, at: number): void {
    if (this.extent === "open") return this.#takeInside(code)
    if (code === space || code === tab || code === lineFeed || code === carriageReturn) return
    if (code !== openBrace || this.extent === "whole") {
      this.extent = "other"
      return
    }
    if (this.extent === "empty") this.start = this.#read + at
    this.extent = "open"
    this.#depth = 1
    this.#isEmpty = true
  }

  #takeInside(code: number): void {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (code === backslash) this.#isEscaped = true
      else if (code === quote) this.#inString = false
      return
    }
    switch (code) {
      case space:
      case tab:
      case lineFeed:
      case carriageReturn:
        return
      case quote:
        this.#inString = true
        break
      case openBrace:
      case openBracket:
        this.#depth++
        break
      case closeBrace:
      case closeBracket:
        if (--this.#depth > 0) return
        this.extent = this.#isEmpty ? "empty" : "whole"
        return
    }
    this.#isEmpty = false
  }
}

const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
