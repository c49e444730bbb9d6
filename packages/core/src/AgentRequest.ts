/**
 * AgentRequest: a question that an agent accepts. A bad one ends here, before anything runs.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { AgentError, InvalidQuestion } from "./AgentError.ts"

/** A question as a client sends it. */
export const AgentRequest = Schema.Struct({
  question: Schema.String,
  /** How long the run may take, in milliseconds. */
  deadlineMillis: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
})
export type AgentRequest = typeof AgentRequest.Type

const invalid = (problem: string) => new AgentError({ reason: new InvalidQuestion({ problem }) })

const encoder = new TextEncoder()

/**
 * The question without surrounding white space.
 *
 * Fails with `InvalidQuestion` where nothing is left, or where it has more than `maxBytes` bytes of UTF-8.
 */
export const validate = Effect.fnUntraced(function* (request: AgentRequest, maxBytes: number) {
  const question = request.question.trim()
  if (question === "") {
    return yield* invalid("The question is empty: write what you want to know.")
  }
  // A string has at least as many bytes as UTF-16 units, so the count itself is bounded too.
  const bytes = question.length > maxBytes ? question.length : encoder.encode(question).length
  if (bytes > maxBytes) {
    return yield* invalid(`The question is too long (over ${maxBytes} bytes): shorten it.`)
  }
  return question
})
