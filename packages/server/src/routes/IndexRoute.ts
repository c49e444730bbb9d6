/**
 * IndexRoute: `GET /`: what this is and where to ask, in a few lines of text.
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Methods from "../Methods.ts"

const text = `Callsheet answers here.

POST /v1/ask                  {"question": "..."}: JSON, or events with Accept: text/event-stream
GET  /v1/runs/{id}            how a run stands
GET  /v1/runs/{id}/events     its events, from the start or after Last-Event-ID
GET  /v1/runs/{id}/profile    where its time went
POST /v1/runs/{id}/approvals  {"callId": "...", "approved": true}
GET  /metrics                 for Prometheus
`

export const layer = Methods.layer("/", {
  GET: Effect.succeed(HttpServerResponse.text(text, { contentType: "text/plain; charset=utf-8" }))
})
