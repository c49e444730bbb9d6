/**
 * Socket: one WebSocket to the Responses API, which several responses share, each in a lane that `stream_id` names. A
 * boundary to the SDK's `ResponsesWS`.
 *
 * ```text
 * lane "0"   request, events ..., end   request with only what is new, events ...
 * lane "1"        request, events ..., end
 * ```
 *
 * The server holds the last response of each lane as long as the socket is open. It knows no way to stop one response, so a
 * lane whose reader has gone stays taken until its response ends, unread; a socket that writes for nobody is closed.
 */
import * as Effect from "effect/Effect"
import type { OpenAI } from "openai/client"
import type { ResponsesWS } from "openai/resources/responses/ws"

import { type Awaiting, type Body, ConnectionFault, type Timeout } from "./Exchange.ts"
import * as Json from "./Json.ts"
import type { WireMessage } from "./ModelWire.ts"
import type { SocketReply } from "./SocketReply.ts"
import type { Waiting } from "./Watch.ts"

/** The last response of a lane, which the server holds, and the conversation that it answers. */
export interface Held {
  readonly responseId: string
  readonly messages: ReadonlyArray<WireMessage>
  /** Whether results of calls are to follow, so that its run goes on. */
  readonly hasCalls: boolean
}

export interface Lane {
  /** `undefined` for a socket's only lane, where the server knows no others. */
  readonly name: string | undefined
  readonly socket: Socket
  /** The response that is under way. Its reader may have gone. */
  reply: SocketReply | undefined
  isGivenUp: boolean
  held: Held | undefined
  /** By the socket's count of uses. */
  usedAt: number
}

/** What a socket tells its owner. */
export interface Listener {
  /** `isMute`: it was asked, and never said a word. */
  readonly onClose: (socket: Socket, isMute: boolean) => void
  /** The server knows no lanes: one response at a time is all. */
  readonly onNoLanes: () => void
}

/** The longest event that is read, as the longest answer over HTTP. */
const maxPayload = 64 * 2 ** 20

/** The API's limit of names; beyond it they are used again. */
const maxLanes = 32

/**
 * How soon after it was sent a request is lost if the server had closed the idle socket before: one round trip, be it far.
 */
const staleMillis = 100

export class Socket implements Waiting {
  readonly openedMillis: number
  readonly #listener: Listener
  #maxActive: number
  #lanes: ReadonlyArray<Lane> = []
  #sdk: ResponsesWS | undefined
  #uses = 0
  #eventBytes = 0
  #error: ConnectionFault | undefined
  #hasSpoken = false
  awaiting: Awaiting = "connection"
  timedOut: Timeout | undefined
  isClosed = false
  /** Takes no more requests: closed once the responses under way have ended. */
  isRetired = false

  /** `maxActive` is how many responses it carries at a time; with one it names no lanes. */
  constructor(maxActive: number, openedMillis: number, listener: Listener) {
    this.#maxActive = maxActive
    this.openedMillis = openedMillis
    this.#listener = listener
  }

