/** The demo household with its router: a question analysed, and answered as an engine would by the rules alone. */
import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import { decide, type Outcome } from "@callsheet/core/foresee/Route"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { Duration, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

import * as MediaServices from "../../src/MediaServices.ts"
import { MediaToolkit } from "../../src/MediaToolkit.ts"
import { LookupLimit, MediaRouter } from "../../src/route/MediaRouter.ts"
import { callTool } from "../callTool.ts"
import * as DemoHousehold from "../demoHousehold.ts"

export const layer = (changes?: Parameters<typeof DemoHousehold.environment>[0]) =>
  Layer.mergeAll(MediaRouter.layer, MediaToolkit.layer).pipe(
    Layer.provide(MediaServices.layerConfig),
    Layer.provide([DemoHousehold.environment(changes), FetchHttpClient.layer]),
    Layer.provideMerge([DemoServices.layer({ delays: "none" }), Cache.layerMemory()])
  )

/** What the router says of `question`, and the calls by which an engine would answer it; none where the model is asked. */
export const route = Effect.fnUntraced(function* (question: string) {
  const router = yield* MediaRouter
  const { tools } = yield* MediaToolkit
  // On a busy machine loopback takes longer than a person is to wait.
  const analysis = yield* settle(Effect.provideService(router.analyse(question), LookupLimit, Duration.minutes(1)))
  const decision = decide(analysis, tools)
  const answerable = decision.route === "rules" ? decision.answerable : undefined
  return { analysis, answerable, calls: answerable?.calls ?? [] }
})

/** The answer by rules; `undefined` where the model is asked. */
export const answer = Effect.fnUntraced(function* (question: string) {
  const { answerable } = yield* route(question)
  if (answerable === undefined) return undefined
  const outcomes = yield* Effect.forEach(answerable.calls, ({ name, parameters }) =>
    Effect.map(settle(callTool(name, parameters)), ({ isFailure, value }): Outcome => ({ ok: !isFailure, value }))
  )
  return answerable.render(outcomes)
})
