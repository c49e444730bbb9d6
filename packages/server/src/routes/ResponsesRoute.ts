/**
 * ResponsesRoute: `POST /v1/responses`, for any client of OpenAI's Responses API: the agent is the model. A client that leaves stops
 * its run.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Methods from "../Methods.ts"
import * as Answering from "../openai/Answering.ts"
import * as ResponsesBody from "../openai/ResponsesBody.ts"
import * as ResponsesReply from "../openai/ResponsesReply.ts"

const decode = Answering.body(ResponsesBody.ResponsesBody)

const respond = Effect.gen(function* () {
  const body = yield* decode
  const run = yield* Answering.begin(body.model, ResponsesBody.ask(body))
  const clock = yield* Clock.Clock
  const nowSeconds = () => Math.floor(clock.currentTimeMillisUnsafe() / 1000)
  const heading: ResponsesReply.Heading = {
    runId: run.runId,
    model: body.model,
    createdSeconds: nowSeconds(),
    body
  }
  if (body.stream === true) {
    return yield* Answering.events(run, {
      initial: ResponsesReply.initial,
      step: (state, event) => ResponsesReply.step(heading, state, event, nowSeconds()),
      failure: (state, problem) => ResponsesReply.failure(heading, state, problem, nowSeconds()),
      isNamed: true
    })
  }
  const told = yield* Answering.told(run)
  return HttpServerResponse.jsonUnsafe(ResponsesReply.whole(heading, told, nowSeconds()), {
    headers: { "cache-control": "no-store" }
  })
})

export const layer = Methods.layer("/v1/responses", { POST: respond })
