/**
 * NodeHttp: node's HTTP server with the limits that only it can keep: how slow and how large the head of a request may be, who takes
 * nothing of what is sent, and what a request that is no HTTP is answered.
 */
import { createServer, type Server, type ServerResponse } from "node:http"
import { Socket } from "node:net"
import type { Duplex } from "node:stream"

import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"

import type * as Limits from "./Limits.ts"
import * as Problem from "./Problem.ts"

const refused = (error: unknown): Problem.Problem => {
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  if (code === "HPE_HEADER_OVERFLOW") {
    return new Problem.Problem({ kind: "headers-too-large", detail: "The headers are too large." })
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Problem.Problem({ kind: "too-slow", detail: "The request took too long to arrive." })
  }
  return new Problem.Problem({ kind: "bad-request", detail: "That is not HTTP as it should be." })
}

/** Answers what never became a request, and closes. */
const answerRaw = (socket: Socket, problem: Problem.Problem) => {
  const body = JSON.stringify(Problem.details(problem))
  const headers = {
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    ...Problem.headers(problem)
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${problem.status} ${Problem.details(problem).title}\r\n${lines.join("")}\r\n${body}`)
  // What is still sent is read and dropped for a moment: else the answer might be lost with it.
  socket.resume()
  socket.setTimeout(500, () => socket.destroy())
}

/** A server that does not listen yet. */
export const make = (limits: Limits.Limits): Server => {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Duration.toMillis(limits.headTime),
    requestTimeout: Duration.toMillis(limits.requestTime),
    connectionsCheckingInterval: Math.min(1000, Duration.toMillis(limits.headTime) / 4),
    keepAliveTimeout: 5000,
    // The guard says what is missing.
    requireHostHeader: false,
    // Nothing here is spoken but HTTP.
    shouldUpgradeCallback: () => false
  })
  /** The answers that are awaited or under way, by their sockets. */
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.on("request", (request, response) => {
    const { socket } = request
    answers.set(socket, response)
    response.on("close", () => answers.get(socket) === response && answers.delete(socket))
  })
  server.on("clientError", (error, socket) => {
    if (socket instanceof Socket && socket.writable && answers.get(socket)?.headersSent !== true) {
      answerRaw(socket, refused(error))
    } else socket.destroy()
  })
  server.on("checkExpectation", (request, response) => server.emit("request", request, response))
  // A client that takes nothing, or asks nothing, is let go; one that waits for an answer is not.
  server.setTimeout(Duration.toMillis(limits.stalled), (socket) => {
    if (socket.writableLength > 0 || !answers.has(socket)) socket.destroy()
  })
  return server
}
