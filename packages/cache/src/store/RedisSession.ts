/**
 * RedisSession: one connection to Redis, from its greeting to its loss. The package's boundary to `@redis/client`.
 *
 * The client neither reconnects nor queues what it cannot send: a session is made anew, since what another server (or the
 * same, begun again from an old snapshot) holds must not be taken for what this one held. Its `epoch` tells them apart.
 */
import { createClient, type RedisClientType } from "@redis/client"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

import * as Key from "../Key.ts"
import { StoreError } from "./Store.ts"

export interface RedisSession {
  /** The server's own id of its run: of the process, and new with each start. */
  readonly epoch: string
  /** Sends what `run` sends, within `limit`. A session that is too slow ends, since its answers would come too late for others as well. */
  use<A>(run: (client: RedisClientType) => Promise<A>, limit: Duration.Duration): Effect.Effect<A, StoreError>
  /** Waits until the connection is lost; why. */
  readonly lost: Effect.Effect<StoreError>
  readonly isOpen: () => boolean
}

/** From the first packet to the greeting. */
const connectLimit = Duration.seconds(1)

export const make = Effect.fnUntraced(function* (
  url: Redacted.Redacted
): Effect.fn.Return<RedisSession, StoreError, Scope.Scope> {
  const lost = yield* Deferred.make<StoreError>()
  const client = yield* Effect.acquireRelease(
    Effect.try({
      try: (): RedisClientType =>
        createClient({
          url: Redacted.value(url),
          disableOfflineQueue: true,
          socket: { reconnectStrategy: false, connectTimeout: Duration.toMillis(connectLimit) }
        }),
      catch: () => wrongAddress
    }),
    (client) =>
      Effect.sync(() => {
        if (client.isOpen) client.destroy()
      })
  )
  const lose = (error: StoreError) =>
    Effect.sync(() => {
      Deferred.doneUnsafe(lost, Effect.succeed(error))
      if (client.isOpen) client.destroy()
    })
  client.on("error", (cause: unknown) => Deferred.doneUnsafe(lost, Effect.succeed(failure(cause))))
  client.on("end", () => Deferred.doneUnsafe(lost, Effect.succeed(closed)))

  const use: RedisSession["use"] = (run, limit) =>
    Effect.suspend(() =>
      Deferred.isDoneUnsafe(lost) ? Effect.fail(closed) : Effect.tryPromise({ try: () => run(client), catch: failure })
    ).pipe(Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.andThen(lose(slow), Effect.fail(slow)) }))

  yield* use((client) => client.connect(), connectLimit)
  const server = yield* use((client) => client.sendCommand(["INFO", "server"]), connectLimit)
  const runId = /^run_id:(\w+)/m.exec(String(server))?.[1]
  if (runId === undefined) return yield* unnamed

  return {
    epoch: Key.digest(runId).slice(0, 8),
    use,
    lost: Deferred.await(lost),
    isOpen: () => !Deferred.isDoneUnsafe(lost)
  }
})

const problem = (message: string): StoreError => new StoreError({ store: "redis", isBusy: false, message })

const closed = problem("Redis closed the connection: check that it runs.")
const slow = problem("Redis does not answer in time: check its load and the network.")
const wrongAddress = problem("CALLSHEET_CACHE is no address of Redis: write it as redis://HOST:PORT.")
const unnamed = problem("Redis does not tell its run id: allow this user the command INFO.")

/** Redis's own words, which hold no credentials, in one line. */
const failure = (cause: unknown): StoreError => {
  const why = (cause instanceof Error ? cause.message : "unknown error").replaceAll(/\s+/g, " ").slice(0, 200)
  return problem(`Redis failed (${why}): check that it runs and that CALLSHEET_CACHE is right.`)
}
