/**
 * Read: something that can be asked of an upstream and be remembered, as a value: what it is called, what it takes and
 * gives, how long that stays true, what outdates it, and how it is asked for.
 *
 * ```ts
 * const Movie = Read.make("tmdb/movie", {
 *   version: 1,
 *   identity: Read.everyone,
 *   argument: Schema.Struct({ id: Schema.Int, language: Schema.String.pipe(Schema.withConstructorDefault(...)) }),
 *   result: Details,
 *   // Casts and overviews change about once a week.
 *   freshness: { fresh: "3 days", stale: "4 days" },
 *   tags: ({ id }) => [`tmdb/movie/${id}`],
 *   lookup: ({ id, language }) => client.details(id, language)
 * })
 *
 * const movie = yield* Movie.get({ id: 603 })
 * ```
 *
 * Make a read once, not once a call: what one made, another of the same name does not take from memory.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import { type BatchLookup, batched } from "./Batch.ts"
import { Cache } from "./Cache.ts"
import type { Freshness } from "./Freshness.ts"
import * as Key from "./Key.ts"
import * as Names from "./Names.ts"
import * as Outcome from "./Outcome.ts"

/** The identity of data that is the same for all. */
export const everyone = ""

interface Common<I extends Schema.Codec<unknown, unknown>, A, E> extends Outcome.Options<A, E> {
  /** Counts up when what `lookup` means has changed though the schemas have not; a change of schemas is seen by itself. */
  readonly version: number
  /**
   * Whose data it is, such as a server's address and its key; `Read.everyone` where it is the same for all. Two identities
   * never share a value. It is kept nowhere but hashed.
   */
  readonly identity: string | Redacted.Redacted
  /** Defaults of its constructor are filled before the key is made. */
  readonly argument: I
  /** What the value depends on; whoever changes that says so to `Cache.invalidate`. */
  readonly tags?: (argument: I["Type"]) => ReadonlyArray<string>
}

/** How the upstream is asked: for one argument, or for many at once where it can answer them. */
type Lookup<Argument, A, E, R> =
  | { readonly lookup: (argument: Argument) => Effect.Effect<A, E, R>; readonly batch?: never }
  | { readonly batch: BatchLookup<Argument, A, E, R>; readonly lookup?: never }

export interface Read<in Input, A, E = never, R = never> {
  readonly name: string
  /** Of its values, as it promises it. */
  readonly freshness: Freshness
  /** The value, from wherever it is nearest. Fails as its lookup does, never because of a store. */
  get(input: Input): Effect.Effect<A, E, R | Cache>
  /** The name of one value, for `Cache.invalidate`. */
  key(input: Input): string
  /** One read with its argument. Throws where `input` is none that the read takes. */
  ask(input: Input): Ask<A, E, R>
  /** The same for an argument as `Ask.argument` has it; `undefined` where it is none that the read takes. */
  askAgain(argument: Schema.Json): Ask<A, E, R> | undefined
}

/** A read with its argument: all that the cache needs to know. */
export interface Ask<A, E, R> {
  readonly kind: Outcome.Kind<A, E>
  readonly key: string
  /** In its encoded form. */
  readonly argument: Schema.Json
  readonly tags: ReadonlyArray<string>
  /** What the value depends on: everything, its key, its tags. */
  readonly names: ReadonlyArray<string>
  readonly lookup: Effect.Effect<A, E, R>
}

export const make = <I extends Schema.Codec<unknown, unknown>, A, E = never, R = never>(
  name: string,
  options: Common<I, A, E> & Lookup<I["Type"], A, E, R>
): Read<I["~type.make.in"], A, E, R> => {
  const { argument: schema, identity, tags: tagsOf, version } = options
  let encoder: ((argument: unknown) => Schema.Json) | undefined
  const encode = (argument: I["Type"]) => (encoder ??= Schema.encodeUnknownSync(Schema.toCodecJson(schema)))(argument)
  const prefix = Key.prefix(name, version, Redacted.isRedacted(identity) ? Redacted.value(identity) : identity)
  const kind = Outcome.kind(name, options)
  const lookup = options.batch === undefined ? options.lookup : batched(options.batch)

  const askFor = (argument: I["Type"]): Ask<A, E, R> => {
    const encoded = encode(argument)
    const key = Key.make(prefix, encoded, argument)
    const tags = tagsOf === undefined ? [] : tagsOf(argument)
    const names = Names.make(key, tags)
    return { kind, key, argument: encoded, tags, names, lookup: Effect.suspend(() => lookup(argument, key)) }
  }
  const ask = (input: I["~type.make.in"]) => askFor(schema.make(input))

  const self: Read<I["~type.make.in"], A, E, R> = {
    name,
    freshness: kind.freshness,
    get: (input) => Effect.flatMap(Cache, (cache) => cache.read(self, input)),
    key: (input) => ask(input).key,
    ask,
    askAgain: (argument) =>
      Option.getOrUndefined(Option.map(Schema.decodeOption(Schema.toCodecJson(schema))(argument), askFor))
  }
  return self
}
