/**
 * IndexRoute: `GET /`: the web app's page for a browser; for others what this is and where to ask, in a few lines of text.
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"

import * as Methods from "../Methods.ts"
import * as WebRoute from "./WebRoute.ts"

const text = `Callsheet answers here.

POST /v1/ask                  {"question": "..."}: JSON, or events with Accept: text/event-stream
GET  /v1/runs                 runs, the newest first; /v1/runs/{id} how one stands
GET  /v1/runs/{id}/events     its events, from the start or after Last-Event-ID
GET  /v1/runs/{id}/profile    where its time went
POST /v1/runs/{id}/approvals  {"callId": "...", "approved": true}
GET  /v1/conversations        what was said before
POST /v1/chat/completions     as OpenAI has it, and /v1/responses, /v1/models
POST /v1/ui                   as the AI SDK has it
     /mcp                     as the Model Context Protocol has it, where it is offered
GET  /v1/stats                how it did over time: ?from=&to=&bucket=
GET  /v1/alerts               what is wrong
GET  /metrics                 for Prometheus
`

const plain = HttpServerResponse.text(text, { contentType: "text/plain; charset=utf-8", headers: { vary: "accept" } })

export const layer = Methods.layer("/", {
  GET: Effect.map(WebRoute.page, (page) => Option.getOrElse(page, () => plain))
})
