/**
 * HealthRoute: `GET /healthz`: the process answers. `GET /readyz`: it takes questions; 503 once it is to end.
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"

import * as Methods from "../Methods.ts"
import { RunError, ServerStopping } from "../RunError.ts"
import { Runs } from "../Runs.ts"

const ok = HttpServerResponse.jsonUnsafe({ status: "ok" }, { headers: { "cache-control": "no-store" } })

const ready = Effect.flatMap(Runs, ({ isEnding }) =>
  isEnding() ? Effect.fail(new RunError({ reason: new ServerStopping() })) : Effect.succeed(ok)
)

export const layer = Layer.mergeAll(
  Methods.layer("/healthz", { GET: Effect.succeed(ok) }),
  Methods.layer("/readyz", { GET: ready })
)
