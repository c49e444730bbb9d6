/**
 * HttpPool: the connections to the household's services, by undici, which is loaded when they are first wanted: the model is
 * asked first.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"

/** By then the first question to the model is on its way: loading takes the time that is spent waiting for its answer. */
const idle = "100 millis"

const load = Effect.flatMap(
  Effect.promise(() => import("./UndiciPool.ts")),
  ({ make }) => make
)

export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const wanted = yield* Latch.make()
    const loading = yield* Effect.forkScoped(Effect.andThen(Effect.timeoutOption(wanted.await, idle), load))
    const client = Effect.andThen(wanted.open, Fiber.join(loading))
    return HttpClient.makeWith<HttpClientError, never, HttpClientError, never>(
      Effect.flatMap((request) => Effect.flatMap(client, ({ execute }) => execute(request))),
      Effect.succeed
    )
  })
)
