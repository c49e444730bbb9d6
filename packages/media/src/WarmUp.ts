/**
 * WarmUp: what most questions need, read ahead, so that the first of them finds it remembered.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { Library } from "./Library.ts"
import type { MediaError } from "./MediaError.ts"
import { Plex } from "./Plex.ts"
import { Tmdb } from "./Tmdb.ts"

/** One thing that was read ahead. */
export interface Warmed {
  /** In words, such as "films of the library". */
  readonly what: string
  /** Why it could not be read, in a sentence; `undefined` where it was. */
  readonly problem: string | undefined
}

/** Requests of a warm-up at a time: whoever asks a question meanwhile comes first. */
const concurrency = 2

export class WarmUp extends Context.Service<
  WarmUp,
  {
    /**
     * Reads what is owned, the names by which the library is searched, and all genres. Nothing that is true for seconds only.
     * What cannot be read is told, and hinders nothing else.
     */
    readonly all: Effect.Effect<ReadonlyArray<Warmed>>
  }
>()("@callsheet/media/WarmUp") {
  /** For whichever of `Plex`, `Library` and `Tmdb` the context holds; so it is built anew for each. */
  static readonly layer: Layer.Layer<WarmUp> = Layer.fresh(
    Layer.effect(
      WarmUp,
      Effect.gen(function* () {
        const library = yield* Effect.serviceOption(Library)
        const plex = yield* Effect.serviceOption(Plex)
        const tmdb = yield* Effect.serviceOption(Tmdb)
        const reads: ReadonlyArray<readonly [string, Effect.Effect<unknown, MediaError>]> = [
          ...Option.match(library, {
            onNone: () => [],
            onSome: ({ index }) => [
              ["the films of the library", index("movie")] as const,
              ["the series of the library", index("series")] as const
            ]
          }),
          ...Option.match(plex, {
            onNone: () => [],
            onSome: ({ tags }) => [
              ["the library's genres", tags("genre")] as const,
              ["the library's directors", tags("director")] as const,
              ["the library's actors", tags("actor")] as const
            ]
          }),
          ...Option.match(tmdb, {
            onNone: () => [],
            onSome: ({ genres }) => [
              ["TMDb's genres of films", genres("movie")] as const,
              ["TMDb's genres of series", genres("series")] as const
            ]
          })
        ]
        const warm = ([what, read]: (typeof reads)[number]) =>
          Effect.map(Effect.result(read), (result): Warmed => ({
            what,
            problem: Result.isFailure(result) ? result.failure.message : undefined
          }))
        return WarmUp.of({ all: Effect.forEach(reads, warm, { concurrency }) })
      })
    )
  )
}
