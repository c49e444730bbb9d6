/**
 * Conversations: what a run goes on from, and what it leaves for those that follow, over a `ConversationStore`. A conversation that has
 * become long is summed up in the background, after a run of it.
 */
import * as History from "@callsheet/core/History"
import type { Message } from "@callsheet/core/Message"
import type { ModelStream } from "@callsheet/core/model/ModelStream"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"

import { type ConversationRecord, ConversationStore } from "./ConversationStore.ts"
import * as Exchange from "./Exchange.ts"
import * as Limits from "./Limits.ts"
import type { Place } from "./Places.ts"
import { RunError, type StoreFailed, UnknownConversation, UnknownRun } from "./RunError.ts"
import * as Summary from "./Summary.ts"

/** What a run is asked to go on from; the run before wins over the conversation's newest. */
export interface From {
  readonly conversationId?: string | undefined
  readonly previousRunId?: string | undefined
  /** The client's own messages after that. Results of its calls come first. */
  readonly history?: ReadonlyArray<Message> | undefined
}

/** Where a run goes on. */
export interface Onward {
  readonly parentId: string | null
  /** Whether it goes on from what is newest in its conversation, whichever that is. */
  readonly isNewest: boolean
  /** How many messages at the beginning of `history` are kept already. */
  readonly kept: number
  /** What the engine is to be given. */
  readonly history: ReadonlyArray<Message>
}

/** A run that is over. */
export interface Ended {
  readonly runId: string
  readonly conversationId: string | null
  readonly question: string
  readonly answer: string | undefined
  readonly reason: string
  readonly onward: Onward
  /** Its messages after those that are kept already; calls of the client's tools have no result. */
  readonly messages: ReadonlyArray<Message>
}

export class Conversations extends Context.Service<
  Conversations,
  {
    /** Where a run goes on. Fails with `UnknownRun` where the run before is none that is kept; an unknown conversation begins. */
    readonly place: (from: From) => Effect.Effect<Onward, RunError>
    /** Keeps what a run leaves, and has the conversation summed up where that is due. What cannot be kept is for the log. */
    readonly keep: (ended: Ended) => Effect.Effect<void>
    /** The latest run that left the client's call of that id open: what comes back with its result goes on from that run. */
    readonly ofCall: (callId: string) => Effect.Effect<string | undefined, RunError>
    readonly list: (before: Place, limit: number) => Effect.Effect<ReadonlyArray<ConversationRecord>, RunError>
    readonly find: (conversationId: string) => Effect.Effect<ConversationRecord, RunError>
    /** The exchanges of a conversation before a run of it, or all, the newest first, at most `limit`. */
    readonly back: (
      conversationId: string,
      beforeRunId: string | undefined,
      limit: number
    ) => Effect.Effect<ReadonlyArray<Exchange.Exchange>, RunError>
    /** Forgets a conversation; false where there is none. */
    readonly remove: (conversationId: string) => Effect.Effect<boolean, RunError>
  }
>()("@callsheet/server/Conversations") {
  /** Conversations in the `ConversationStore`, summed up by the `ModelStream`. */
  static readonly layer: Layer.Layer<Conversations, never, ConversationStore | ModelStream> = Layer.effect(
    Conversations,
    Effect.suspend(() => make())
  )
}

/** How long a run that has just ended in another process may be on its way here. */
const newMillis = 200
const lookMillis = 20

const fromStore = <A>(effect: Effect.Effect<A, StoreFailed>) =>
  Effect.mapError(effect, (reason) => new RunError({ reason }))

/** The message that was left open with the results that `given` begins with, then the rest of it. */
const resumed = (open: ReadonlyArray<Message>, given: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  if (open.length === 0) return given
  const begin = given.findIndex(({ role }) => role !== "tool")
  const results = given.slice(0, begin < 0 ? given.length : begin).filter((message) => message.role === "tool")
  return [...History.complete(open, results), ...given.slice(results.length)]
}

