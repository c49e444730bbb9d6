/**
 * A server for tests with a certificate of its own, made for it and trusted by this process for as long as the scope is open.
 * Needs `openssl`.
 */
import { execFile } from "node:child_process"
import type { RequestListener } from "node:http"
import * as Https from "node:https"
import type { AddressInfo } from "node:net"
import * as Tls from "node:tls"

import * as Effect from "effect/Effect"

const program = "openssl"

const makeCertificate = Effect.callback<string>((resume) => {
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout -"
  const name = "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
  execFile(program, `req -x509 -days 1 ${key} ${name}`.split(" "), (error, pem) =>
    resume(error === null ? Effect.succeed(pem) : Effect.die(error))
  )
})

/** Key and certificate, both in one text. */
const trusted = Effect.gen(function* () {
  const pem = yield* makeCertificate
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const before = Tls.getCACertificates("default")
      Tls.setDefaultCACertificates([...before, pem])
      return before
    }),
    (before) => Effect.sync(() => Tls.setDefaultCACertificates(before))
  )
  return pem
})

/** A server on 127.0.0.1 that answers with `answer`, its port, and its number of connections and of resumed sessions. */
export const make = Effect.fnUntraced(function* (
  answer: RequestListener,
  options: Pick<Https.ServerOptions, "keepAliveTimeout" | "maxVersion"> = {}
) {
  const pem = yield* trusted
  const seen = { connections: 0, resumed: 0 }
  const server = Https.createServer({ key: pem, cert: pem, ...options }, answer)
  server.on("secureConnection", (socket) => {
    seen.connections++
    if (socket.isSessionReused()) seen.resumed++
  })
  const { port } = yield* Effect.acquireRelease(
    Effect.callback<AddressInfo>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        if (typeof address === "object" && address !== null) resume(Effect.succeed(address))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  return { port, seen, server }
})
