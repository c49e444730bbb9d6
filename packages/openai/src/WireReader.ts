/**
 * WireReader: the bytes of one response to parts, by a wire's `step`. The whole reading of a stream, without effects.
 *
 * Parts that one read completes come together, neighbouring text deltas joined. `Finish` or `Fault` comes
 * last, once.
 */
import type { EventBytes } from "./EventBytes.ts"
import * as Json from "./Json.ts"
import * as ModelWire from "./ModelWire.ts"
import { Sse } from "./Sse.ts"

export class WireReader<State> {
  readonly #wire: ModelWire.ModelWire<State>
  readonly #deltasOf: string | undefined
  readonly #sse = new Sse((data) => this.#skim(data))
  readonly #takeData = (data: string, isError: boolean): void => this.#readEvent(data, isError)
  #state: State
  #isClosed = false
  /** What the bytes at hand have completed. */
  #parts: Array<ModelWire.WirePart> = []

  constructor(wire: ModelWire.ModelWire<State>, deltasOf?: string | undefined) {
    this.#wire = wire
    this.#deltasOf = deltasOf
    this.#state = wire.initial
  }

  get awaits(): ModelWire.Awaits {
    return this.#wire.awaits(this.#state)
  }

  /** The parts that these bytes of an event stream complete. */
  push(chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<ModelWire.WirePart> {
    for (const chunk of chunks) this.#sse.push(chunk, this.#takeData)
    return this.#given()
  }

  /** The parts that these events, read already, complete. */
  take(events: ReadonlyArray<unknown>): ReadonlyArray<ModelWire.WirePart> {
    for (const event of events) if (!this.#isClosed) this.#go(this.#wire.step(this.#state, event, this.#deltasOf))
    return this.#given()
  }

  /** The parts left when the bytes end. */
  end(): ReadonlyArray<ModelWire.WirePart> {
    this.#sse.end((data, isError) => {
      // Half an event is a stream that was cut, not one that cannot be read.
      if (data === "[DONE]" || Json.parse(data)._tag === "Success") this.#readEvent(data, isError)
    })
    if (!this.#isClosed) this.#append(this.#wire.end(this.#state, false))
    return this.#given()
  }

  #given(): ReadonlyArray<ModelWire.WirePart> {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  #skim(data: EventBytes): boolean {
    if (this.#isClosed) return true
    const seen = this.#wire.skim(this.#state, data, this.#deltasOf)
    if (seen === undefined) return false
    if (typeof seen !== "string") this.#go(seen)
    else if (seen !== "") this.#appendText(seen)
    return true
  }

  #readEvent(data: string, isError: boolean): void {
    if (this.#isClosed) return
    if (isError) return this.#append([errorPart(data)])
    if (data === "[DONE]") return this.#append(this.#wire.end(this.#state, true))
    const event = Json.parse(data)
    if (event._tag === "Failure") {
      const message = `The server sent an event that is not valid JSON (${event.failure}).`
      return this.#append([ModelWire.brokenPart("unreadable", message)])
    }
    this.#go(this.#wire.step(this.#state, event.success, this.#deltasOf))
  }

  #go({ parts, state }: ModelWire.Step<State>): void {
    this.#state = state
    this.#append(parts)
  }

  #appendText(delta: string): void {
    const parts = this.#parts
    const last = parts.at(-1)
    if (last?._tag === "TextDelta") parts[parts.length - 1] = { _tag: "TextDelta", delta: last.delta + delta }
    else parts.push({ _tag: "TextDelta", delta })
  }

  #append(added: ReadonlyArray<ModelWire.WirePart>): void {
    for (const part of added) {
      if (part._tag === "TextDelta") {
        this.#appendText(part.delta)
        continue
      }
      this.#parts.push(part)
      if (part._tag === "Finish" || part._tag === "Fault") {
        this.#isClosed = true
        return
      }
    }
  }
}

/** The data of an event that is an error by its name, whatever its shape. */
const errorPart = (data: string): ModelWire.WireFault => {
  const event = Json.parse(data)
  if (event._tag === "Failure") return ModelWire.faultPart(data)
  return ModelWire.faultPart(Json.get(event.success, "error") ?? event.success)
}
