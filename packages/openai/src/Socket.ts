/**
 * Socket: one WebSocket to the Responses API, which several responses share, each in a lane that `stream_id` names. A
 * boundary to the SDK's `ResponsesWS`.
 *
 * The server knows no way to stop one response, so a lane whose reader has gone stays taken until its response ends, unread;
 * a socket that writes for nobody is closed. One on which a reply took too long takes no more requests.
 */
import type * as Net from "node:net"

import * as Effect from "effect/Effect"
import type { OpenAI } from "openai/client"
import type { ResponsesWS } from "openai/resources/responses/ws"

import { type Awaiting, type Body, ConnectionFault, type Timeout } from "./Exchange.ts"
import * as Json from "./Json.ts"
import { type Lane, Lanes } from "./Lanes.ts"
import type { SocketReply } from "./SocketReply.ts"
import type { Waiting } from "./Watch.ts"

/** What a socket tells its owner. */
export interface Listener {
  /** `isMute`: it was asked, and never said a word. */
  readonly onClose: (socket: Socket, isMute: boolean) => void
  /** The server knows no lanes: one response at a time is all. */
  readonly onNoLanes: () => void
}

/** The longest event that is read, as the longest answer over HTTP. */
const maxPayload = 64 * 2 ** 20

/**
 * How soon after it was sent a request is lost if the server had closed the idle socket before: one round trip, be it far.
 */
const staleMillis = 100

export class Socket implements Waiting {
  readonly lanes: Lanes
  readonly openedMillis: number
  readonly #now: () => number
  readonly #listener: Listener
  #sdk: ResponsesWS | undefined
  #eventBytes = 0
  #error: ConnectionFault | undefined
  #events = 0
  #isClosed = false
  /** It is the opening that is waited for. */
  awaiting: Awaiting = "connection"
  timedOut: Timeout | undefined
  /** Takes no more requests: closed once nobody reads a response of it. */
  isRetired = false

  constructor(maxActive: number, now: () => number, listener: Listener) {
    this.lanes = new Lanes(maxActive)
    this.openedMillis = now()
    this.#now = now
    this.#listener = listener
  }

  get awaitingSince(): number {
    return this.openedMillis
  }

