import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { OpenAI } from "openai/client"

import * as Head from "../src/Head.ts"
import * as OpenAiConfig from "../src/OpenAiConfig.ts"

const key = "sk-0123456789abcdef"

const make = (options: OpenAiConfig.Options, env: Record<string, string> = {}, method: "GET" | "POST" = "POST") =>
  Effect.provideService(
    Head.make(
      OpenAiConfig.resolve({ apiKey: Redacted.make(key), model: "nano", ...options }),
      method,
      method === "GET" ? "/models" : "/responses"
    ),
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnv({ env })
  )

const urlOf = ({ host, isSecure, path, port }: Head.Head) =>
  new URL(`${isSecure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`).href

/** By lower-case name. */
const headersOf = ({ headers }: Head.Head): Record<string, string> => {
  const out: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) out[(headers[at] ?? "").toLowerCase()] = headers[at + 1] ?? ""
  return out
}

describe("the head of a request", () => {
  const env = { OPENAI_ORG_ID: "org-1", OPENAI_PROJECT_ID: "proj-1" }
  const plain: ReadonlyArray<readonly [what: string, options: OpenAiConfig.Options]> = [
    ["OpenAI", {}],
    ["OpenAI's servers in Europe", { baseUrl: "https://eu.api.openai.com/v1/" }],
    ["Azure's undated API", { baseUrl: "https://x.openai.azure.com/openai/v1/" }],
    ["a local server", { baseUrl: "http://localhost:11434/v1" }],
    ["a server by its number", { baseUrl: "http://[::1]:8080" }],
    ["a server without a key", { baseUrl: "http://localhost:11434/v1", apiKey: undefined }]
  ]
  for (const [what, options] of plain) {
    for (const method of ["POST", "GET"] as const) {
      it.effect(`is as the SDK makes it, for ${what}, ${method}`, () =>
        Effect.gen(function* () {
          const head = yield* make(options, env, method)
          const { apiKey, baseUrl, host } = OpenAiConfig.resolve({ apiKey: Redacted.make(key), ...options })
          const sdk = new OpenAI({
            apiKey: apiKey === undefined ? "none" : key,
            adminAPIKey: null,
            baseURL: baseUrl,
            organization: host === "openai" ? env.OPENAI_ORG_ID : null,
            project: host === "openai" ? env.OPENAI_PROJECT_ID : null,
            defaultHeaders: {
              "Accept-Encoding": "identity",
              ...(apiKey === undefined ? { Authorization: null } : undefined)
            }
          })
          const { req, url } = yield* Effect.promise(() =>
            sdk.buildRequest(
              method === "GET" ? { method: "get", path: "/models" } : { method: "post", path: "/responses", body: {} }
            )
          )
          const { host: hostHeader, "user-agent": agent, ...headers } = headersOf(head)
          // What the SDK says of itself and its machine is not ours to say.
          const said = [...req.headers].filter(([name]) => name !== "user-agent" && !name.startsWith("x-stainless-"))
          assert.deepStrictEqual(headers, Object.fromEntries(said))
          assert.strictEqual(urlOf(head), url)
          assert.strictEqual(hostHeader, new URL(url).host)
          assert.strictEqual(agent, "callsheet")
        })
      )
    }
  }

  it.effect("is the SDK's own for Azure's dated API", () =>
    Effect.gen(function* () {
      const head = yield* make({ baseUrl: "https://x.openai.azure.com", azureApiVersion: "2024-10-21" })
      assert.strictEqual(urlOf(head), "https://x.openai.azure.com/openai/responses?api-version=2024-10-21")
      const headers = headersOf(head)
      assert.strictEqual(headers["api-key"], key)
      assert.notProperty(headers, "authorization")
    })
  )

  it.effect("has the headers, the organization and the project that the configuration adds", () =>
    Effect.gen(function* () {
      const added = { OPENAI_CUSTOM_HEADERS: "X-Team: films\n\n x-trace : a: b \r\nAccept-Encoding: gzip" }
      const headers = headersOf(yield* make({}, { ...env, ...added }))
      assert.deepInclude(headers, {
        authorization: `Bearer ${key}`,
        "accept-encoding": "identity",
        "openai-organization": "org-1",
        "openai-project": "proj-1",
        "x-team": "films",
        "x-trace": "a: b"
      })
      const elsewhere = { baseUrl: "http://localhost:11434/v1", apiKey: undefined }
      const keyless = yield* make(elsewhere, { ...env, OPENAI_CUSTOM_HEADERS: "Authorization: Basic eDp5" })
      assert.strictEqual(headersOf(keyless)["authorization"], "Basic eDp5")
      assert.notProperty(headersOf(keyless), "openai-organization")
    })
  )

  it.effect("refuses headers that are none, without saying what they hold", () =>
    Effect.gen(function* () {
      for (const wrong of ["s3cret", "X-Key s3cret", "X Key: s3cret", "X-Key: s3cr\u00e9t", "X-Key: s3cret\u0000"]) {
        const { reason } = yield* Effect.flip(make({}, { OPENAI_CUSTOM_HEADERS: wrong }))
        assert.include(reason.message, "OPENAI_CUSTOM_HEADERS holds what is no header")
        assert.notInclude(reason.message, "s3cr")
      }
    })
  )

  it.effect("keeps the query of the address", () =>
    Effect.gen(function* () {
      const head = yield* make({ baseUrl: "https://proxy.test/openai?tenant=a&api-version=preview" })
      assert.strictEqual(head.path, "/openai/responses?tenant=a&api-version=preview")
    })
  )

  it.effect("takes user and password of the address where no key is set", () =>
    Effect.gen(function* () {
      const baseUrl = "http://me:p%40ss@localhost:11434/v1"
      const authorization = Effect.map(make({ baseUrl, apiKey: undefined }), headersOf)
      assert.strictEqual((yield* authorization)["authorization"], `Basic ${btoa("me:p@ss")}`)
      assert.strictEqual(headersOf(yield* make({ baseUrl }))["authorization"], `Bearer ${key}`)
    })
  )

  it.effect("holds no character that a header cannot", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(make({}, { OPENAI_ORG_ID: "org\n1" }))
      assert.strictEqual(reason._tag, "InvalidRequestError")
    })
  )
})
