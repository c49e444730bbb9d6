/**
 * Events for the cases: runs whose events are made up, and what is asked of a store about them.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import * as Entry from "../Entry.ts"
import type { RunStore } from "../RunStore.ts"

type Store = RunStore["Service"]

/** A run of `count` events from `from` on; the last of them ends it where `isWhole`. */
export const entries = (runId: string, count: number, isWhole: boolean, from = 0, delta = "word") =>
  Array.from({ length: count }, (_, index) => {
    const seq = from + index
    const stamp = { runId, seq, atMillis: seq }
    if (isWhole && index === count - 1) {
      return Entry.of({ _tag: "RunFinished", ...stamp, answer: "done", steps: 1, reason: "answered" })
    }
    return Entry.of({ _tag: "TextDelta", ...stamp, step: 0, delta })
  })

export const begin = (store: Store, runId: string) =>
  Effect.map(Clock.currentTimeMillis, (startedAtMillis) =>
    store.begin({ runId, question: `What is ${runId}?`, conversationId: null, startedAtMillis })
  )

/** A whole run, kept. */
export const keep = (store: Store, runId: string, count: number, delta?: string) =>
  begin(store, runId).pipe(
    Effect.andThen(Effect.sync(() => store.append(runId, entries(runId, count, true, 0, delta)))),
    Effect.andThen(store.flush)
  )

/** All that is kept after `afterSeq`, page after page. */
export const readAll = Effect.fnUntraced(function* (store: Store, runId: string, afterSeq = -1) {
  const all: Array<Entry.Entry> = []
  for (;;) {
    const page = yield* store.read(runId, all.at(-1)?.seq ?? afterSeq)
    if (page.length === 0) return all
    all.push(...page)
  }
})

export const check = (isSo: boolean, problem: string): Effect.Effect<void> =>
  isSo ? Effect.void : Effect.die(new Error(problem))

/** By `seq` and text. */
export const checkEqual = (
  found: ReadonlyArray<Entry.Entry>,
  expected: ReadonlyArray<Entry.Entry>,
  what: string
): Effect.Effect<void> => {
  const spell = (all: ReadonlyArray<Entry.Entry>) => all.map(({ data, seq, tag }) => `${seq} ${tag} ${data}`).join("\n")
  return check(
    spell(found) === spell(expected),
    `${what}: ${found.length} of ${expected.length} entries are as they should be.`
  )
}