const make = Effect.fnUntraced(function* () {
  const store = yield* ConversationStore
  const { conversationBytes, exchangeBytes, summaryWait } = yield* Limits.Current
  const fork = Effect.runForkWith(yield* Effect.context<ModelStream>())
  /** What is being summed up, by the run after which it began. */
  const summing = new Map<string, Fiber.Fiber<void>>()
  yield* Effect.addFinalizer(() => Fiber.interruptAll(summing.values()))

  const summarize = Effect.fnUntraced(function* (runId: string) {
    const chain = yield* store.chain(runId)
    const count = Summary.due(chain, conversationBytes)
    const older = chain.slice(0, count)
    const last = older.at(-1)
    if (last !== undefined) yield* store.summarize(last.runId, yield* Summary.of(older))
  })
  const beginSummary = (runId: string) =>
    Effect.sync(() => {
      const fiber = fork(
        Effect.catch(summarize(runId), ({ message }) => Effect.logWarning(message)).pipe(
          Effect.ensuring(Effect.sync(() => summing.delete(runId)))
        )
      )
      if (fiber.pollUnsafe() === undefined) summing.set(runId, fiber)
    })

  const exists = (runId: string) => Effect.map(fromStore(store.find(runId)), (exchange) => exchange !== undefined)
  const waitFor = (runId: string): Effect.Effect<boolean, RunError> =>
    Effect.flatMap(exists(runId), (isThere) =>
      isThere ? Effect.succeed(true) : Effect.delay(waitFor(runId), lookMillis)
    )

  const place = Effect.fnUntraced(function* ({ conversationId, history = [], previousRunId }: From) {
    const newest =
      previousRunId === undefined && conversationId !== undefined
        ? yield* fromStore(store.conversation(conversationId))
        : undefined
    const parentId = previousRunId ?? newest?.newestRunId ?? null
    const isNewest = previousRunId === undefined
    if (parentId === null) return { parentId, isNewest, kept: 0, history }
    const summary = summing.get(parentId)
    if (summary !== undefined) yield* Effect.timeoutOption(Fiber.await(summary), summaryWait)
    if (previousRunId !== undefined) yield* Effect.timeoutOption(waitFor(previousRunId), newMillis)
    const chain = yield* fromStore(store.chain(parentId))
    const last = chain.at(-1)
    if (last === undefined && previousRunId !== undefined) {
      return yield* new RunError({ reason: new UnknownRun() })
    }
    const closed = Summary.messagesOf(chain)
    const open = last === undefined ? [] : Exchange.messagesOf(last).open
    return {
      parentId,
      isNewest: isNewest && open.length === 0,
      kept: closed.length,
      history: [...closed, ...resumed(open, history)]
    }
  })

  const keep = Effect.fnUntraced(function* (ended: Ended) {
    const { conversationId, messages, onward, question, reason, runId } = ended
    if (messages.length === 0) return
    const said = messages.findLast((message) => message.role === "assistant")
    const answer = ended.answer ?? said?.text ?? ""
    const whole = Exchange.split(messages, reason === "client-calls")
    const kept = Exchange.fit(whole, exchangeBytes, question, answer)
    // Another process may have answered in this conversation meanwhile.
    const newest = onward.isNewest && conversationId !== null ? yield* store.conversation(conversationId) : undefined
    yield* store.keep({
      runId,
      parentId: newest?.newestRunId ?? onward.parentId,
      conversationId,
      question,
      answer,
      reason,
      atMillis: yield* Clock.currentTimeMillis,
      text: Exchange.encode(kept),
      promptBytes: Exchange.promptBytes(kept.closed),
      openCalls: History.waiting(kept.open),
      summary: null
    })
    yield* beginSummary(runId)
  })

  const find = (conversationId: string) =>
    Effect.filterOrFail(
      fromStore(store.conversation(conversationId)),
      Predicate.isNotUndefined,
      () => new RunError({ reason: new UnknownConversation() })
    )

  return Conversations.of({
    place,
    keep: (ended) => Effect.catch(keep(ended), ({ message }) => Effect.logWarning(message)),
    ofCall: (callId) => fromStore(store.ofCall(callId)),
    list: (before, limit) => fromStore(store.list(before, limit)),
    find,
    back: Effect.fnUntraced(function* (conversationId, beforeRunId, limit) {
      const { newestRunId } = yield* find(conversationId)
      if (beforeRunId === undefined) return yield* fromStore(store.back(newestRunId, limit))
      const parentId = (yield* fromStore(store.find(beforeRunId)))?.parentId ?? null
      return parentId === null ? [] : yield* fromStore(store.back(parentId, limit))
    }),
    remove: (conversationId) => fromStore(store.remove(conversationId))
  })
})
