import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted } from "effect"

import * as Guard from "../src/Guard.ts"
import { sessionLength } from "../src/Token.ts"

const secret = "a-token-of-some-length"
const token = Redacted.make(secret)

const asked = (headers: Guard.Asked["headers"], more: Partial<Guard.Asked> = {}): Guard.Asked => ({
  method: "GET",
  address: "/v1/ask",
  headers: { host: "127.0.0.1:4111", ...headers },
  cookies: {},
  nowMillis: 1000,
  ...more
})

const kind = (settings: Guard.Settings, request: Guard.Asked) =>
  Effect.map(Guard.make(settings, 2048), ({ refuse }) => refuse(request)?.kind)

const local = { host: "127.0.0.1" }
const beyond = { host: "0.0.0.0", token, names: ["media.example"] }
const bearer = { authorization: `Bearer ${secret}` }

describe("Guard", () => {
  it.effect("does not start beyond loopback without a token, and says so in a sentence", () =>
    Effect.gen(function* () {
      for (const host of ["0.0.0.0", "::", "192.168.1.5", "media.example", "128.0.0.1"]) {
        const { message } = yield* Effect.flip(Guard.make({ host }, 2048))
        assert.strictEqual(
          message,
          `Listening on ${host} lets others in, and there is no token: set CALLSHEET_TOKEN, or listen on 127.0.0.1.`
        )
      }
      for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "::1"]) yield* Guard.make({ host }, 2048)
    })
  )

  it.effect("does not start with a token that is no secret, or that no header can hold, and does not show it", () =>
    Effect.gen(function* () {
      for (const text of ["", "short", "with a space in between", "grüße-aus-der-ferne"]) {
        const { message } = yield* Effect.flip(Guard.make({ host: "::", token: Redacted.make(text) }, 2048))
        assert.match(message, /^CALLSHEET_TOKEN is no secret/)
        if (text !== "") assert.notInclude(message, text)
      }
    })
  )

  it.effect("answers to its own names only, so that no site can point its name at it", () =>
    Effect.gen(function* () {
      for (const host of ["127.0.0.1", "localhost:4111", "LOCALHOST", "127.9.9.9:1", "[::1]:4111"]) {
        assert.isUndefined(yield* kind(local, asked({ host })))
      }
      for (const host of [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5",
        "[fe80::1]"
      ]) {
        assert.strictEqual(yield* kind(local, asked({ host })), "wrong-host")
      }
      for (const host of ["", "a b", "x@127.0.0.1", "127.0.0.1/", "[::1", "localhost:x", "localhost:123456"]) {
        assert.strictEqual(yield* kind(local, asked({ host })), "bad-request")
      }
      for (const host of ["192.168.1.5:4111", "[fe80::1]", "media.example", "localhost"]) {
        assert.isUndefined(yield* kind(beyond, asked({ host, ...bearer })))
      }
      assert.strictEqual(yield* kind(beyond, asked({ host: "evil.example", ...bearer })), "wrong-host")
    })
  )

  it.effect("lets pages of its own origin ask, and of those that are named", () =>
    Effect.gen(function* () {
      const origins = ["https://app.example"]
      const from = (origin: string) => kind({ ...local, origins }, asked({ origin }, { method: "POST" }))
      assert.isUndefined(yield* from("http://127.0.0.1:4111"))
      assert.isUndefined(yield* from("https://app.example"))
      for (const origin of ["http://evil.example", "null", "http://127.0.0.1:4112", "http://localhost:4111", "x"]) {
        assert.strictEqual(yield* from(origin), "foreign-origin")
      }
    })
  )

  it.effect("refuses what a foreign page loads, but not who follows its link", () =>
    Effect.gen(function* () {
      const site = { "sec-fetch-site": "cross-site" }
      assert.strictEqual(yield* kind(local, asked(site)), "foreign-origin")
      assert.isUndefined(yield* kind(local, asked({ ...site, "sec-fetch-mode": "navigate" })))
      assert.strictEqual(
        yield* kind(local, asked({ ...site, "sec-fetch-mode": "navigate" }, { method: "POST" })),
        "foreign-origin"
      )
      assert.isUndefined(yield* kind(local, asked({ "sec-fetch-site": "same-origin" })))
    })
  )

  it.effect("asks for the token wherever there is one, but for health and the session", () =>
    Effect.gen(function* () {
      for (const settings of [{ ...local, token }, beyond]) {
        assert.isUndefined(yield* kind(settings, asked(bearer)))
        assert.isUndefined(yield* kind(settings, asked({ authorization: `bearer  ${secret}` })))
        for (const authorization of ["", "Bearer", `Bearer ${secret}x`, `Basic ${secret}`, secret]) {
          assert.strictEqual(yield* kind(settings, asked({ authorization })), "not-authorized")
        }
        for (const address of ["/healthz", "/readyz?x", "/v1/session"]) {
          assert.isUndefined(yield* kind(settings, asked({}, { address })))
        }
        for (const address of ["/healthz/", "/Healthz", "/v1/session/x", "/assets", "/metrics", "//healthz"]) {
          assert.strictEqual(yield* kind(settings, asked({}, { address })), "not-authorized")
        }
      }
    })
  )

  it.effect("takes the cookie that it gave, until it ends, and no other", () =>
    Effect.gen(function* () {
      const { refuse, token: own } = yield* Guard.make({ ...local, token }, 2048)
      const value = own?.session(1000) ?? ""
      const endMillis = 1000 + Duration.toMillis(sessionLength)
      const of = (value: string, nowMillis: number) =>
        refuse(asked({}, { cookies: { [Guard.cookie]: value }, nowMillis }))?.kind
      assert.isUndefined(of(value, 1000))
      assert.isUndefined(of(value, endMillis - 1))
      assert.strictEqual(of(value, endMillis), "not-authorized")
      const [, code = ""] = value.split(".")
      for (const forged of [
        `${endMillis + 1}.${code}`,
        `${endMillis}.`,
        `Infinity.${code}`,
        value.slice(0, -1),
        secret,
        ""
      ]) {
        assert.strictEqual(of(forged, 1000), "not-authorized")
      }
      const another = yield* Guard.make({ ...local, token: Redacted.make("another-token-altogether") }, 2048)
      assert.strictEqual(another.refuse(asked({}, { cookies: { [Guard.cookie]: value } }))?.kind, "not-authorized")
      assert.notInclude(value, secret)
    })
  )

  it.effect("refuses an address that is too long", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* kind(local, asked({}, { address: `/${"a".repeat(2047)}` })))
      assert.strictEqual(yield* kind(local, asked({}, { address: `/${"a".repeat(2048)}` })), "address-too-long")
    })
  )
})
