/**
 * SessionRoute: `POST /v1/session` with `{token}`: the token for a cookie, once, so that no page keeps it: pages cannot read the
 * cookie, and other sites' pages cannot use it. `DELETE` takes it back.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"

import * as Body from "../Body.ts"
import { Door } from "../Edge.ts"
import { cookie } from "../Guard.ts"
import * as Methods from "../Methods.ts"
import { Problem } from "../Problem.ts"
import { sessionLength } from "../Token.ts"

const decode = Body.json(Schema.Struct({ token: Schema.String }))

const options = { httpOnly: true, sameSite: "strict", path: "/" } as const
const done = HttpServerResponse.empty({ status: 204, headers: { "cache-control": "no-store" } })

const enter = Effect.gen(function* () {
  const { token } = yield* Door
  const given = yield* decode
  if (token === undefined) return done
  if (!token.is(given.token)) return yield* new Problem({ kind: "not-authorized", detail: "That is not the token." })
  const value = token.session(yield* Clock.currentTimeMillis)
  return HttpServerResponse.setCookieUnsafe(done, cookie, value, { ...options, maxAge: sessionLength })
})

const leave = Effect.succeed(HttpServerResponse.expireCookieUnsafe(done, cookie, options))

export const layer = Methods.layer("/v1/session", { POST: enter, DELETE: leave })
