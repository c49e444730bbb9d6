/**
 * RunId: the run that an address names.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"

import { RunError, UnknownRun } from "../RunError.ts"

/** Fails with `UnknownRun` where no run can have that id. */
export const runId = Effect.flatMap(HttpRouter.params, ({ id = "" }) =>
  /^run_\w{1,64}$/.test(id) ? Effect.succeed(id) : Effect.fail(new RunError({ reason: new UnknownRun() }))
)
