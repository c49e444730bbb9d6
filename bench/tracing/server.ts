/**
 * A collector in a process of its own: takes OTLP/JSON on loopback, and says what the spans that it got amount to.
 *
 * What it costs is its own, not that of who sends. The parent is greeted with the address, and asks for a `Tally` over IPC,
 * which begins anew with each question.
 */
import { createServer } from "node:http"

import * as Predicate from "effect/Predicate"

import * as Collected from "./Collected.ts"

const collected = Collected.make()

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const pieces: Array<Buffer> = []
  request.on("data", (piece: Buffer) => pieces.push(piece))
  request.on("end", () => {
    const body = Buffer.concat(pieces)
    // Metrics come to another path, and are only taken.
    if (request.url === "/v1/traces") collected.add(body.length, JSON.parse(body.toString()))
    response.writeHead(200, { "content-type": "application/json" }).end("{}")
  })
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(`http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`)
})

process.on("disconnect", () => process.exit())
process.on("message", (message) => {
  if (Predicate.hasProperty(message, "id")) process.send?.({ id: message.id, ...collected.take() })
})
