/**
 * ModelsRoute: `GET /v1/models`: what clients of OpenAI's APIs may ask: the agent. The model behind it may be named as well.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"

import * as Methods from "../Methods.ts"
import { Problem } from "../Problem.ts"
import { Runs } from "../Runs.ts"

const modelOf = (id: string) => ({ id, object: "model", created: 0, owned_by: "callsheet" })

const list = Effect.map(Runs, ({ names }) =>
  HttpServerResponse.jsonUnsafe({ object: "list", data: [modelOf(names.agent)] })
)

const one = Effect.gen(function* () {
  const { id = "" } = yield* HttpRouter.params
  const { names } = yield* Runs
  if (id !== names.agent && id !== names.model) {
    return yield* new Problem({ kind: "unknown-model", detail: `There is no such model: ask for ${names.agent}.` })
  }
  return HttpServerResponse.jsonUnsafe(modelOf(id))
})

export const layer = Layer.mergeAll(
  Methods.layer("/v1/models", { GET: list }),
  Methods.layer("/v1/models/:id", { GET: one })
)