  /** Opens the connection. Fails with what the network or the server had against it. */
  open(client: OpenAI, Sdk: typeof ResponsesWS): Effect.Effect<void, ConnectionFault> {
    return Effect.flatMap(
      Effect.try({
        try: () => this.#listen(new Sdk(client, { maxPayload })),
        catch: (cause) => new ConnectionFault(cause)
      }),
      (sdk) =>
        Effect.callback((resume) => {
          if (this.isClosed) return resume(Effect.fail(this.#fault))
          sdk.socket.on("open", () => {
            this.awaiting = "nothing"
            resume(Effect.void)
          })
          sdk.on("close", () => resume(Effect.fail(this.#fault)))
        })
    )
  }

  get #fault(): ConnectionFault {
    return this.#error ?? new ConnectionFault(Object.assign(new Error("the socket was closed"), { code: "ECONNRESET" }))
  }

  /** It is the opening that is waited for. */
  get awaitingSince(): number {
    return this.openedMillis
  }

  giveUp(): void {
    this.close()
  }

  #listen(sdk: ResponsesWS): ResponsesWS {
    this.#sdk = sdk
    // The server's own errors come as events, too.
    sdk.on("error", ({ cause, error }) => {
      if (error === undefined) this.#error ??= new ConnectionFault(cause)
    })
    sdk.socket.platformSocket.prependListener("message", (data) => {
      this.#eventBytes = Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength
    })
    sdk.on("event", (event) => this.#hear(event))
    sdk.on("raw", () => this.close(new ConnectionFault("the server sent what is no event")))
    sdk.on("close", () => this.#over(this.#fault))
    // Given up while it was made.
    if (this.isClosed) this.#end()
    return sdk
  }

  // Lanes

  /** The lane that holds the response `messages` follow on from. It may be taken. */
  holder(messages: ReadonlyArray<WireMessage>): Lane | undefined {
    return this.isRetired ? undefined : this.#lanes.find(({ held }) => held !== undefined && follows(messages, held))
  }

  /** Whether `lane` may be asked now. */
  isFree(lane: Lane): boolean {
    return lane.reply === undefined && this.#active.length < this.#maxActive
  }

  /** A lane that may be asked now, preferably one that holds nothing; `undefined` for none. */
  freeLane(): Lane | undefined {
    if (this.isClosed || this.isRetired || this.#active.length >= this.#maxActive) return undefined
    const free = this.#lanes.filter(({ reply }) => reply === undefined)
    const blank = free.find(({ held }) => held === undefined)
    if (blank !== undefined) return blank
    const isNamed = this.#maxActive > 1
    if (this.#lanes.length < (isNamed ? maxLanes : 1)) {
      const name = isNamed ? String(this.#lanes.length) : undefined
      const lane: Lane = { name, socket: this, reply: undefined, isGivenUp: false, held: undefined, usedAt: 0 }
      this.#lanes = [...this.#lanes, lane]
      return lane
    }
    return free.reduce((oldest, lane) => (lane.usedAt < oldest.usedAt ? lane : oldest))
  }

  get #active(): ReadonlyArray<Lane> {
    return this.#lanes.filter(({ reply }) => reply !== undefined)
  }

  /** Takes `lane` for `reply`. */
  occupy(lane: Lane, reply: SocketReply): void {
    lane.reply = reply
    lane.isGivenUp = false
    lane.usedAt = ++this.#uses
    reply.onGivenUp = () => {
      if (lane.reply !== reply) return
      if (reply.ageMillis === undefined) {
        lane.reply = undefined
        return
      }
      lane.isGivenUp = true
      const isWanted = ({ held, isGivenUp, reply }: Lane) => (reply === undefined ? held?.hasCalls : !isGivenUp)
      if (!this.#lanes.some(isWanted)) this.close()
    }
  }

  send({ name }: Lane, reply: SocketReply, body: Body): void {
    const envelope = name === undefined ? "{" : `{"stream_id":"${name}",`
    reply.sent(body.bytes + envelope.length - 1)
    this.#sdk?.sendRaw(envelope + body.text.slice(1))
  }

  // What comes

  #hear(event: unknown): void {
    this.#hasSpoken = true
    const name = Json.text(event, "stream_id")
    const lane = name === undefined ? this.#laneOfUnnamed(event) : this.#lanes.find((lane) => lane.name === name)
    const reply = lane?.reply
    if (lane === undefined || reply === undefined) return
    if (!lane.isGivenUp) reply.take(event, this.#eventBytes)
    const type = Json.text(event, "type") ?? ""
    if (!ends.has(type)) return
    lane.reply = undefined
    lane.held =
      type === "response.completed" && !lane.isGivenUp ? heldOf(Json.get(event, "response"), reply) : undefined
    this.retireIf(this.isRetired)
  }

  /** Whose an event is that names no lane; `undefined` where that ended the socket. */
  #laneOfUnnamed(event: unknown): Lane | undefined {
    const [lane, ...others] = this.#active
    if (Json.text(event, "type") === "error") {
      const error = Json.get(event, "error") ?? event
      const code = Json.text(error, "code")
      const isAboutLanes = code === "invalid_stream_id" || Json.text(error, "param") === "stream_id"
      if (isAboutLanes || code === "websocket_connection_limit_reached") {
        if (isAboutLanes) this.#listener.onNoLanes()
        for (const { reply } of this.#active) if (reply?.responseBytes === 0) reply.isUntouched = true
        this.close(new ConnectionFault(Json.text(error, "message") ?? code))
        return undefined
      }
      if (others.length > 0) this.close(new ConnectionFault(Json.text(error, "message") ?? "an error of the server's"))
      return others.length > 0 ? undefined : lane
    }
    if (this.#maxActive > 1) {
      this.#listener.onNoLanes()
      this.#maxActive = 1
      if (others.length > 0) {
        this.close(new ConnectionFault("the server does not tell the responses on one socket apart"))
        return undefined
      }
      this.#lanes = lane === undefined ? [] : [lane]
    }
    return lane
  }

  // The end

  /** Takes no more requests, if `isOld`, and ends with the last response under way. */
  retireIf(isOld: boolean): void {
    if (!isOld) return
    this.isRetired = true
    if (this.#active.length === 0) this.close()
  }

  /** Ends the connection at once; whoever still reads is told why. */
  close(fault = this.#fault): void {
    this.#over(fault)
    this.#end()
  }

  #end(): void {
    this.#sdk?.close()
    this.#sdk?.socket.terminate()
  }

  #over(fault: ConnectionFault): void {
    if (this.isClosed) return
    this.isClosed = true
    const replies = this.#active.flatMap(({ reply }) => (reply === undefined ? [] : [reply]))
    this.#lanes = []
    for (const reply of replies) {
      const { ageMillis, responseBytes } = reply
      reply.isUntouched ||= this.#uses > 1 && responseBytes === 0 && ageMillis !== undefined && ageMillis < staleMillis
      reply.fail(fault)
    }
    this.#listener.onClose(this, replies.length > 0 && !this.#hasSpoken)
  }
}

const ends = new Set(["response.completed", "response.incomplete", "response.failed", "response.cancelled", "error"])

const heldOf = (response: unknown, { messages }: SocketReply): Held | undefined => {
  const responseId = Json.text(response, "id")
  const hasCalls = Json.array(response, "output").some((item) => Json.get(item, "type") === "function_call")
  return responseId === undefined ? undefined : { responseId, messages, hasCalls }
}

/** Whether `messages` extend the conversation of `held` by its answer and more. Messages never change, so identity tells. */
const follows = (messages: ReadonlyArray<WireMessage>, held: Held): boolean => {
  const answer = messages[held.messages.length]
  return (
    answer?.role === "assistant" &&
    answer.responseId === held.responseId &&
    messages.length > held.messages.length + 1 &&
    held.messages.every((message, index) => message === messages[index])
  )
}
