/**
 * SqliteConversationStore: conversations in one SQLite file, which several processes may share, and which outlives them. It may be that of
 * `SqliteRunStore`.
 *
 * **Gotchas**
 *
 * SQLite answers at once, so it blocks the process for as long as the system takes what is written, which is no wait for the disk.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { type Bounds, ConversationStore, standardBounds } from "../ConversationStore.ts"
import type { StoreFailed } from "../RunError.ts"
import * as ConversationFile from "./ConversationFile.ts"
import * as Guarded from "./Guarded.ts"

const tidyMillis = 30_000

const make = Effect.fnUntraced(function* (path: string, bounds: Bounds) {
  const { atTime, attempt } = Guarded.make(path)
  const file = yield* Effect.acquireRelease(
    attempt(() => ConversationFile.open(path, bounds, Duration.toMillis(bounds.keep))),
    (file) => Guarded.orLogged(attempt(() => file.close()))
  )
  const tidy: Effect.Effect<void, StoreFailed> = Effect.flatMap(atTime(file.tidy), (hasMore) =>
    hasMore ? Effect.andThen(Effect.yieldNow, tidy) : Effect.void
  )
  yield* Effect.andThen(Guarded.orLogged(tidy), Effect.sleep(tidyMillis)).pipe(Effect.forever, Effect.forkScoped)

  return ConversationStore.of({
    keep: (exchange) => atTime((nowMillis) => file.keep(exchange, nowMillis)),
    find: (runId) => atTime((nowMillis) => file.find(runId, nowMillis)),
    chain: (runId) => atTime((nowMillis) => file.chain(runId, nowMillis)),
    back: (runId, limit) => atTime((nowMillis) => file.back(runId, limit, nowMillis)),
    summarize: (runId, summary) => Effect.asVoid(attempt(() => file.summarize(runId, summary))),
    conversation: (conversationId) => atTime((nowMillis) => file.conversation(conversationId, nowMillis)),
    ofCall: (callId) => atTime((nowMillis) => file.ofCall(callId, nowMillis)),
    list: (before, limit) => atTime((nowMillis) => file.list(before, limit, nowMillis)),
    remove: (conversationId) => attempt(() => file.remove(conversationId))
  })
})

/** Fails where the file at `path` cannot be used, or is of something else: it is left as it is. */
export const layer = (path: string, bounds: Partial<Bounds> = {}): Layer.Layer<ConversationStore, StoreFailed> =>
  Layer.effect(ConversationStore, make(path, { ...standardBounds, ...bounds }))
