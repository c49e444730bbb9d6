/**
 * Sse: bytes of an event stream to the data of its events.
 *
 * ```text
 * data: {"a":        one event of two lines; the blank line ends it
 * data: 1}
 *
 * : keep-alive       a comment; so are fields other than `data`, since both APIs repeat an event's name inside its data
 * ```
 */
import { StringDecoder } from "node:string_decoder"

/** Reads one stream. Any chunking of the same bytes gives the same events. */
export class Sse {
  readonly #decoder = new StringDecoder("utf8")
  /** The line that has not ended yet. */
  #rest = ""
  /** The data lines of the event that has not ended yet. */
  #data: string | undefined
  #begun = false
  /** The last chunk ended with a carriage return: a line feed at the start of the next belongs to it. */
  #afterReturn = false

  /** The data of the events that `bytes` completes. */
  push(bytes: Uint8Array): ReadonlyArray<string> {
    return this.#read(this.#decoder.write(bytes))
  }

  /** The data of an event that only lacked its blank line, as some servers leave it at the end. */
  end(): ReadonlyArray<string> {
    return this.#read(`${this.#decoder.end()}\n\n`)
  }

  #read(text: string): ReadonlyArray<string> {
    if (text === "") return []
    let chunk = text
    if (!this.#begun) {
      this.#begun = true
      if (chunk.startsWith("\uFEFF")) chunk = chunk.slice(1)
    }
    if (this.#afterReturn && chunk.startsWith("\n")) chunk = chunk.slice(1)
    this.#afterReturn = chunk === "" ? false : chunk.endsWith("\r")
    if (chunk.includes("\r")) chunk = chunk.replaceAll(/\r\n?/g, "\n")
    const events: Array<string> = []
    // Only what is new is looked through, so that a line in a thousand chunks costs no more than in one.
    let at = chunk.indexOf("\n")
    if (at === -1) {
      this.#rest += chunk
      return events
    }
    this.#take(this.#rest + chunk.slice(0, at), 0, this.#rest.length + at, events)
    for (let next = chunk.indexOf("\n", at + 1); next !== -1; next = chunk.indexOf("\n", at + 1)) {
      this.#take(chunk, at + 1, next, events)
      at = next
    }
    this.#rest = chunk.slice(at + 1)
    return events
  }

  /** Reads the line of `text` between `from` and `to`. */
  #take(text: string, from: number, to: number, events: Array<string>): void {
    if (from === to) {
      if (this.#data !== undefined && this.#data !== "") events.push(this.#data)
      this.#data = undefined
    } else if (text.startsWith("data:", from)) {
      const data = text.slice(from + (text.startsWith(" ", from + 5) ? 6 : 5), to)
      this.#data = this.#data === undefined ? data : `${this.#data}\n${data}`
    }
  }
}
