/**
 * Turns: when a question may be answered: one at a time in a conversation, in the order asked, and so many at once in all.
 * A question that waits for its conversation takes no place from others.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

import { RunError, TooManyRuns } from "./RunError.ts"

/** As `Effect.uninterruptibleMask` gives it: a turn that is there is not lost on its way to whoever closes it. */
type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export interface Turns {
  /**
   * Waits for a turn, which lasts until the scope it gives is closed. Fails with `TooManyRuns` where too many wait, or it waited
   * too long. It can be interrupted as far as `restore` lets it, and leaves its place in the line then.
   */
  readonly take: (conversationId: string | undefined, restore: Restore) => Effect.Effect<Scope.Closeable, RunError>
  readonly waiting: () => number
}

/** So many at once, the others in the order in which they came. */
interface Line {
  readonly take: Effect.Effect<void, never, Scope.Scope>
  readonly isIdle: () => boolean
}

const makeLine = (places: number): Line => {
  let free = places
  const waiting = new Set<() => void>()
  const release = () => {
    const [next] = waiting
    if (next === undefined) {
      free++
      return
    }
    waiting.delete(next)
    next()
  }
  const take = Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      if (free > 0) {
        free--
        return Effect.void
      }
      let isMine = false
      const wait = Effect.callback<void>((resume) => {
        const enter = () => {
          isMine = true
          resume(Effect.void)
        }
        waiting.add(enter)
        return Effect.sync(() => waiting.delete(enter))
      })
      return Effect.onInterrupt(restore(wait), () => Effect.sync(() => isMine && release()))
    }).pipe(Effect.andThen(Effect.addFinalizer(() => Effect.sync(release))))
  )
  return { take, isIdle: () => free === places && waiting.size === 0 }
}

const tooMany = new RunError({ reason: new TooManyRuns({ retryAfterSeconds: 5 }) })

export const make = (atOnce: number, maxWaiting: number, wait: Duration.Duration): Turns => {
  const all = makeLine(atOnce)
  const conversations = new Map<string, Line>()
  let waiting = 0

  const inConversation = (id: string) =>
    Effect.suspend(() => {
      const line = conversations.get(id) ?? makeLine(1)
      conversations.set(id, line)
      const forget = Effect.sync(() => {
        if (line.isIdle() && conversations.get(id) === line) conversations.delete(id)
      })
      // Before the line's own finalizer, since finalizers run from the last to the first.
      return Effect.andThen(
        Effect.addFinalizer(() => forget),
        line.take
      )
    })

  return {
    waiting: () => waiting,
    take: Effect.fnUntraced(function* (conversationId, restore) {
      if (waiting >= maxWaiting) return yield* tooMany
      waiting++
      const scope = yield* Scope.make()
      const turn = conversationId === undefined ? all.take : Effect.andThen(inConversation(conversationId), all.take)
      yield* restore(
        Effect.timeoutOrElse(Scope.provide(turn, scope), { duration: wait, orElse: () => Effect.fail(tooMany) })
      ).pipe(
        Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
        Effect.ensuring(Effect.sync(() => waiting--))
      )
      return scope
    })
  }
}
