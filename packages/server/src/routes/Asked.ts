/**
 * Asked: what a route is asked, before a run begins: a question that cannot be asked ends here.
 */
import * as AgentRequest from "@callsheet/core/AgentRequest"
import * as Effect from "effect/Effect"

import * as Limits from "../Limits.ts"
import { fromAgentError, Problem } from "../Problem.ts"

const utf8 = new TextEncoder()

/** The question without surrounding white space; a problem where it is empty or too long. */
export const question = Effect.fnUntraced(function* (request: AgentRequest.AgentRequest) {
  const { questionBytes } = yield* Limits.Current
  if (utf8.encode(request.question).length > questionBytes) {
    return yield* new Problem({
      kind: "question-too-long",
      detail: `The question has over ${questionBytes} bytes: shorten it.`
    })
  }
  return yield* Effect.mapError(AgentRequest.validate(request, questionBytes), fromAgentError)
})
