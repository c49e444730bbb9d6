/**
 * MemoryConversationStore: conversations in the memory of this process, until it ends.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { type Bounds, type ConversationRecord, ConversationStore, standardBounds } from "../ConversationStore.ts"
import * as Exchange from "../Exchange.ts"
import * as Places from "../Places.ts"

interface Kept {
  readonly exchange: Exchange.Exchange
  readonly usedAtMillis: number
}

const standard: Bounds = { ...standardBounds, bytes: 64 * 1024 * 1024 }

/** Beside its messages, what an exchange takes. */
const exchangeBytes = 500

const sizeOf = ({ answer, question, summary, text }: Exchange.Exchange): number =>
  exchangeBytes + text.length + question.length + answer.length + (summary?.length ?? 0)

const make = (bounds: Bounds) =>
  Effect.clockWith((clock: Clock.Clock) => {
    const keepMillis = Duration.toMillis(bounds.keep)
    /** In the order of their last use. */
    const all = new Map<string, Kept>()
    const conversations = new Map<string, ConversationRecord>()
    const byCall = new Map<string, string>()
    let bytes = 0

    const drop = (exchange: Exchange.Exchange) => {
      const { conversationId, openCalls, runId } = exchange
      all.delete(runId)
      bytes -= sizeOf(exchange)
      for (const callId of openCalls) if (byCall.get(callId) === runId) byCall.delete(callId)
      if (conversationId !== null && conversations.get(conversationId)?.newestRunId === runId) {
        conversations.delete(conversationId)
      }
    }
    const put = (exchange: Exchange.Exchange, usedAtMillis: number) => {
      const { runId } = exchange
      const before = all.get(runId)
      if (before !== undefined) bytes -= sizeOf(before.exchange)
      all.set(runId, { exchange, usedAtMillis })
      bytes += sizeOf(exchange)
    }
    const tidy = () => {
      const deadMillis = clock.currentTimeMillisUnsafe() - keepMillis
      for (const { exchange, usedAtMillis } of all.values()) {
        if (usedAtMillis > deadMillis && all.size <= bounds.exchanges && bytes <= bounds.bytes) return
        drop(exchange)
      }
    }
    /** `look` at what is there once what is past its time is not. */
    const tidied = <A>(look: () => A) =>
      Effect.sync(() => {
        tidy()
        return look()
      })
    const find = (runId: string) => all.get(runId)?.exchange
    const conversationOf = ({ atMillis, conversationId, question, runId }: Exchange.Exchange) => {
      if (conversationId === null) return
      const known = conversations.get(conversationId)
      conversations.set(conversationId, {
        conversationId,
        question: known?.question ?? question,
        newestRunId: runId,
        startedAtMillis: known?.startedAtMillis ?? atMillis,
        atMillis,
        turns: (known?.turns ?? 0) + 1
      })
    }

    return Effect.succeed(
      ConversationStore.of({
        keep: (exchange) =>
          Effect.sync(() => {
            if (all.has(exchange.runId)) return
            put(exchange, clock.currentTimeMillisUnsafe())
            for (const callId of exchange.openCalls) byCall.set(callId, exchange.runId)
            conversationOf(exchange)
            tidy()
          }),
        find: (runId) => tidied(() => find(runId)),
        chain: (runId) =>
          tidied(() => {
            const found = Exchange.chain(find, runId)
            const nowMillis = clock.currentTimeMillisUnsafe()
            for (const exchange of found) {
              all.delete(exchange.runId)
              all.set(exchange.runId, { exchange, usedAtMillis: nowMillis })
            }
            return found
          }),
        back: (runId, limit) => tidied(() => [...Exchange.back(find, runId).take(limit)]),
        summarize: (runId, summary) =>
          tidied(() => {
            const kept = all.get(runId)
            if (kept !== undefined) put({ ...kept.exchange, summary }, kept.usedAtMillis)
          }),
        conversation: (conversationId) => tidied(() => conversations.get(conversationId)),
        ofCall: (callId) => tidied(() => byCall.get(callId)),
        list: (before, limit) =>
          tidied(() =>
            [...conversations.values()]
              .filter((record) => Places.isBefore(Places.ofConversation(record), before))
              .sort((a, b) => Places.newestFirst(Places.ofConversation(a), Places.ofConversation(b)))
              .slice(0, limit)
          ),
        remove: (conversationId) =>
          tidied(() => {
            const isKnown = conversations.delete(conversationId)
            for (const { exchange } of all.values()) if (exchange.conversationId === conversationId) drop(exchange)
            return isKnown
          })
      })
    )
  })

export const layer = (bounds: Partial<Bounds> = {}): Layer.Layer<ConversationStore> =>
  Layer.effect(ConversationStore, make({ ...standard, ...bounds }))
