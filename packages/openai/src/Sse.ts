/**
 * Sse: bytes of an event stream to the data of its events.
 *
 * ```text
 * data: {"a":        one event of two lines; the blank line ends it
 * data: 1}
 *
 * : keep-alive       a comment; so are fields other than `data`, since both APIs repeat an event's name inside its data,
 *                    but for `event: error`
 * ```
 */
import { Buffer } from "node:buffer"
import { StringDecoder } from "node:string_decoder"

import { EventBytes, mark } from "./EventBytes.ts"

/** Takes the data of an event as bytes, if that is enough to know what it tells; else it gets it again as text. */
export type Skim = (data: EventBytes) => boolean
type Take = (data: string, isError: boolean) => void

/**
 * Reads one stream. Any chunking of the same bytes gives the same events.
 *
 * **Details**
 *
 * Events of the form that nearly all servers write (a line feed ends a line, one line of data, perhaps a name before it) are
 * found in the bytes and offered to `skim`, and only what it leaves is made a string. All else is read line by line, as are
 * events named `error`.
 */
export class Sse {
  readonly #decoder = new StringDecoder("utf8")
  readonly #skim: Skim
  readonly #view = new EventBytes()
  /** The event that has not ended yet, as bytes; `undefined` between events, and while lines are read. */
  #part: Buffer | undefined
  /** Whether an event has begun that is read line by line. */
  #inLines = false
  /** The line that has not ended yet. */
  #rest = ""
  /** The data lines of the event that has not ended yet. */
  #data: string | undefined
  /** Whether that event is named `error`. */
  #isError = false
  #begun = false
  /** The last chunk ended with a carriage return: a line feed at the start of the next belongs to it. */
  #afterReturn = false

  constructor(skim: Skim = () => false) {
    this.#skim = skim
  }

  /** Gives `take` the data of the events that `chunk` completes and `skim` leaves, in order. */
  push(chunk: Uint8Array, take: Take): void {
    let bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#part !== undefined) {
      bytes = Buffer.concat([this.#part, bytes])
      this.#part = undefined
    }
    const isUsual = this.#begun || (bytes.length > 2 && bytes[0] !== byteOrderMark)
    if (!isUsual || this.#inLines || bytes.includes(carriageReturn)) return this.#readLines(bytes, take)
    this.#begun = true
    let from = 0
    for (let end = this.#readEvent(bytes, from, take); end !== -1; end = this.#readEvent(bytes, from, take)) from = end
    if (from === bytes.length) return
    // A long event in many chunks is gone through once, not once a chunk.
    if (bytes.length - from > maxPart) this.#readLines(bytes.subarray(from), take)
    else this.#part = bytes.subarray(from)
  }

  /** The data of an event that only lacked its blank line, as some servers leave it at the end. */
  end(take: Take): void {
    if (this.#part !== undefined) this.#readLines(this.#part, take)
    this.#part = undefined
    this.#read(`${this.#decoder.end()}\n\n`, take)
  }

  /** Reads the event that begins at `from`: where the next begins; -1 where it has not ended. */
  #readEvent(bytes: Buffer, from: number, take: Take): number {
    const view = this.#view
    view.move(bytes, from)
    const name = view.has(eventField) ? bytes.indexOf(lineFeed, from) + 1 : from
    const data = name + dataField.length
    const isUsual =
      (name > from ? !view.has(errorName, name - errorName.length) : !view.has(eventField)) && view.has(dataField, name)
    const line = isUsual ? bytes.indexOf(lineFeed, data) : -1
    if (line !== -1 && bytes[line + 1] === lineFeed) {
      view.move(bytes, data, line)
      if (line > data && !this.#skim(view)) take(view.text(), false)
      return line + 2
    }
    const end = bytes.indexOf(blankLine, from)
    if (end === -1) return -1
    this.#read(bytes.toString("utf8", from, end + 2), take)
    return end + 2
  }

  #readLines(bytes: Buffer, take: Take): void {
    this.#read(this.#decoder.write(bytes), take)
    this.#inLines = this.#rest !== "" || this.#data !== undefined || this.#isError || bytes.at(-1) !== lineFeed
  }

  #read(text: string, take: Take): void {
    if (text === "") return
    let chunk = text
    if (!this.#begun) {
      this.#begun = true
      if (chunk.startsWith("\uFEFF")) chunk = chunk.slice(1)
    }
    if (this.#afterReturn && chunk.startsWith("\n")) chunk = chunk.slice(1)
    this.#afterReturn = chunk === "" ? false : chunk.endsWith("\r")
    if (chunk.includes("\r")) chunk = chunk.replaceAll(/\r\n?/g, "\n")
    // Only what is new is looked through, so that a line in a thousand chunks costs no more than in one.
    let at = chunk.indexOf("\n")
    if (at === -1) {
      this.#rest += chunk
      return
    }
    this.#line(this.#rest + chunk.slice(0, at), 0, this.#rest.length + at, take)
    for (let next = chunk.indexOf("\n", at + 1); next !== -1; next = chunk.indexOf("\n", at + 1)) {
      this.#line(chunk, at + 1, next, take)
      at = next
    }
    this.#rest = chunk.slice(at + 1)
  }

  /** Reads the line of `text` between `from` and `to`. */
  #line(text: string, from: number, to: number, take: Take): void {
    if (from === to) {
      const data = this.#data
      const isError = this.#isError
      this.#data = undefined
      this.#isError = false
      if (data !== undefined && data !== "") take(data, isError)
    } else if (text.startsWith("data:", from)) {
      const data = text.slice(from + (text.startsWith(" ", from + 5) ? 6 : 5), to)
      this.#data = this.#data === undefined ? data : `${this.#data}\n${data}`
    } else if (text.startsWith("event:", from)) {
      this.#isError = text.slice(from + 6, to).trim() === "error"
    }
  }
}

const eventField = mark("event:")
const errorName = mark("error\n")
const dataField = mark("data: ")
const blankLine = Buffer.from("\n\n")
const lineFeed = 0x0a
const carriageReturn = 0x0d
/** The first byte of one. */
const byteOrderMark = 0xef

/** How much of an event is put aside as bytes. */
const maxPart = 16_384
