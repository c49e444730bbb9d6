/**
 * Servers for tests, on loopback, closed by their scope: `serve` answers as a function says, `serveSocket` does so over
 * WebSocket, `serveMock` is aimock.
 */
import * as Http from "node:http"
import * as Net from "node:net"
import type { Duplex } from "node:stream"

import { LLMock } from "@copilotkit/aimock"
import { type Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { type WebSocket, WebSocketServer } from "ws"

import { responsesText } from "./recordings.ts"

export interface Seen {
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: unknown
}

export interface Server {
  /** With `/v1`. */
  readonly baseUrl: string
  readonly seen: ReadonlyArray<Seen>
  /** Connections accepted, and closed again. */
  readonly connections: { opened: number; closed: number }
}

/** `answer` gets the number of the request, from 0. */
export const serve = (answer: (response: Http.ServerResponse, seen: Seen, index: number) => void) =>
  Effect.acquireRelease(
    Effect.callback<Server & { readonly server: Http.Server }>((resume) => {
      const seen: Array<Seen> = []
      const connections = { opened: 0, closed: 0 }
      const server = Http.createServer((request, response) => {
        let text = ""
        request.setEncoding("utf8")
        request.on("data", (chunk) => {
          text += chunk
        })
        request.on("end", () => {
          const body: unknown = text === "" ? undefined : JSON.parse(text)
          const one = { path: request.url ?? "", headers: request.headers, body }
          seen.push(one)
          answer(response, one, seen.length - 1)
        })
      })
      server.on("connection", (socket) => {
        connections.opened++
        socket.on("close", () => connections.closed++)
      })
      server.listen(0, "127.0.0.1", () => {
        resume(Effect.succeed({ baseUrl: `http://127.0.0.1:${portOf(server)}/v1`, seen, connections, server }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** Accepts connections and says nothing. */
export const serveSilence = Effect.map(
  Effect.acquireRelease(
    Effect.callback<{ readonly sockets: Array<Net.Socket>; readonly server: Net.Server }>((resume) => {
      const sockets: Array<Net.Socket> = []
      const server = Net.createServer((socket) => {
        socket.on("error", () => {})
        sockets.push(socket)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ sockets, server })))
    }),
    ({ server, sockets }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      })
  ),
  ({ server, sockets }) => ({ port: portOf(server), accepted: () => sockets.length })
)

const portOf = (server: Net.Server): number => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

export const serveMock = (options?: ConstructorParameters<typeof LLMock>[0]) =>
  Effect.acquireRelease(
    Effect.promise(() => LLMock.create({ port: 0, host: "127.0.0.1", logLevel: "silent", ...options })),
    (mock) => Effect.promise(() => mock.stop())
  )

/** One turn of the real event loop, in which sockets are read. */
export const turn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** Lets virtual time run until `fiber` is done, while sockets work in real time. */
export const runClock = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>, step: Duration.Input) {
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust(step)
    yield* turn
  }
  return yield* Fiber.join(fiber)
})

/** Waits until sockets have brought `isTrue` about. */
export const eventually = Effect.fnUntraced(function* (isTrue: () => boolean) {
  while (!isTrue()) yield* turn
})

export const eventStream = { "content-type": "text/event-stream" }
export const json = { "content-type": "application/json" }

/** One message to a socket's server, or one connection that was opened to it. */
export interface Heard {
  readonly socket: WebSocket
  /** Which of the connections, from 0. */
  readonly connection: number
  readonly event: Record<string, unknown>
}

export interface SocketServer {
  readonly baseUrl: string
  readonly heard: ReadonlyArray<Heard>
  /** The heads of the upgrades. */
  readonly upgrades: ReadonlyArray<Http.IncomingHttpHeaders>
  readonly sockets: ReadonlyArray<WebSocket>
  /** What is under the sockets, and under upgrades that became none. */
  readonly connections: ReadonlyArray<Duplex>
  /** All connections, be they for HTTP. */
  readonly tcp: Server["connections"]
  /** Bodies of the requests over HTTP. */
  readonly posts: ReadonlyArray<unknown>
  /** `taken` says whether it has seen to the connection itself. */
  readonly onUpgrade: (taken: (socket: Duplex) => boolean) => void
}

const recorded = (response: Http.ServerResponse) => response.writeHead(200, eventStream).end(responsesText.text)

/** A WebSocket server that answers as `answer` says, and over HTTP with a recorded text, or as `overHttp` says. */
export const serveSocket = (
  answer: (heard: Heard, index: number) => void,
  overHttp: (response: Http.ServerResponse) => void = recorded
) =>
  Effect.gen(function* () {
    const posts: Array<unknown> = []
    const {
      baseUrl,
      connections: tcp,
      server
    } = yield* serve((response, { body }) => {
      posts.push(body)
      overHttp(response)
    })
    const heard: Array<Heard> = []
    const upgrades: Array<Http.IncomingHttpHeaders> = []
    const sockets: Array<WebSocket> = []
    const wss = new WebSocketServer({ noServer: true })
    const connections: Array<Duplex> = []
    let isTaken: (socket: Duplex) => boolean = () => false
    server.on("upgrade", (request, connection, head) => {
      connections.push(connection)
      connection.on("error", () => {})
      if (isTaken(connection)) return
      wss.handleUpgrade(request, connection, head, (socket) => {
        const index = sockets.push(socket) - 1
        upgrades.push(request.headers)
        socket.on("error", () => {})
        socket.on("message", (data) => {
          const one = { socket, connection: index, event: JSON.parse(String(data)) }
          heard.push(one)
          answer(one, heard.length - 1)
        })
      })
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => connections.forEach((connection) => connection.destroy())))
    const onUpgrade: SocketServer["onUpgrade"] = (taken) => {
      isTaken = taken
    }
    return { baseUrl, heard, upgrades, sockets, connections, tcp, posts, onUpgrade } satisfies SocketServer
  })

/** The events of a response that says `text`, as `say` sends them. */
export const responseEvents = (id: string, text: string): ReadonlyArray<Record<string, unknown>> => [
  { type: "response.created", response: { id, model: "m" } },
  { type: "response.output_text.delta", output_index: 0, delta: text },
  { type: "response.completed", response: { id, model: "m", status: "completed", output: [] } }
]

/** Sends `events` as the answer to `heard`, in its lane. */
export const say = ({ event, socket }: Heard, events: ReadonlyArray<Record<string, unknown>>): void => {
  for (const one of events) socket.send(JSON.stringify({ ...one, stream_id: event["stream_id"] }))
}
