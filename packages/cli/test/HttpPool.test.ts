import { createServer } from "node:http"

import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { HttpClient } from "effect/http"

import * as HttpPool from "../src/HttpPool.ts"

/** The address of a server that greets whoever asks, for as long as the scope is open. */
const greeter = Effect.map(
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((_, response) => response.end("hello"))
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  ),
  (server) => {
    const address = server.address()
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  }
)

const greeting = (url: string) => Effect.flatMap(HttpClient.get(url), ({ text }) => text)

describe("HttpPool", () => {
  it.effect("is the same pool for all who ask, even where the first leaves while it loads", () =>
    Effect.gen(function* () {
      const url = yield* greeter
      yield* Effect.gen(function* () {
        const first = yield* Effect.forkChild(greeting(url), { startImmediately: true })
        const second = yield* Effect.forkChild(greeting(url), { startImmediately: true })
        yield* Fiber.interrupt(first)
        assert.strictEqual(yield* Fiber.join(second), "hello")
        assert.strictEqual(yield* greeting(url), "hello")
      }).pipe(Effect.provide(HttpPool.layer))
    })
  )
})
