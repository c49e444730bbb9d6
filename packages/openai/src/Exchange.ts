/**
 * Exchange: one HTTP request over `node:http(s)` and the bytes of its answer, read as they come. A boundary to the byte
 * API.
 *
 * It counts bytes and knows since when it waits for the server, so that a watcher on Effect's clock can end the wait.
 */
import { Buffer } from "node:buffer"
import * as Http from "node:http"
import * as Https from "node:https"

import * as Effect from "effect/Effect"

/** The pools of open connections: kept alive between requests, closed together. */
export interface Agents {
  readonly http: Http.Agent
  readonly https: Https.Agent
}

export const makeAgents = (): Agents => ({
  http: new Http.Agent({ keepAlive: true }),
  https: new Https.Agent({ keepAlive: true })
})

export const closeAgents = (agents: Agents): void => {
  agents.http.destroy()
  agents.https.destroy()
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

/** An answer with an error status, its text read. Header names are in lower case. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Which wait took too long. */
export type Timeout = "connect" | "idle"

export interface SendOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export class Exchange {
  readonly #agents: Agents
  readonly #now: () => number
  #request: Http.ClientRequest | undefined
  #response: Http.IncomingMessage | undefined
  #fault: ConnectionFault | undefined
  #isClosed = false
  #wake: (() => void) | undefined

  awaiting: Awaiting = "connection"
  /** By the clock, in milliseconds. */
  awaitingSince: number
  requestBytes = 0
  responseBytes = 0
  /** Set by whoever reads an answer with an error status. */
  refusal: Refusal | undefined
  /** Set by whoever gives the exchange up for taking too long. */
  timedOut: Timeout | undefined

  constructor(agents: Agents, now: () => number) {
    this.#agents = agents
    this.#now = now
    this.awaitingSince = now()
  }

  get fault(): ConnectionFault | undefined {
    return this.#fault
  }

  /** Sends the request; the promise is kept at the answer's head, and rejected with `ConnectionFault`. */
  send(url: URL, options: SendOptions): Promise<Http.IncomingMessage> {
    this.requestBytes = options.body === undefined ? 0 : Buffer.byteLength(options.body)
    return new Promise((resolve, reject) => this.#attempt(url, options, resolve, reject))
  }

  #attempt(
    url: URL,
    options: SendOptions,
    resolve: (response: Http.IncomingMessage) => void,
    reject: (fault: ConnectionFault) => void
  ): void {
    if (this.#isClosed) return reject(new ConnectionFault("the request was given up"))
    this.#await("connection")
    const isSecure = url.protocol === "https:"
    const request = (isSecure ? Https : Http).request(url, {
      agent: isSecure ? this.#agents.https : this.#agents.http,
      method: options.method,
      headers: { ...options.headers, ...(options.body === undefined ? {} : { "content-length": this.requestBytes }) }
    })
    this.#request = request
    request.on("socket", (socket) => {
      if (!socket.connecting) return this.#await("bytes")
      socket.once(isSecure ? "secureConnect" : "connect", () => this.#await("bytes"))
    })
    request.on("response", (response) => {
      this.#response = response
      this.#await("bytes")
      const wake = () => this.#wake?.()
      response.on("readable", wake).on("end", wake).on("close", wake)
      response.on("error", (cause) => {
        this.#fault ??= new ConnectionFault(cause)
        wake()
      })
      resolve(response)
    })
    request.on("error", (cause) => {
      const fault = new ConnectionFault(cause)
      // The server closed an idle connection at the moment it was taken up again: nothing was lost, a fresh one will
      // do.
      if (request.reusedSocket && fault.code === "ECONNRESET" && this.#response === undefined && !this.#isClosed) {
        return this.#attempt(url, options, resolve, reject)
      }
      this.#fault ??= fault
      reject(this.#fault)
    })
    request.end(options.body)
  }

  #await(awaiting: Awaiting): void {
    this.awaiting = awaiting
    this.awaitingSince = this.#now()
  }

  /** The bytes that arrived since the last call, at least one; `undefined` at the end of the answer. */
  readonly read: Effect.Effect<Uint8Array | undefined, ConnectionFault> = Effect.callback((resume) => {
    const response = this.#response
    if (response === undefined) return resume(Effect.fail(new ConnectionFault("the request has no answer yet")))
    const settle = (effect: Effect.Effect<Uint8Array | undefined, ConnectionFault>) => {
      this.#wake = undefined
      this.awaiting = "nothing"
      resume(effect)
    }
    const attempt = () => {
      const bytes: Buffer | null = response.read()
      if (bytes !== null) {
        this.responseBytes += bytes.length
        return settle(Effect.succeed(bytes))
      }
      if (this.#fault !== undefined) return settle(Effect.fail(this.#fault))
      if (response.readableEnded) return settle(Effect.undefined)
      if (response.destroyed) return settle(Effect.fail(new ConnectionFault("the connection was closed")))
    }
    this.#await("bytes")
    this.#wake = attempt
    attempt()
    return Effect.sync(() => {
      this.#wake = undefined
    })
  })

  /** Gives the exchange up: the server sees the connection close, unless its answer is complete and only unread. */
  destroy(): void {
    this.#isClosed = true
    if (this.#response?.complete === true) {
      // Read to the end, so that the connection goes back to the pool.
      this.#response.removeAllListeners("readable")
      this.#response.resume()
      return
    }
    this.#fault ??= new ConnectionFault("the request was given up")
    this.#request?.destroy()
  }
}
