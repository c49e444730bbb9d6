/**
 * ApprovalsRoute: `POST /v1/runs/{id}/approvals`: a person's word for a call that waits for it (`ApprovalNeeded`).
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"

import * as Body from "../Body.ts"
import * as Methods from "../Methods.ts"
import { Runs } from "../Runs.ts"
import { runId } from "./RunId.ts"

const ApprovalBody = Schema.Struct({ callId: Schema.String, approved: Schema.Boolean })

const decode = Body.json(ApprovalBody)

const approve = Effect.gen(function* () {
  const { approved, callId } = yield* decode
  const runs = yield* Runs
  yield* runs.approve(yield* runId, callId, approved)
  return HttpServerResponse.empty({ status: 204 })
})

export const layer = Methods.layer("/v1/runs/:id/approvals", { POST: approve })
