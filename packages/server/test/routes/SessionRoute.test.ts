import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"

import * as Client from "../support/Client.ts"
import * as TestServer from "../support/TestServer.ts"

const token = "a-token-of-some-length"

describe("POST /v1/session", () => {
  it.live("gives a browser a cookie for the token, once, that lets it in", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ token: Redacted.make(token) })
      assert.strictEqual((yield* Client.problem(yield* Client.ask(url, "say 1"))).kind, "not-authorized")
      const wrong = yield* Client.post(url, "/v1/session", { token: `${token}x` })
      assert.strictEqual(wrong.headers.get("www-authenticate"), "Bearer")
      assert.isNull(wrong.headers.get("set-cookie"))
      assert.strictEqual((yield* Client.problem(wrong)).status, 401)
      const entered = yield* Client.post(url, "/v1/session", { token })
      assert.strictEqual(entered.status, 204)
      const set = entered.headers.get("set-cookie") ?? ""
      assert.match(set, /^callsheet_session=\d+\.[\w-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/)
      assert.notInclude(set, token)
      const cookie = set.split(";")[0] ?? ""
      assert.strictEqual((yield* Client.ask(url, "say 1", {}, { cookie })).status, 200)
      const left = yield* Client.get(url, "/v1/session", { method: "DELETE", headers: { cookie } })
      assert.match(left.headers.get("set-cookie") ?? "", /^callsheet_session=; Max-Age=0/)
    })
  )

  it.live("needs nothing where no token is", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const entered = yield* Client.post(url, "/v1/session", { token: "any" })
      assert.deepStrictEqual([entered.status, entered.headers.get("set-cookie")], [204, null])
    })
  )
})