  /** Opens the socket over what `connect` gives. Fails with what the network or the server had against it. */
  open(client: OpenAI, Sdk: typeof ResponsesWS, connect: () => Net.Socket): Effect.Effect<void, ConnectionFault> {
    return Effect.flatMap(
      Effect.try({
        try: () => this.#listen(new Sdk(client, { maxPayload, createConnection: connect })),
        catch: (cause) => new ConnectionFault(cause)
      }),
      (sdk) =>
        Effect.callback((resume) => {
          if (this.#isClosed) return resume(Effect.fail(this.#fault))
          sdk.socket.on("open", () => {
            this.awaiting = "nothing"
            resume(Effect.void)
          })
          sdk.on("close", () => resume(Effect.fail(this.#fault)))
        })
    )
  }

  #listen(sdk: ResponsesWS): ResponsesWS {
    this.#sdk = sdk
    // Unheard, an error would end the process. The server's own come as events, too, and have no cause.
    sdk.on("error", ({ cause }) => {
      if (cause !== undefined) this.#error ??= new ConnectionFault(cause)
    })
    sdk.socket.platformSocket.prependListener("message", (data) => {
      this.#eventBytes = Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength
    })
    sdk.on("event", (event) => this.#hear(event))
    sdk.on("raw", () => this.close(new ConnectionFault("the server sent what is no event")))
    sdk.on("close", () => this.#over(this.#fault))
    // Given up while it was made.
    if (this.#isClosed) this.#end()
    return sdk
  }

  get #fault(): ConnectionFault {
    return this.#error ?? new ConnectionFault(Object.assign(new Error("the socket was closed"), { code: "ECONNRESET" }))
  }

  // What is asked

  /** Takes `lane` for `reply`. */
  occupy(lane: Lane, reply: SocketReply): void {
    reply.isLate = this.awaiting === "nothing"
    reply.onGivenUp = () => {
      if (lane.reply !== reply) return
      if (reply.ageMillis === undefined) {
        lane.reply = undefined
        return this.retireIf(this.isRetired)
      }
      lane.isGivenUp = true
      if (reply.timedOut !== undefined) {
        // Nothing came for anybody: whoever else waits there would wait as long.
        if (reply.eventsBefore === this.#events) return this.close()
        this.isRetired = true
      }
      this.#closeIfUnwanted()
    }
    this.lanes.occupy(lane, reply)
  }

  send({ name }: Lane, reply: SocketReply, body: Body): void {
    const envelope = name === undefined ? "{" : `{"stream_id":"${name}",`
    reply.eventsBefore = this.#events
    reply.sent(body.bytes + envelope.length - 1)
    this.#sdk?.sendRaw(envelope + body.text.slice(1))
  }

  // What comes

  #hear(event: unknown): void {
    this.#events++
    const type = Json.text(event, "type") ?? ""
    const lanes = this.#lanesOf(event, type)
    if (type === "error" && this.#isRefusal(event)) return this.#refuse(lanes)
    if (lanes.length > 1) return this.#refuse(lanes, true)
    for (const lane of lanes) {
      if (!lane.isGivenUp) lane.reply?.take(event, this.#eventBytes)
      if (ends.has(type)) this.lanes.end(lane, event, this.#now())
      // Those for whose sake the model was left to write may have gone, too.
      else if (lane.isGivenUp) this.#closeIfUnwanted()
    }
    this.retireIf(this.isRetired)
  }

  /** Whose an event is: one lane's, but for an error that names none, which may be that of each that has not begun. */
  #lanesOf(event: unknown, type: string): ReadonlyArray<Lane> {
    const { active, areNamed } = this.lanes
    const name = Json.text(event, "stream_id")
    if (name !== undefined && areNamed) {
      const lane = this.lanes.named(name)
      return lane?.reply === undefined ? [] : [lane]
    }
    // An error of a response that has begun would name its lane.
    if (type === "error") return active.length < 2 ? active : active.filter(({ reply }) => reply?.responseBytes === 0)
    // What is of no response is nobody's.
    if (areNamed && !type.startsWith("response.")) return []
    if (areNamed) this.#listener.onNoLanes()
    if (active.length < 2) {
      if (areNamed) this.lanes.keepOnly(active[0])
      return active
    }
    this.close(new ConnectionFault("the server does not tell the responses on one socket apart"))
    return []
  }

  /** Whether the server has something against the socket or its lanes, rather than against the request. */
  #isRefusal(event: unknown): boolean {
    const error = Json.get(event, "error") ?? event
    const code = Json.text(error, "code") ?? ""
    const isOfLanes = code === "invalid_stream_id" || (Json.text(error, "param") === "stream_id" && !limits.has(code))
    if (isOfLanes) this.#listener.onNoLanes()
    return isOfLanes || limits.has(code)
  }

  /** Lets the requests in `lanes` go over another socket, and all that follow; `areMixed`: over one each. */
  #refuse(lanes: ReadonlyArray<Lane>, areMixed = false): void {
    const replies = repliesOf(lanes)
    for (const lane of lanes) lane.reply = undefined
    this.retireIf(true)
    for (const reply of replies) {
      reply.isUntouched = reply.responseBytes === 0
      reply.goesAlone = areMixed
      reply.fail(this.#fault)
    }
  }

  // The end

  /** Takes no more requests, if `isOld`, and ends with the last response that is read. */
  retireIf(isOld: boolean): void {
    if (!isOld) return
    this.isRetired = true
    if (!this.lanes.areRead) this.close()
  }

  #closeIfUnwanted(): void {
    this.lanes.forgetOld(this.#now())
    if (this.isRetired ? !this.lanes.areRead : !this.lanes.areWanted) this.close()
  }

  giveUp(): void {
    this.close()
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
    if (this.#isClosed) return
    this.#isClosed = true
    this.isRetired = true
    const { active } = this.lanes
    const replies = repliesOf(active)
    for (const reply of replies) {
      const { ageMillis, isLate, responseBytes } = reply
      reply.isUntouched ||= ageMillis === undefined || (isLate && responseBytes === 0 && ageMillis < staleMillis)
    }
    const wasAsked = active.some(
      ({ isGivenUp, reply }) => reply?.timedOut !== undefined || (!isGivenUp && isSent(reply))
    )
    this.#listener.onClose(this, wasAsked && this.#events === 0)
    // Last of all: whoever is told asks again.
    for (const reply of replies) reply.fail(fault)
  }
}

const repliesOf = (lanes: ReadonlyArray<Lane>) => lanes.flatMap(({ reply }) => (reply === undefined ? [] : [reply]))

const isSent = (reply: SocketReply | undefined): boolean => reply?.ageMillis !== undefined

const ends = new Set(["response.completed", "response.incomplete", "response.failed", "response.cancelled", "error"])

/** What the server says where a socket has served its time, or has as many lanes as it may have. */
const limits = new Set(["websocket_connection_limit_reached", "websocket_stream_limit_reached"])
