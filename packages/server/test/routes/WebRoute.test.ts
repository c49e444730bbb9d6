import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { get as nodeGet, type IncomingMessage } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib"

import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"

import { WebApp } from "../../src/WebApp.ts"
import * as Client from "../support/Client.ts"
import * as TestServer from "../support/TestServer.ts"

const page = "<!doctype html><title>Callsheet</title>"
const script = "console.log(1);".repeat(200)

/** A folder as the build leaves it, and a secret beside it. */
const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const outer = mkdtempSync(join(tmpdir(), "callsheet-web-"))
    const inner = join(outer, "dist")
    mkdirSync(join(inner, "assets"), { recursive: true })
    writeFileSync(join(outer, "secret.txt"), "secret")
    writeFileSync(join(inner, "index.html"), page)
    writeFileSync(join(inner, "assets", "main-1a2b.js"), script)
    writeFileSync(join(inner, "assets", "main-1a2b.js.br"), brotliCompressSync(script))
    writeFileSync(join(inner, "assets", "main-1a2b.js.gz"), gzipSync(script))
    writeFileSync(join(inner, "assets", "icon-3c4d.svg"), "<svg/>")
    return outer
  }),
  (outer) => Effect.sync(() => rmSync(outer, { recursive: true, force: true }))
)

const served = Effect.fnUntraced(function* (options: TestServer.Options = {}) {
  const outer = yield* folder
  const app = yield* Layer.build(
    Layer.provide(WebApp.layer(join(outer, "dist")), Layer.merge(NodeFileSystem.layer, NodePath.layer))
  )
  return yield* Effect.provide(TestServer.start(options), app)
})

/** As it is sent: `fetch` unpacks, and tidies addresses. */
const raw = (url: string, path: string, headers: Record<string, string> = {}) =>
  Effect.callback<{ readonly response: IncomingMessage; readonly body: Buffer }>((resume) => {
    const { hostname, port } = new URL(url)
    nodeGet({ hostname, port, path, headers, agent: false }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part) => parts.push(part))
      response.on("end", () => resume(Effect.succeed({ response, body: Buffer.concat(parts) })))
    })
  })

const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }

describe("the web app", () => {
  it.live("is the page of a browser, and text for others", () =>
    Effect.gen(function* () {
      const { url } = yield* served()
      const browser = yield* raw(url, "/", html)
      assert.strictEqual(browser.body.toString(), page)
      assert.strictEqual(browser.response.headers["content-type"], "text/html; charset=utf-8")
      assert.strictEqual(browser.response.headers["cache-control"], "no-cache")
      assert.match(browser.response.headers.vary ?? "", /\baccept\b/i)
      const other = yield* raw(url, "/", { accept: "*/*" })
      assert.match(other.body.toString(), /^Callsheet answers here/)
      assert.match(other.response.headers.vary ?? "", /\baccept\b/i)
    })
  )

  it.live("may load and ask nothing but what its server has", () =>
    Effect.gen(function* () {
      const { url } = yield* served()
      const { headers } = (yield* raw(url, "/", html)).response
      const policy = String(headers["content-security-policy"])
      for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) {
        assert.include(policy.split("; "), rule)
      }
      assert.notInclude(policy, "unsafe")
      assert.strictEqual(headers["x-content-type-options"], "nosniff")
    })
  )

  it.live("sends a file packed as the browser takes it, to be kept for good", () =>
    Effect.gen(function* () {
      const { url } = yield* served()
      const path = "/assets/main-1a2b.js"
      const of = (encoding?: string) => raw(url, path, encoding === undefined ? {} : { "accept-encoding": encoding })
      const br = yield* of("gzip, deflate, br")
      assert.strictEqual(br.response.headers["content-encoding"], "br")
      assert.strictEqual(brotliDecompressSync(br.body).toString(), script)
      assert.strictEqual(br.response.headers["cache-control"], "public, max-age=31536000, immutable")
      assert.strictEqual(br.response.headers["content-type"], "text/javascript; charset=utf-8")
      const gzip = yield* of("gzip, br;q=0")
      assert.strictEqual(gunzipSync(gzip.body).toString(), script)
      for (const plain of [yield* of(), yield* of("identity"), yield* of("br;q=0")]) {
        assert.isUndefined(plain.response.headers["content-encoding"])
        assert.strictEqual(plain.body.toString(), script)
        assert.strictEqual(plain.response.headers.etag, br.response.headers.etag)
      }
    })
  )

  it.live("sends nothing of what the browser has", () =>
    Effect.gen(function* () {
      const { url } = yield* served()
      for (const [path, headers] of [
        ["/", html],
        ["/assets/main-1a2b.js", {}]
      ] as const) {
        const { etag = "" } = (yield* raw(url, path, headers)).response.headers
        const again = yield* raw(url, path, { ...headers, "if-none-match": `"x", ${etag}` })
        assert.deepStrictEqual([again.response.statusCode, again.body.length], [304, 0])
        const other = yield* raw(url, path, { ...headers, "if-none-match": '"x"' })
        assert.strictEqual(other.response.statusCode, 200)
      }
    })
  )

  it.live("gives no file but its own, whatever the address", () =>
    Effect.gen(function* () {
      const { url } = yield* served()
      const paths = [
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/..\\..\\secret.txt",
        "/assets/main-1a2b.js%00",
        "/assets/main-1a2b.js.br",
        "/assets//main-1a2b.js",
        "/assets/",
        "/assets/%",
        "/assets/__proto__",
        `/assets/${"x".repeat(1500)}`,
        "/index.html",
        "/secret.txt"
      ]
      for (const path of paths) {
        const { body, response } = yield* raw(url, path, html)
        assert.isAtLeast(response.statusCode ?? 0, 400, path)
        assert.isBelow(response.statusCode ?? 0, 500, path)
        assert.notInclude(body.toString(), "secret\n", path)
      }
    })
  )

  it.live("is open where a token is needed, which it asks for; nothing else is", () =>
    Effect.gen(function* () {
      const { url } = yield* served({ token: Redacted.make("a token that is long enough".replaceAll(" ", "-")) })
      assert.strictEqual((yield* raw(url, "/", html)).response.statusCode, 200)
      assert.strictEqual((yield* raw(url, "/assets/icon-3c4d.svg")).response.statusCode, 200)
      for (const path of ["/v1/runs", "/v1/conversations", "/metrics", "/assets/../v1/runs"]) {
        assert.notStrictEqual((yield* raw(url, path, html)).response.statusCode, 200, path)
      }
      const elsewhere = yield* raw(url, "/", { ...html, host: "evil.example" })
      assert.strictEqual(elsewhere.response.statusCode, 421)
    })
  )

  it.live("is not there where an application has none", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      assert.match((yield* raw(url, "/", html)).body.toString(), /^Callsheet answers here/)
      const response = yield* Client.get(url, "/assets/main-1a2b.js")
      assert.strictEqual((yield* Client.problem(response)).kind, "not-found")
    })
  )
})
