/**
 * SocketReply: the events of one response over a socket, for its one reader, as they come. What comes after the reader has
 * gone is dropped.
 */
import * as Effect from "effect/Effect"

import { type Awaiting, ConnectionFault, type Timeout } from "./Exchange.ts"
import * as Json from "./Json.ts"
import type { WireMessage } from "./ModelWire.ts"
import type { Waiting } from "./Watch.ts"

export class SocketReply implements Waiting {
  readonly #now: () => number
  #events: Array<unknown> = []
  #fault: ConnectionFault | undefined
  #wake: (() => void) | undefined
  #isWaking = false
  #sentMillis: number | undefined

  /** The whole conversation that the response answers. */
  readonly messages: ReadonlyArray<WireMessage>
  /** Called once nobody reads any more. */
  onGivenUp: () => void = () => {}
  awaiting: Awaiting = "nothing"
  awaitingSince = 0
  timedOut: Timeout | undefined
  requestBytes = 0
  responseBytes = 0
  readonly resends = 0
  /** Whether the server has certainly not answered, so that the request may go again at once. */
  isUntouched = false
  /** Whether the socket had been open before, and may have been closed by the server since. */
  isLate = false
  /** Whether it must share no socket when it goes again: the server had something against one of several requests. */
  goesAlone = false
  /** How many events the socket had brought when the request was sent. */
  eventsBefore = 0
  /** Whether the model has made calls, whose results are to follow. */
  hasCalls = false

  constructor(now: () => number, messages: ReadonlyArray<WireMessage>) {
    this.#now = now
    this.messages = messages
  }

  get fault(): ConnectionFault | undefined {
    return this.#fault
  }

  /** How long ago the request left, in milliseconds; `undefined` before it has. */
  get ageMillis(): number | undefined {
    return this.#sentMillis === undefined ? undefined : this.#now() - this.#sentMillis
  }

  sent(bytes: number): void {
    this.requestBytes = bytes
    this.#sentMillis = this.#now()
    this.#await("bytes")
  }

  take(event: unknown, bytes: number): void {
    this.responseBytes += bytes
    this.#events.push(event)
    this.hasCalls ||= Json.get(Json.get(event, "item"), "type") === "function_call"
    // Once for all events of one read from the connection.
    if (this.#isWaking || this.#wake === undefined) return
    this.#isWaking = true
    process.nextTick(this.#wakeReader)
  }

  fail(fault: ConnectionFault): void {
    this.#fault ??= fault
    this.#wake?.()
  }

  giveUp(): void {
    this.#events = []
    this.onGivenUp()
    this.fail(new ConnectionFault("the request was given up"))
  }

  readonly #wakeReader = (): void => {
    this.#isWaking = false
    this.#wake?.()
  }

  #await(awaiting: Awaiting): void {
    this.awaiting = awaiting
    this.awaitingSince = this.#now()
  }

  /** The events that arrived since the last call, at least one. */
  readonly read: Effect.Effect<ReadonlyArray<unknown>, ConnectionFault> = Effect.suspend(
    () => this.#next() ?? this.#arrival
  )

  readonly #arrival: Effect.Effect<ReadonlyArray<unknown>, ConnectionFault> = Effect.callback((resume) => {
    this.#await("bytes")
    this.#wake = () => {
      const next = this.#next()
      if (next === undefined) return
      this.#wake = undefined
      this.awaiting = "nothing"
      resume(next)
    }
  })

  #next(): Effect.Effect<ReadonlyArray<unknown>, ConnectionFault> | undefined {
    if (this.#events.length > 0) {
      const events = this.#events
      this.#events = []
      return Effect.succeed(events)
    }
    return this.#fault === undefined ? undefined : Effect.fail(this.#fault)
  }
}
