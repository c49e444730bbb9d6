/**
 * ConversationStore: what is kept between runs: exchanges, each of which names the one it followed, and which is the newest of each
 * conversation. State, not a cache.
 *
 * **Details**
 *
 * What has not been gone on from for `Bounds.keep` is forgotten, and what was so longest ago where there is too much. A chain whose oldest
 * are gone begins later.
 *
 * `@callsheet/server/testing/conversations` says what a store promises.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

import type { Exchange } from "./Exchange.ts"
import type { Place } from "./Places.ts"
import type { StoreFailed } from "./RunError.ts"

/** A conversation as lists show it. Times are milliseconds since 1970. */
export interface ConversationRecord {
  readonly conversationId: string
  /** The first question. */
  readonly question: string
  readonly newestRunId: string
  readonly startedAtMillis: number
  /** When its newest exchange ended. */
  readonly atMillis: number
  /** How many exchanges it has had. */
  readonly turns: number
}

export interface Bounds {
  /** How long what nobody goes on from is kept. */
  readonly keep: Duration.Duration
  readonly exchanges: number
  /** Of all exchanges together. */
  readonly bytes: number
}

export const standardBounds: Bounds = {
  keep: Duration.days(30),
  exchanges: 50_000,
  bytes: 256 * 1024 * 1024
}

export class ConversationStore extends Context.Service<
  ConversationStore,
  {
    /** Keeps `exchange`, as the newest of its conversation. One that is kept already stays as it is. */
    readonly keep: (exchange: Exchange) => Effect.Effect<void, StoreFailed>
    readonly find: (runId: string) => Effect.Effect<Exchange | undefined, StoreFailed>
    /** What a run after `runId` goes on from, the oldest first, from the latest summary on; none of an unknown run. Counts as use. */
    readonly chain: (runId: string) => Effect.Effect<ReadonlyArray<Exchange>, StoreFailed>
    /** The chain that ends with `runId`, the newest first, at most `limit`. */
    readonly back: (runId: string, limit: number) => Effect.Effect<ReadonlyArray<Exchange>, StoreFailed>
    /** From now on `summary` stands in for all up to and with `runId`. */
    readonly summarize: (runId: string, summary: string) => Effect.Effect<void, StoreFailed>
    readonly conversation: (conversationId: string) => Effect.Effect<ConversationRecord | undefined, StoreFailed>
    /** The latest run that left a call of that id open. */
    readonly ofCall: (callId: string) => Effect.Effect<string | undefined, StoreFailed>
    /** Conversations before `before` by the time of their newest exchange, the newest first. */
    readonly list: (before: Place, limit: number) => Effect.Effect<ReadonlyArray<ConversationRecord>, StoreFailed>
    /** Forgets a conversation and its exchanges; false where there is none. */
    readonly remove: (conversationId: string) => Effect.Effect<boolean, StoreFailed>
  }
>()("@callsheet/server/ConversationStore") {}
