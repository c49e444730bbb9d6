/**
 * ChatRoute: `POST /v1/chat/completions`, for any client of OpenAI's Chat Completions: the agent is the model. A client that leaves
 * stops its run.
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Methods from "../Methods.ts"
import * as Answering from "../openai/Answering.ts"
import * as ChatBody from "../openai/ChatBody.ts"
import * as ChatReply from "../openai/ChatReply.ts"

const decode = Answering.body(ChatBody.ChatBody)

const chat = Effect.gen(function* () {
  const body = yield* decode
  const run = yield* Answering.begin(body.model, ChatBody.ask(body))
  const heading: ChatReply.Heading = {
    runId: run.runId,
    model: body.model,
    createdSeconds: yield* Answering.nowSeconds,
    includesUsage: body.stream_options?.include_usage === true
  }
  if (body.stream === true) {
    return yield* Answering.events(run, {
      initial: ChatReply.initial,
      step: (state, event) => ChatReply.step(heading, state, event),
      failure: (_, problem) => ChatReply.failure(problem),
      isNamed: false
    })
  }
  const told = yield* Answering.told(run)
  return HttpServerResponse.jsonUnsafe(ChatReply.whole(heading, told), { headers: { "cache-control": "no-store" } })
})

export const layer = Methods.layer("/v1/chat/completions", { POST: chat })
