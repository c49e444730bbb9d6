/**
 * Outcome: what a lookup came to, as the cache holds it beside those of all other reads: only the kind of read that made it
 * can open it, write it down, or read it again.
 */
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { Freshness } from "./Freshness.ts"
import * as Json from "./Json.ts"
import * as Key from "./Key.ts"

export interface Outcome {
  readonly isSuccess: boolean
  /** How long it may be kept; `undefined` for a failure that may heal. */
  readonly freshness: Freshness | undefined
  /** The value or the failure. */
  readonly content: unknown
}

/** What of a read its outcomes depend on. */
export interface Options<A, E> {
  readonly result: Schema.ConstraintCodec<A, unknown>
  readonly freshness: Freshness
  /** Failures that asking again will not mend, such as "not found", kept for a short time. No others are ever kept. */
  readonly final?: FinalFailure<E>
}

export interface FinalFailure<E> {
  readonly schema: Schema.ConstraintCodec<E, unknown>
  readonly is: (error: E) => boolean
  readonly keep: Duration.Input
}

export interface Kind<A, E> {
  /** The read's. */
  readonly name: string
  /** Of successes. */
  readonly freshness: Freshness
  /** Of the schemas' structure: what was written under another is no outcome of this. `undefined` where none can be told. */
  fingerprint(): string | undefined
  hold(exit: Exit.Exit<A, E>): Outcome
  open(outcome: Outcome): Exit.Exit<A, E> | undefined
  /** `undefined` for what is not to be kept, or does not fit its own schema. */
  encode(outcome: Outcome): string | undefined
  decode(isSuccess: boolean, payload: string): Outcome | undefined
}

export const kind = <A, E>(name: string, { final, freshness, result }: Options<A, E>): Kind<A, E> => {
  class Held implements Outcome {
    readonly exit: Exit.Exit<A, E>
    constructor(exit: Exit.Exit<A, E>) {
      this.exit = exit
    }
    get isSuccess() {
      return Exit.isSuccess(this.exit)
    }
    get freshness() {
      if (Exit.isSuccess(this.exit)) return freshness
      const error = Exit.findErrorOption(this.exit)
      return final !== undefined && Option.isSome(error) && final.is(error.value) ? { fresh: final.keep } : undefined
    }
    get content() {
      return Exit.isSuccess(this.exit) ? this.exit.value : Option.getOrUndefined(Exit.findErrorOption(this.exit))
    }
  }

  // Made when first wanted: a process that keeps nothing outside needs none of it.
  let made: Codecs<A, E> | undefined
  const codecs = (): Codecs<A, E> => (made ??= codecsOf(result, final))
  return {
    name,
    freshness,
    fingerprint: () => codecs().fingerprint,
    hold: (exit) => new Held(exit),
    open: (outcome) => (outcome instanceof Held ? outcome.exit : undefined),
    encode: (outcome) => {
      if (outcome.freshness === undefined) return undefined
      return (outcome.isSuccess ? codecs().success : codecs().failure)?.encode(outcome.content)
    },
    decode: (isSuccess, payload) => {
      const { failure, success } = codecs()
      const value = Json.parse(payload)
      if (value === undefined) return undefined
      if (isSuccess) return Option.getOrUndefined(Option.map(success.decode(value), (a) => new Held(Exit.succeed(a))))
      return failure && Option.getOrUndefined(Option.map(failure.decode(value), (e) => new Held(Exit.fail(e))))
    }
  }
}

interface Codecs<A, E> {
  readonly success: Codec<A>
  readonly failure: Codec<E> | undefined
  readonly fingerprint: string | undefined
}

const codecsOf = <A, E>(
  result: Schema.ConstraintCodec<A, unknown>,
  final: FinalFailure<E> | undefined
): Codecs<A, E> => {
  const success = codec(result)
  const failure = final === undefined ? undefined : codec(final.schema)
  const structures = Result.try(() => [success.structure(), failure?.structure() ?? ""].join(""))
  const fingerprint = Result.isSuccess(structures) ? Key.digest(structures.success).slice(0, 8) : undefined
  return { success, failure, fingerprint }
}

/** What checks and literals hold and JSON cannot. */
const spell = (_name: string, value: unknown): unknown =>
  typeof value === "bigint" || value instanceof RegExp ? String(value) : value

interface Codec<A> {
  readonly encode: (value: unknown) => string | undefined
  readonly decode: (value: unknown) => Option.Option<A>
  /** Throws where a schema holds what cannot be written down. */
  readonly structure: () => string
}

const codec = <A>(schema: Schema.ConstraintCodec<A, unknown>): Codec<A> => {
  const json = Schema.toCodecJson(schema)
  const encode = Schema.encodeUnknownExit(json)
  return {
    encode: (value) => {
      const exit = encode(value)
      return Exit.isSuccess(exit) ? JSON.stringify(exit.value) : undefined
    },
    decode: Schema.decodeUnknownOption(json),
    /** Both sides, since either may change alone. */
    structure: () =>
      JSON.stringify([Schema.toRepresentation(json), Schema.toRepresentation(Schema.toType(schema))], spell)
  }
}
