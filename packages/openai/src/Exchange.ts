/**
 * Exchange: one HTTP request over `node:http` and the bytes of its answer, read as they come. A boundary to the byte
 * API.
 *
 * It counts bytes and knows since when it waits for the server, so that a watcher on Effect's clock can end the wait.
 */
import type * as Http from "node:http"

import * as Effect from "effect/Effect"

import type { Head } from "./Head.ts"
import * as Wire from "./Wire.ts"

/** A way to the server: who asks, and the connections that are kept between requests. */
export interface Route {
  readonly request: typeof Http.request
  readonly agent: Http.Agent
}

/** The connection failed: nothing listens, it was reset, it was given up. */
export class ConnectionFault extends Error {
  override readonly name = "ConnectionFault"
  /** Node's code (`ECONNRESET`, ...). */
  readonly code: string | undefined

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause))
    this.code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined
  }
}

/** What the server is being waited for. */
export type Awaiting = "connection" | "bytes" | "nothing"

/** Which wait took too long. */
export type Timeout = "connect" | "idle"

/** What a request carries: its text, and how many bytes that is. */
export interface Body {
  readonly text: string
  readonly bytes: number
}

/** The bytes of one read from the connection, or of several, as they came. */
export type Chunks = ReadonlyArray<Uint8Array>

/** The head of an answer. Header names are in lower case. */
export interface AnswerHead {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
}

/** How many bytes may lie unread before the server is made to wait. */
const maxUnreadBytes = 2 ** 18

/**
 * How soon after it was sent a request on a kept connection is reset if the server had closed that connection before: one
 * round trip, be it far. Whatever is reset later may have been worked on.
 */
const staleMillis = 100

export class Exchange {
  readonly #now: () => number
  #request: Http.ClientRequest | undefined
  #response: Http.IncomingMessage | undefined
  #fault: ConnectionFault | undefined
  #isGivenUp = false
  /** Nobody reads what still comes. */
  #isDiscarding = false
  /** The request is over, and its connection closed or back among the kept ones. */
  #isOver = false
  #unread: Array<Uint8Array> = []
  #unreadBytes = 0
  /** Ends `send`. */
  #answer: ((effect: Effect.Effect<AnswerHead, ConnectionFault>) => void) | undefined
  #sentMillis = 0
  #wake: (() => void) | undefined
  #isWaking = false

  awaiting: Awaiting = "connection"
  /** By the clock, in milliseconds. */
  awaitingSince: number
  requestBytes = 0
  /** Of the body, decompressed as far as it was read. */
  responseBytes = 0
  /** How often the request was sent again, each time because a kept connection turned out to be closed. */
  resends = 0
  /** Set by whoever gives the exchange up for taking too long. */
  timedOut: Timeout | undefined

  constructor(now: () => number) {
    this.#now = now
    this.awaitingSince = now()
  }

  get fault(): ConnectionFault | undefined {
    return this.#fault
  }

  /** Of the answer; `undefined` before its head is there. */
  get status(): number | undefined {
    return this.#response?.statusCode
  }

  /** All bytes of the answer have arrived. */
  get isComplete(): boolean {
    return this.#response?.complete === true
  }

