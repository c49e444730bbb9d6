/**
 * AskRoute: `POST /v1/ask`: a question, answered as one JSON object, or as events where `Accept` names them.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as AskAnswer from "../AskAnswer.ts"
import * as Body from "../Body.ts"
import * as Methods from "../Methods.ts"
import { fromAgentError } from "../Problem.ts"
import { Runs } from "../Runs.ts"
import * as Sse from "../Sse.ts"
import * as Asked from "./Asked.ts"

const dayMillis = 86_400_000

const AskBody = Schema.Struct({
  question: Schema.String,
  /** Chosen by the client. Questions of one conversation are answered one at a time, in the order asked. */
  conversationId: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[\w.:-]{1,128}$/))),
  /** The run that this one goes on from, be it of another conversation or of none. */
  previousRunId: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^run_\w{1,64}$/))),
  /** At most a day. */
  deadlineMillis: Schema.optionalKey(
    Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(dayMillis))
  ),
  /** Whether the run is stopped when nobody watches it any more. */
  stopWhenLeft: Schema.optionalKey(Schema.Boolean)
})

const decode = Body.json(AskBody)
const ask = Effect.gen(function* () {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const body = yield* decode
  const question = yield* Asked.question(body)
  const runs = yield* Runs
  const run = yield* runs.start({ ...body, question })
  if (Sse.isWanted(headers["accept"])) {
    return yield* Sse.respond(Option.getOrElse(yield* runs.watch(run.runId, -1), () => Stream.empty))
  }
  const summary = yield* Effect.catchTag(run.outcome, "AgentError", (error) => Effect.fail(fromAgentError(error)))
  return HttpServerResponse.jsonUnsafe(AskAnswer.make(summary), { headers: { "cache-control": "no-store" } })
})

export const layer = Methods.layer("/v1/ask", { POST: ask })
