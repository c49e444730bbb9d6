/**
 * ChatCalls: the tool calls of one chat completion, put together from their pieces.
 *
 * A call is handed on at its last letter: the API says no earlier than the finish that it is complete, but a JSON object
 * that has ended cannot grow. Calls keep the model's order, so one waits for those before it.
 */
import * as Json from "./Json.ts"
import { argumentsText, type CallPart, callPart, noParts, type WirePart } from "./ModelWire.ts"
import { ObjectScan } from "./ObjectScan.ts"

interface OpenCall {
  readonly index: number | undefined
  id: string | undefined
  name: string
  inputText: string
  readonly scan: ObjectScan
  /** How long the text was when it was found to be no JSON. */
  unreadableLength: number
}

/** A call that was handed on, as later pieces may speak of it. */
type MadeCall = Pick<OpenCall, "id" | "name" | "inputText">

export class ChatCalls {
  /** The calls that may still grow, in the model's order. */
  readonly #open: Array<OpenCall> = []
  /** The last call handed on, by index. */
  readonly #made = new Map<number | undefined, MadeCall>()
  #madeCount = 0
  /** For `takeArguments`: most pieces complete nothing, and need no list of their own. */
  #completed: Array<WirePart> = []

  /** How many calls have been handed on. */
  get madeCount(): number {
    return this.#madeCount
  }

  /**
   * Takes a piece in, and appends what it completes to `parts`: a delta where it belongs to a call to `deltasOf`, and
   * calls.
   */
  take(piece: unknown, responseId: string | undefined, deltasOf: string | undefined, parts: Array<WirePart>): void {
    const made = Json.get(piece, "function")
    this.#take(
      Json.integer(piece, "index"),
      Json.text(piece, "id"),
      Json.text(made, "name"),
      argumentsText(Json.get(made, "arguments")),
      responseId,
      deltasOf,
      parts
    )
  }

  /** What a piece of arguments completes that names nothing but its index. */
  takeArguments(
    index: number,
    text: string,
    responseId: string | undefined,
    deltasOf: string | undefined
  ): ReadonlyArray<WirePart> {
    this.#take(index, undefined, undefined, text, responseId, deltasOf, this.#completed)
    if (this.#completed.length === 0) return noParts
    const parts = this.#completed
    this.#completed = []
    return parts
  }

  #take(
    index: number | undefined,
    id: string | undefined,
    name: string | undefined,
    text: string,
    responseId: string | undefined,
    deltasOf: string | undefined,
    parts: Array<WirePart>
  ): void {
    const call = this.#callOf(index, id, name) ?? this.#begin(index, id, name, text, responseId, parts)
    if (call === undefined) return
    call.id ??= id
    if (call.name === "") call.name = name ?? ""
    if (text === "") return
    call.inputText += text
    call.scan.push(text)
    if (call.name === deltasOf && call.id !== undefined) parts.push({ _tag: "CallDelta", id: call.id, delta: text })
    if (call === this.#open[0]) this.#close(hasEnded, responseId, parts)
  }

  /** Appends the calls that are left, complete or not. */
  closeAll(responseId: string | undefined, parts: Array<WirePart>): void {
    for (const call of this.#open) this.#handOn(call, this.#make(call, responseId), parts)
    this.#open.length = 0
  }

  /**
   * The call that a piece continues: open, of its index and, as far as both say, of its id or name.
   *
   * Some servers leave the id out of later pieces, some repeat it, some give a new one to each piece, some number every
   * call 0, and some send whole calls without an index.
   */
  #callOf(index: number | undefined, id: string | undefined, name: string | undefined): OpenCall | undefined {
    if (index === undefined && name !== undefined) return undefined
    return this.#open.findLast((call) => {
      if (call.index !== index) return false
      if (name === undefined) return true
      return id === undefined || call.id === undefined ? call.name === "" || call.name === name : call.id === id
    })
  }

  /** A new call; `undefined` where the piece belongs to a call that was handed on. */
  #begin(
    index: number | undefined,
    id: string | undefined,
    name: string | undefined,
    text: string,
    responseId: string | undefined,
    parts: Array<WirePart>
  ): OpenCall | undefined {
    if (name === undefined) {
      if (this.#madeCount + this.#open.length > 0) return undefined
    } else if (index !== undefined) {
      const made = this.#made.get(index)
      const isSame = made !== undefined && (id === undefined ? made.name === name : made.id === id)
      // Its name and id once more, or all of it.
      if (isSame && (text.trim() === "" || text === made.inputText)) return undefined
    }
    this.#close((call) => mayHaveEnded(call, index), responseId, parts)
    const call = { index, id, name: name ?? "", inputText: "", scan: new ObjectScan(), unreadableLength: -1 }
    this.#open.push(call)
    return call
  }

  /** Hands on the foremost calls, as far as they may be. */
  #close(mayLeave: (call: OpenCall) => boolean, responseId: string | undefined, parts: Array<WirePart>): void {
    let count = 0
    for (const call of this.#open) {
      if (!mayLeave(call) || call.inputText.length === call.unreadableLength) break
      const part = this.#make(call, responseId)
      if (part.call.fault !== undefined) {
        call.unreadableLength = call.inputText.length
        break
      }
      this.#handOn(call, part, parts)
      count++
    }
    this.#open.splice(0, count)
  }

  #make(call: OpenCall, responseId: string | undefined): CallPart {
    return callPart(call.id ?? `${responseId ?? "call"}_${this.#madeCount}`, call.name, textOf(call))
  }

  #handOn(call: OpenCall, part: CallPart, parts: Array<WirePart>): void {
    parts.push(part)
    this.#madeCount++
    if (call.index !== undefined) this.#made.set(call.index, call)
  }
}

/** The arguments, without an empty object before the true ones. */
const textOf = ({ inputText, scan }: OpenCall): string =>
  scan.extent === "other" ? inputText : inputText.slice(scan.start)

/** Nothing but white space can follow. An empty object may be replaced by what follows. */
const hasEnded = ({ name, scan }: OpenCall): boolean => scan.extent === "whole" && name !== ""

/**
 * A call of the index `next` has begun, so that what can be read is all there is. What an empty object stands for may still
 * come, except where no index, or no other one, would tell whose it is.
 */
const mayHaveEnded = ({ index, scan }: OpenCall, next: number | undefined): boolean =>
  scan.extent === "empty" ? index === undefined || index === next : scan.extent !== "blank" && scan.extent !== "open"
