/**
 * Child: a process that answers messages.
 */
import { fork } from "node:child_process"

import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

export interface Child {
  /** Its first message, sent when it is ready. */
  readonly greeting: unknown
  /** Sends `message` with an `id` of its own and yields the message that comes back with the same. */
  readonly ask: <Answer>(message: object, isAnswer: (value: unknown) => value is Answer) => Effect.Effect<Answer>
}

interface Options {
  readonly args?: ReadonlyArray<string>
  /** Options of Node. */
  readonly execArgv?: ReadonlyArray<string>
}

/** Of what a process says on stderr, the end is kept for the error where it ends by itself. */
const maxComplaint = 2000

/** A process that ends with the scope. One that ends by itself, or answers with an `error`, is a defect. */
export const start = Effect.fnUntraced(function* (file: URL, { args = [], execArgv = [] }: Options = {}) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => fork(file, [...args], { execArgv: [...execArgv], stdio: ["ignore", "ignore", "pipe", "ipc"] })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  let complaint = ""
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    complaint = (complaint + piece).slice(-maxComplaint)
  })
  // One for each question that has no answer yet.
  child.setMaxListeners(0)
  const heard = <A>(take: (message: unknown) => Effect.Effect<A> | undefined, send?: object) =>
    Effect.callback<A>((resume) => {
      const end = (code: number | null) =>
        resume(Effect.die(new Error(`${args[0] ?? file} ended with status ${code}. ${complaint}`)))
      const hear = (message: unknown) => {
        const taken = take(message)
        if (taken === undefined) return
        child.off("message", hear)
        child.off("exit", end)
        resume(taken)
      }
      child.on("message", hear)
      child.on("exit", end)
      if (send !== undefined) child.send(send)
    })
  const greeting = yield* heard((message) => Effect.succeed(message))
  let next = 0
  const made: Child = {
    greeting,
    ask: (message, isAnswer) =>
      Effect.suspend(() => {
        const id = next++
        return heard(
          (answer) => {
            if (!Predicate.hasProperty(answer, "id") || answer.id !== id) return undefined
            if (Predicate.hasProperty(answer, "error")) return Effect.die(new Error(String(answer.error)))
            return isAnswer(answer) ? Effect.succeed(answer) : Effect.die(new Error("An answer of another kind."))
          },
          { ...message, id }
        )
      })
  }
  return made
})