  /** Sends the request, up to the head of the answer. */
  send(route: Route, head: Head, body: Body | undefined): Effect.Effect<AnswerHead, ConnectionFault> {
    return Effect.callback((resume) => {
      if (this.#isGivenUp) return resume(Effect.fail(this.#fail(givenUp)))
      this.#answer = resume
      this.#sentMillis = this.#now()
      this.#attempt(route, head, body)
    })
  }

  #attempt(route: Route, head: Head, body: Body | undefined): void {
    this.#await("connection")
    this.requestBytes = body?.bytes ?? 0
    const { headers, host, method, path, port } = head
    const request = route.request({
      agent: route.agent,
      host,
      port,
      method,
      path,
      headers: body === undefined ? headers : [...headers, "Content-Length", String(body.bytes)]
    })
    this.#request = request
    let isKept = false
    request.on("socket", (socket) => {
      isKept = Wire.isOpen(socket)
      if (isKept) return this.#await("bytes")
      socket.once(head.isSecure ? "secureConnect" : "connect", () => this.#await("bytes"))
    })
    request.on("response", (response) => {
      this.#response = response
      this.#await("nothing")
      response.on("data", this.#take)
      response.on("error", (cause) => this.#fail(cause))
      this.#answer?.(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers }))
    })
    request.on("error", (cause) => {
      // The server closed an idle connection at the moment it was taken up again: nothing was lost, a fresh one will
      // do.
      const isStale = isKept && isReset(cause) && this.#response === undefined && !this.#isGivenUp
      if (isStale && this.#now() - this.#sentMillis < staleMillis) {
        this.resends++
        return this.#attempt(route, head, body)
      }
      this.#fail(cause)
    })
    request.on("close", () => {
      if (request !== this.#request) return
      // Also how Node ends a request whose server answers in another protocol.
      if (this.#response === undefined) this.#fail("closed without an answer")
      // The connection is put back right after this event.
      process.nextTick(() => {
        this.#isOver = true
        this.#wake?.()
      })
    })
    // Head and body leave in one write.
    request.end(body?.text)
  }

  readonly #take = (bytes: Uint8Array): void => {
    if (this.#isDiscarding) return
    this.responseBytes += bytes.length
    this.#unreadBytes += bytes.length
    this.#unread.push(bytes)
    if (this.#unreadBytes > maxUnreadBytes) this.#response?.pause()
    // Once for all chunks of one read from the socket.
    if (this.#isWaking || this.#wake === undefined) return
    this.#isWaking = true
    process.nextTick(this.#wakeReader)
  }

  readonly #wakeReader = (): void => {
    this.#isWaking = false
    this.#wake?.()
  }

  #fail(cause: unknown): ConnectionFault {
    this.#fault ??= new ConnectionFault(cause)
    this.#answer?.(Effect.fail(this.#fault))
    this.#wake?.()
    return this.#fault
  }

  #await(awaiting: Awaiting): void {
    this.awaiting = awaiting
    this.awaitingSince = this.#now()
  }

  /** The chunks that arrived since the last call, at least one; `undefined` at the end of the answer. */
  readonly read: Effect.Effect<Chunks | undefined, ConnectionFault> = Effect.suspend(
    () => this.#next() ?? this.#arrival
  )

  /** Until the request is over, and its connection there for others. Nothing is read after this. */
  readonly over: Effect.Effect<void> = Effect.suspend(() => {
    this.#discard()
    return this.#isOver
      ? Effect.void
      : Effect.callback((resume) => {
          this.#wake = () => {
            if (this.#isOver) resume(Effect.void)
          }
        })
  })

  readonly #arrival: Effect.Effect<Chunks | undefined, ConnectionFault> = Effect.callback((resume) => {
    this.#await("bytes")
    this.#wake = () => {
      const next = this.#next()
      if (next === undefined) return
      this.#wake = undefined
      this.awaiting = "nothing"
      resume(next)
    }
  })

  /** What a read comes to now; `undefined` where it has to wait. */
  #next(): Effect.Effect<Chunks | undefined, ConnectionFault> | undefined {
    if (this.#unread.length > 0) {
      const chunks = this.#unread
      this.#unread = []
      if (this.#unreadBytes > maxUnreadBytes) this.#response?.resume()
      this.#unreadBytes = 0
      return Effect.succeed(chunks)
    }
    if (this.#fault !== undefined) return Effect.fail(this.#fault)
    if (this.isComplete && this.#response?.readableLength === 0) return Effect.undefined
    return this.#isOver ? Effect.fail(new ConnectionFault("the connection was closed")) : undefined
  }

  /** Lets what still comes pass by: a connection serves others once its answer was read. */
  #discard(): void {
    this.#isDiscarding = true
    this.#unread = []
    this.#response?.resume()
  }

  /** Gives the exchange up: the server sees the connection close, unless its answer is complete and only unread. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#discard()
    if (this.isComplete) return
    this.#fail(givenUp)
    this.#request?.destroy()
  }
}

const givenUp = "the request was given up"

const isReset = (cause: Error): boolean => "code" in cause && cause.code === "ECONNRESET"
