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
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import * as Result from "effect/Result"

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

/** A lookup of one argument that waits for others. Runs in the context of the first. */
export const batched = <Argument, A, E, R>({
  lookup,
  max = 100,
  window = "2 millis"
}: BatchLookup<Argument, A, E, R>) => {
  class Miss extends Request.Class<{ readonly argument: Argument }, A, E, R> {}

  const resolver = RequestResolver.make<Miss>((entries) => {
    const [first, ...others] = entries
    const log = ReadLog.make()
    return lookup([first.request.argument, ...others.map(({ request }) => request.argument)]).pipe(
      Effect.provideService(ReadLog.CurrentReadLog, log),
      Effect.provideContext(first.context),
      Effect.map((results) => {
        for (const [index, { completeUnsafe, context }] of entries.entries()) {
          // What the batch read, each of its reads depends on.
          const own = Context.get(context, ReadLog.CurrentReadLog)
          for (const record of log.records) own?.add(record)
          const result = results[index]
          completeUnsafe(result === undefined ? Exit.die(new Error(tooFew)) : Result.match(result, exits<A, E>()))
        }
      })
    )
  }).pipe(RequestResolver.setDelay(window), RequestResolver.batchN(max))

  return (argument: Argument): Effect.Effect<A, E, R> => Effect.request(new Miss({ argument }), resolver)
}

const tooFew = "A batch lookup gave fewer results than it was given arguments."

const exits = <A, E>() => ({
  onSuccess: (value: A): Exit.Exit<A, E> => Exit.succeed(value),
  onFailure: (error: E): Exit.Exit<A, E> => Exit.fail(error)
})
