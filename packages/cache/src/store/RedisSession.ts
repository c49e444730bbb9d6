/**
 * RedisSession: one connection to Redis, from its greeting to its loss. The package's boundary to `@redis/client`.
 *
 * The client neither reconnects nor queues what it cannot send: a session is made anew, since what another server (or the
 * same, begun again from an old snapshot) holds must not be taken for what this one held. `RedisEpoch` tells them apart.
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
  readonly run: string
  /** Sends what `run` sends, within `limit`. A session that is too slow ends, since its answers would come too late for others as well. */
  use<A>(run: (client: RedisClientType) => Promise<A>, limit: Duration.Duration): Effect.Effect<A, StoreError>
  /** Waits until the connection is lost; why. */
  readonly lost: Effect.Effect<StoreError>
  /** Fails with `error`, of which the session is lost. */
  end(error: StoreError): Effect.Effect<never, StoreError>
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
  const end = (error: StoreError) =>
    Effect.suspend(() => {
      Deferred.doneUnsafe(lost, Effect.succeed(error))
      if (client.isOpen) client.destroy()
      return Effect.fail(error)
    })
  client.on("error", (cause: unknown) => Deferred.doneUnsafe(lost, Effect.succeed(failure(cause))))
  client.on("end", () => Deferred.doneUnsafe(lost, Effect.succeed(closed)))

  const use: RedisSession["use"] = (run, limit) =>
    Effect.suspend(() =>
      Deferred.isDoneUnsafe(lost)
        ? Effect.fail(closed)
        : // A time-out would interrupt it before what has arrived is read.
          // @effect-diagnostics-next-line raceFirstWithSleepToTimeout:off
          Effect.raceFirst(
            Effect.tryPromise({ try: () => run(client), catch: failure }),
            Effect.sleep(limit).pipe(Effect.andThen(received), Effect.andThen(end(slow)))
          )
    )

  yield* use((client) => client.connect(), connectLimit)
  const server = yield* use((client) => client.sendCommand(["INFO", "server"]), connectLimit)
  const runId = /^run_id:(\w+)/m.exec(String(server))?.[1]
  if (runId === undefined) return yield* unnamed

  return {
    run: Key.digest(runId).slice(0, 8),
    use,
    lost: Deferred.await(lost),
    end
  }
})

/** Waits until what has arrived is read: this process may have been busy while it did. */
const received = Effect.callback<void>((resume) => {
  // The first follows the reading, the second those who waited for what was read.
  setImmediate(() => setImmediate(() => resume(Effect.void)))
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
