/**
 * ProfileRoute: `GET /v1/runs/{id}/profile`: the schedule of a run that is over, where its time went, and what would have saved
 * most of it.
 */
import * as Profile from "@callsheet/core/explain/Profile"
import * as RunGraph from "@callsheet/core/explain/RunGraph"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Result from "effect/Result"

import * as Etag from "../Etag.ts"
import * as Methods from "../Methods.ts"
import { NoTrace, RunError } from "../RunError.ts"
import { Runs } from "../Runs.ts"
import { runId } from "./RunId.ts"

/** Loaded when somebody asks: with it come the scheduler's test clock and tools. */
const loadCounterfactuals = Effect.promise(() => import("@callsheet/core/explain/Counterfactuals"))

const show = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const runs = yield* Runs
  const spans = yield* runs.trace(yield* runId)
  const profile = Profile.make(spans)
  const graph = RunGraph.of(spans)
  // A run that was stopped may have no end of its own.
  if (Result.isFailure(profile) || Result.isFailure(graph)) return yield* new RunError({ reason: new NoTrace() })
  const Counterfactuals = yield* loadCounterfactuals
  const counterfactuals = yield* Counterfactuals.of(profile.success, graph.success)
  return Etag.json(request, {
    ...profile.success,
    counterfactuals,
    remedies: Counterfactuals.remedies(counterfactuals)
  })
})

export const layer = Methods.layer("/v1/runs/:id/profile", { GET: show })
