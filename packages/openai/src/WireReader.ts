/**
 * WireReader: the bytes of one response to parts, by a wire's `step`. The whole reading of a stream, without effects.
 *
 * Parts that one read completes come together, neighbouring text deltas joined. `Finish` or `Fault` comes
 * last, once.
 */
import * as Json from "./Json.ts"
import * as ModelWire from "./ModelWire.ts"
import { Sse } from "./Sse.ts"

export class WireReader<State> {
  readonly #wire: ModelWire.ModelWire<State>
  readonly #deltasOf: string | undefined
  readonly #sse = new Sse()
  #state: State
  #isClosed = false

  constructor(wire: ModelWire.ModelWire<State>, deltasOf?: string | undefined) {
    this.#wire = wire
    this.#deltasOf = deltasOf
    this.#state = wire.initial
  }

  /** The parts that these bytes of an event stream complete. */
  push(chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<ModelWire.WirePart> {
    const parts: Array<ModelWire.WirePart> = []
    for (const chunk of chunks) {
      for (const data of this.#sse.push(chunk)) this.#readEvent(data, parts)
    }
    return parts
  }

  /** The parts left when the bytes end. */
  end(): ReadonlyArray<ModelWire.WirePart> {
    const parts: Array<ModelWire.WirePart> = []
    for (const data of this.#sse.end()) {
      // Half an event is a stream that was cut, not one that cannot be read.
      if (data === "[DONE]" || Json.parse(data)._tag === "Success") this.#readEvent(data, parts)
    }
    if (!this.#isClosed) this.#append(this.#wire.end(this.#state, false), parts)
    return parts
  }

  #readEvent(data: string, parts: Array<ModelWire.WirePart>): void {
    if (this.#isClosed) return
    if (data === "[DONE]") return this.#append(this.#wire.end(this.#state, true), parts)
    const text = this.#wire.textOf(this.#state, data, this.#deltasOf)
    if (text !== undefined) {
      if (text !== "") this.#append([{ _tag: "TextDelta", delta: text }], parts)
      return
    }
    const event = Json.parse(data)
    if (event._tag === "Failure") {
      const message = `The server sent an event that is not valid JSON (${event.failure}).`
      return this.#append([ModelWire.brokenPart("unreadable", message)], parts)
    }
    const next = this.#wire.step(this.#state, event.success, this.#deltasOf)
    this.#state = next.state
    this.#append(next.parts, parts)
  }

  #append(added: ReadonlyArray<ModelWire.WirePart>, parts: Array<ModelWire.WirePart>): void {
    for (const part of added) {
      const last = parts.at(-1)
      if (part._tag === "TextDelta" && last?._tag === "TextDelta") {
        parts[parts.length - 1] = { _tag: "TextDelta", delta: last.delta + part.delta }
      } else {
        parts.push(part)
      }
      if (part._tag === "Finish" || part._tag === "Fault") {
        this.#isClosed = true
        return
      }
    }
  }
}
