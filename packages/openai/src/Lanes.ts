/**
 * Lanes: who uses a socket for what. A lane carries one response at a time, and the server holds its last one.
 *
 * ```text
 * lane "0"   request, events ..., end   request with only what is new, events ...
 * lane "1"        request, events ..., end
 * ```
 */
import * as Json from "./Json.ts"
import type { WireMessage } from "./ModelWire.ts"
import type { SocketReply } from "./SocketReply.ts"

/** The last response of a lane, which the server holds, and the conversation that it answers. */
export interface Held {
  readonly responseId: string
  /** Kept by whoever will go on with them: here they are only known again. */
  readonly messages: ReadonlyArray<WeakRef<WireMessage>>
  readonly sinceMillis: number
  /** Whether results of calls are to follow, so that its run goes on. */
  readonly hasCalls: boolean
}

export interface Lane {
  /** `undefined` for a socket's only lane, where the server knows no others. */
  readonly name: string | undefined
  /** The response that is under way. Its reader may have gone. */
  reply: SocketReply | undefined
  isGivenUp: boolean
  held: Held | undefined
  /** By the count of uses. */
  usedAt: number
}

/** The API's limit of names; beyond it they are used again. */
const maxLanes = 32

/** How long a run is expected back with what continues its last response. */
const maxHeldMillis = 60_000

export class Lanes {
  #all: ReadonlyArray<Lane> = []
  #uses = 0
  #maxActive: number

  /** `maxActive` is how many responses there are at a time; with one, lanes have no names. */
  constructor(maxActive: number) {
    this.#maxActive = maxActive
  }

  /** Whether lanes have names. */
  get areNamed(): boolean {
    return this.#maxActive > 1
  }

  /** Those with a response under way. */
  get active(): ReadonlyArray<Lane> {
    return this.#all.filter(({ reply }) => reply !== undefined)
  }

  /** Whether someone still reads, or is yet to ask. */
  get areRead(): boolean {
    return this.active.some(({ isGivenUp }) => !isGivenUp)
  }

  /** The same, or is to come back with the results of calls. */
  get areWanted(): boolean {
    return this.#all.some(({ held, isGivenUp, reply }) => (reply === undefined ? held?.hasCalls : !isGivenUp))
  }

  /** The lane that holds the response that `messages` follow on from, be it in use or not. */
  holder(messages: ReadonlyArray<WireMessage>): Lane | undefined {
    return this.#all.find(({ held }) => held !== undefined && follows(messages, held))
  }

  named(name: string): Lane | undefined {
    return this.#all.find((lane) => lane.name === name)
  }

  /** Whether `lane` may be asked now. */
  isFree(lane: Lane): boolean {
    return lane.reply === undefined && this.active.length < this.#maxActive
  }

  /** A lane that may be asked now, preferably one that holds nothing; `undefined` for none. */
  free(): Lane | undefined {
    const free = this.#all.filter((lane) => this.isFree(lane))
    const blank = free.find(({ held }) => held === undefined)
    if (blank !== undefined) return blank
    if (this.active.length >= this.#maxActive) return undefined
    if (this.#all.length < (this.areNamed ? maxLanes : 1)) {
      const name = this.areNamed ? String(this.#all.length) : undefined
      const lane: Lane = { name, reply: undefined, isGivenUp: false, held: undefined, usedAt: 0 }
      this.#all = [...this.#all, lane]
      return lane
    }
    return free.reduce((oldest, lane) => (lane.usedAt < oldest.usedAt ? lane : oldest))
  }

  occupy(lane: Lane, reply: SocketReply): void {
    lane.reply = reply
    lane.isGivenUp = false
    lane.usedAt = ++this.#uses
  }

  /** Lets go of what nobody has come back to in time. */
  forgetOld(nowMillis: number): void {
    for (const lane of this.#all) {
      if (lane.held !== undefined && nowMillis - lane.held.sinceMillis >= maxHeldMillis) lane.held = undefined
    }
  }

  /** Frees `lane` by its response's last event. */
  end(lane: Lane, event: unknown, nowMillis: number): void {
    const { isGivenUp, reply } = lane
    const isHeld = Json.get(event, "type") === "response.completed" && !isGivenUp && reply !== undefined
    const response = Json.get(event, "response")
    const responseId = Json.text(response, "id")
    const hasCalls = reply?.hasCalls === true || Json.array(response, "output").some(isCall)
    lane.held =
      isHeld && responseId !== undefined
        ? {
            responseId,
            messages: reply.messages.map((message) => new WeakRef(message)),
            sinceMillis: nowMillis,
            hasCalls
          }
        : undefined
    lane.reply = undefined
  }

  /** The server knows one lane only, which is `lane`'s if there is one. */
  keepOnly(lane: Lane | undefined): void {
    this.#maxActive = 1
    this.#all = lane === undefined ? [] : [lane]
  }
}

const isCall = (item: unknown): boolean => Json.get(item, "type") === "function_call"

/** Whether `messages` extend the conversation of `held` by its answer and more. Messages never change, so identity tells. */
const follows = (messages: ReadonlyArray<WireMessage>, held: Held): boolean => {
  const answer = messages[held.messages.length]
  return (
    answer?.role === "assistant" &&
    answer.responseId === held.responseId &&
    messages.length > held.messages.length + 1 &&
    held.messages.every((message, index) => message.deref() === messages[index])
  )
}
