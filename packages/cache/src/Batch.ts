/**
 * Batch: misses of one read inside one window share one upstream request, whoever asks.
 *
 * Reads of several kinds that one request can answer (TMDb's `append_to_response`) share a `RequestResolver` of their own in
 * their `lookup`s instead.
 */
import type * as Arr from "effect/Array"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import * as Result from "effect/Result"

import * as ReadAhead from "./ReadAhead.ts"
import * as ReadLog from "./ReadLog.ts"

export interface BatchLookup<in Argument, out A, out E, out R> {
  /** One result for each argument, in their order; no argument comes twice. A failure of the whole is one of each. */
  readonly lookup: (
    args: Arr.NonEmptyReadonlyArray<Argument>
  ) => Effect.Effect<ReadonlyArray<Result.Result<A, E>>, E, R>
  /** From the first miss to the request. 2 ms by default: short beside any upstream, long enough for the tools of one step. */
  readonly window?: Duration.Input
  /** Arguments in one request, after which the next begins at once. 100 by default. */
  readonly max?: number
}

/** A request under way. */
interface Batch {
  readonly fiber: Fiber.Fiber<unknown, unknown>
  waiting: number
}

/**
 * A lookup of one argument that waits for others. Equal arguments have the same `key`. Runs in the context of the first;
 * interrupted when the last of those who wait for it leaves.
 */
export const batched = <Argument, A, E, R>({
  lookup,
  max = 100,
  window = "2 millis"
}: BatchLookup<Argument, A, E, R>) => {
  class Miss extends Request.Class<{ readonly argument: Argument; readonly key: string }, A, E, R> {
    batch: Batch | undefined
  }

  const resolver = RequestResolver.make<Miss>((entries) =>
    Effect.withFiber((fiber) => {
      const batch: Batch = { fiber, waiting: entries.length }
      for (const { request } of entries) request.batch = batch
      const [first] = entries
      // Two that are equal, one from before a change and one from after: both may have what is asked for now.
      const places = new Map<string, number>([[first.request.key, 0]])
      const args: Arr.NonEmptyArray<Argument> = [first.request.argument]
      for (const { request } of entries) {
        if (places.has(request.key)) continue
        places.set(request.key, args.length)
        args.push(request.argument)
      }
      const log = ReadLog.make()
      // Of several that are read ahead, any may be waited for at any time.
      const ahead = entries.length === 1 ? Context.get(first.context, ReadAhead.CurrentReadAhead) : undefined
      return lookup(args).pipe(
        Effect.provideService(ReadLog.CurrentReadLog, log),
        Effect.provideService(ReadAhead.CurrentReadAhead, ahead),
        Effect.provideContext(first.context),
        Effect.map((results) => {
          // Which result is whose cannot be told where their number is wrong.
          const isWhole = results.length === args.length
          for (const { completeUnsafe, context, request } of entries) {
            // What the batch read, each of its reads depends on.
            const own = Context.get(context, ReadLog.CurrentReadLog)
            for (const record of log.records) own?.add(record)
            const result = isWhole ? results[places.get(request.key) ?? -1] : undefined
            completeUnsafe(
              result === undefined ? Exit.die(new Error(wrongNumber)) : Result.match(result, exits<A, E>())
            )
          }
        })
      )
    })
  ).pipe(RequestResolver.setDelay(window), RequestResolver.batchN(max))

  const leave = ({ batch }: Miss) =>
    Effect.suspend(() => {
      if (batch === undefined) return Effect.void
      batch.waiting--
      return batch.waiting > 0 ? Effect.void : Fiber.interrupt(batch.fiber)
    })

  return (argument: Argument, key: string): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const miss = new Miss({ argument, key })
      return Effect.onInterrupt(Effect.request(miss, resolver), () => leave(miss))
    })
}

const wrongNumber = "A batch lookup must give one result for each of its arguments."

const exits = <A, E>() => ({
  onSuccess: (value: A): Exit.Exit<A, E> => Exit.succeed(value),
  onFailure: (error: E): Exit.Exit<A, E> => Exit.fail(error)
})
