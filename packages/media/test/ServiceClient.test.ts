import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Redacted, Stream, Tracer } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import type { MediaError } from "../src/MediaError.ts"
import { Plex } from "../src/Plex.ts"
import { Radarr } from "../src/Radarr.ts"
import { Sonarr } from "../src/Sonarr.ts"
import { Tmdb } from "../src/Tmdb.ts"
import * as FakeHttp from "./fakeHttp.ts"

const secret = "s3cr3t-k3y"
const access = (baseUrl: string, value = secret) => ({ baseUrl, secret: Redacted.make(value) })
const radarr = access("http://radarr.test:7878/radarr/")

const version = (http: ReturnType<typeof FakeHttp.make>) =>
  Effect.flatMap(Radarr, (radarr) => radarr.version).pipe(
    Effect.provide(Radarr.layerNoDeps(radarr).pipe(Layer.provide(http.layer)))
  )

const failureOf = (answer: FakeHttp.Answering) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.flip(version(FakeHttp.make(answer))))
    yield* TestClock.adjust("1 minute")
    return (yield* Fiber.join(fiber)).reason
  })

describe("ServiceClient", () => {
  it.effect("keeps the base path and sends the key", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(() => FakeHttp.json({ version: "5.1.0" }))
      assert.deepStrictEqual(yield* version(http), { name: "Radarr", version: "5.1.0" })
      const [call] = http.calls
      assert.strictEqual(call?.url.href, "http://radarr.test:7878/radarr/api/v3/system/status")
      assert.strictEqual(call?.headers["x-api-key"], secret)
      assert.strictEqual(call?.headers["accept"], "application/json")
    })
  )

  it.effect("tries a read again while the failure is transient", () =>
    Effect.gen(function* () {
      const answers = [FakeHttp.json({}, 503), FakeHttp.json({}, 429, { "retry-after": "1" })]
      const http = FakeHttp.make(() => answers.shift() ?? FakeHttp.json({ version: "5.1.0" }))
      const fiber = yield* Effect.forkChild(version(http))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).version, "5.1.0")
      assert.strictEqual(http.calls.length, 3)
    })
  )

  it.effect("sends a write whole, and takes its status for its answer, whatever it says", () =>
    Effect.gen(function* () {
      const answers = [FakeHttp.html(), FakeHttp.json({}, 202)]
      const http = FakeHttp.make(() => answers.shift() ?? { status: 200, headers: {}, body: Stream.empty })
      yield* Effect.gen(function* () {
        const radarr = yield* Radarr
        yield* radarr.removeDownload(7, { blocklist: true })
        yield* radarr.edit(3, { monitored: false, tags: [] })
        yield* radarr.unblock([1, 2])
      }).pipe(Effect.provide(Radarr.layerNoDeps(radarr).pipe(Layer.provide(http.layer))))
      assert.deepStrictEqual(
        http.calls.map(({ body, method, url }) => [method, `${url.pathname}${url.search}`, body]),
        [
          ["DELETE", "/radarr/api/v3/queue/7?removeFromClient=true&blocklist=true", null],
          ["PUT", "/radarr/api/v3/movie/editor", { movieIds: [3], monitored: false, tags: [], applyTags: "replace" }],
          ["DELETE", "/radarr/api/v3/blocklist/bulk", { ids: [1, 2] }]
        ]
      )
    })
  )

  it.effect("says of a write that failed what is known of it, and never tries it again", () =>
    Effect.gen(function* () {
      const failure = Effect.fnUntraced(function* (answer: FakeHttp.Answering) {
        const http = FakeHttp.make(answer)
        const fiber = yield* Effect.flatMap(Radarr, (radarr) => radarr.removeDownload(7, { blocklist: false })).pipe(
          Effect.provide(Radarr.layerNoDeps(radarr).pipe(Layer.provide(http.layer))),
          Effect.flip,
          Effect.forkChild
        )
        yield* TestClock.adjust("1 minute")
        const { reason } = yield* Fiber.join(fiber)
        assert.strictEqual(http.calls.length, 1)
        return [reason._tag, reason.message] as const
      })
      assert.strictEqual((yield* failure(() => FakeHttp.json({ message: "NotFound" }, 404)))[0], "NotFound")
      assert.strictEqual((yield* failure(() => FakeHttp.json({}, 503)))[0], "Unexpected")
      for (const answer of ["refused" as const, Effect.never]) {
        const [tag, sentence] = yield* failure(() => answer)
        assert.strictEqual(tag, "Unreachable")
        assert.include(sentence, "may or may not have done it")
      }
    })
  )

  it.effect("never tries a write again", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(() => FakeHttp.json({}, 503))
      const movie = { tmdbId: 1, title: "A", year: 2000, qualityProfileId: 1, rootFolderPath: "/", searchNow: true }
      const fiber = yield* Effect.flatMap(Radarr, (radarr) => radarr.addMovie(movie)).pipe(
        Effect.provide(Radarr.layerNoDeps(radarr).pipe(Layer.provide(http.layer))),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "Unexpected")
      assert.strictEqual(http.calls.length, 1)
    })
  )

  it.effect("says of a write without an answer that it may have been done", () =>
    Effect.gen(function* () {
      const movie = { tmdbId: 1, title: "A", year: 2000, qualityProfileId: 1, rootFolderPath: "/", searchNow: true }
      const fiber = yield* Effect.flatMap(Radarr, (radarr) => radarr.addMovie(movie)).pipe(
        Effect.provide(Radarr.layerNoDeps(radarr).pipe(Layer.provide(FakeHttp.make(() => Effect.never).layer))),
        Effect.flip,
        Effect.forkChild
      )
      yield* TestClock.adjust("1 minute")
      const { reason } = yield* Fiber.join(fiber)
      assert.strictEqual(reason._tag, "Unreachable")
      assert.include(reason.message, "may or may not have done it")
    })
  )

  it.effect("does not wait out a long Retry-After, but says it", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(() => FakeHttp.json({}, 429, { "retry-after": "60" }))
      const { reason } = yield* Effect.flip(version(http))
      assert.strictEqual(http.calls.length, 1)
      assert.strictEqual(reason._tag === "Throttled" && Duration.toSeconds(reason.retryAfter), 60)
    })
  )

  it.effect("says which key is refused", () =>
    Effect.gen(function* () {
      const reason = yield* failureOf(() => FakeHttp.json({ error: "Unauthorized" }, 401))
      assert.strictEqual(reason._tag, "Unauthorized")
      assert.strictEqual(
        reason.message,
        "Radarr at http://radarr.test:7878/radarr/ refused the key: check RADARR_API_KEY."
      )
    })
  )

  it.effect("says which service cannot be reached and why", () =>
    Effect.gen(function* () {
      const reason = yield* failureOf(() => "refused")
      assert.strictEqual(reason._tag, "Unreachable")
      assert.strictEqual(
        reason.message,
        "Radarr at http://radarr.test:7878/radarr/ cannot be reached (ECONNREFUSED): check that it runs and that RADARR_BASE_URL is right."
      )
    })
  )

  it.effect("gives up on a service that does not answer", () =>
    Effect.gen(function* () {
      const reason = yield* failureOf(() => Effect.never)
      assert.strictEqual(reason._tag, "Unreachable")
      assert.include(reason.message, "no answer within 15s")
    })
  )

  it.effect("hands on what a service says against a request", () =>
    Effect.gen(function* () {
      const reason = yield* failureOf(() =>
        FakeHttp.json([{ propertyName: "TmdbId", errorMessage: "This movie has already been added" }], 400)
      )
      assert.deepStrictEqual(reason._tag === "Rejected" && reason.messages, ["This movie has already been added"])
      const tmdb = yield* failureOf(() => FakeHttp.json({ success: false, status_message: "Invalid page." }, 422))
      assert.deepStrictEqual(tmdb._tag === "Rejected" && tmdb.messages, ["Invalid page."])
    })
  )

  it.effect("tells apart what is not there, what failed inside, and what it does not understand", () =>
    Effect.gen(function* () {
      const tags = yield* Effect.forEach(
        [
          () => FakeHttp.json({ message: "NotFound" }, 404),
          () => FakeHttp.html(404),
          () => FakeHttp.json({}, 404),
          () => FakeHttp.json({}, 500),
          () => FakeHttp.html(),
          () => FakeHttp.json({ version: 5 }),
          () => FakeHttp.html(302)
        ],
        (answer) => Effect.map(failureOf(answer), ({ _tag, isRetryable }) => [_tag, isRetryable] as const)
      )
      assert.deepStrictEqual(tags, [
        ["NotFound", false],
        ["Unexpected", false],
        ["Unexpected", false],
        ["Unexpected", true],
        ["Unexpected", false],
        ["Unexpected", false],
        ["Unexpected", false]
      ])
    })
  )

  it.effect("says in one line what others say in several", () =>
    Effect.gen(function* () {
      const mismatch = yield* failureOf(() => FakeHttp.json({ version: 5 }))
      assert.match(mismatch.message, /^[^\n]* is not understood \([^\n]*version[^\n]*\): check[^\n]*$/)
      const refusal = yield* failureOf(() => FakeHttp.json({ message: "Not\nnow.\n" }, 400))
      assert.strictEqual(refusal.message, "Radarr refused the request: Not now.")
    })
  )

  it.effect("gives an answer without end up", () =>
    Effect.gen(function* () {
      for (const status of [200, 400]) {
        let mebibytes = 0
        const chunk = Effect.sync(() => {
          mebibytes++
          return new Uint8Array(2 ** 20).fill(0x20)
        })
        const body = Stream.fromEffectRepeat(chunk)
        const reason = yield* failureOf(() => ({ ...FakeHttp.json({}, status), body }))
        assert.strictEqual(mebibytes, 33)
        assert.strictEqual(reason._tag, status === 200 ? "Unexpected" : "Rejected")
        if (status === 200) assert.include(reason.message, "(it is longer than 32 MiB)")
      }
    })
  )

  it.effect("says that the connection was lost, and not that the answer is wrong", () =>
    Effect.gen(function* () {
      const answer = FakeHttp.json({ version: "5" })
      const reason = yield* failureOf(({ request }) => ({
        ...answer,
        body: Stream.concat(answer.body, Stream.fail(FakeHttp.lost(request)))
      }))
      assert.strictEqual(reason._tag, "Unreachable")
      assert.include(reason.message, "the connection was lost in the middle of the answer")
    })
  )

  it.effect("gives TMDb a token as a bearer and a short key as a parameter", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(() => FakeHttp.json({}))
      for (const value of ["eyJhbGciOiJIUzI1NiJ9.e30.abc", "0123456789abcdef"]) {
        yield* Effect.flatMap(Tmdb, (tmdb) => tmdb.version).pipe(
          Effect.provide(Tmdb.layerNoDeps(access("https://tmdb.test", value)).pipe(Layer.provide(http.layer)))
        )
      }
      const [token, key] = http.calls
      assert.strictEqual(token?.headers["authorization"], "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc")
      assert.strictEqual(token?.url.search, "")
      assert.strictEqual(key?.headers["authorization"], undefined)
      assert.strictEqual(key?.url.search, "?api_key=0123456789abcdef")
    })
  )
})

/** Keeps everything that spans are told, as text. */
const recorder = () => {
  const seen: Array<string> = []
  const note = (...values: ReadonlyArray<unknown>) =>
    seen.push(
      values
        .map((value) => (value instanceof Error ? `${value} ${value.stack} ${JSON.stringify(value)}` : String(value)))
        .join(" ")
    )
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      const attribute = span.attribute.bind(span)
      const end = span.end.bind(span)
      span.attribute = (key, value) => {
        note(key, value)
        attribute(key, value)
      }
      span.end = (time, exit) => {
        if (Exit.isFailure(exit))
          note(JSON.stringify(exit), ...exit.cause.reasons.map((reason) => ("error" in reason ? reason.error : "")))
        end(time, exit)
      }
      note(options.name)
      return span
    }
  })
  return { seen, tracer }
}

describe("secrets", () => {
  type Version = Effect.Effect<unknown, MediaError, HttpClient.HttpClient>
  const versions: Readonly<Record<string, Version>> = {
    plex: Effect.flatMap(Plex, (plex) => plex.version).pipe(
      Effect.provide(Plex.layerNoDeps(access(`http://user:${secret}@plex.test:32400`)))
    ),
    tmdb: Effect.flatMap(Tmdb, (tmdb) => tmdb.version).pipe(
      Effect.provide(Tmdb.layerNoDeps(access("https://tmdb.test")))
    ),
    radarr: Effect.flatMap(Radarr, (service) => service.version).pipe(Effect.provide(Radarr.layerNoDeps(radarr))),
    sonarr: Effect.flatMap(Sonarr, (sonarr) => sonarr.version).pipe(
      Effect.provide(Sonarr.layerNoDeps(access("http://sonarr.test:8989")))
    )
  }
  const outcomes = {
    success: () => FakeHttp.json({ MediaContainer: {} }),
    unauthorized: () => FakeHttp.json({}, 401),
    broken: () => FakeHttp.html(),
    refused: () => "refused" as const
  }

  for (const [name, version] of Object.entries(versions)) {
    for (const [outcome, answer] of Object.entries(outcomes)) {
      it.effect(`of ${name} stand in no span and no error (${outcome})`, () =>
        Effect.gen(function* () {
          const { seen, tracer } = recorder()
          const http = FakeHttp.make(answer)
          const fiber = yield* Effect.exit(Effect.provide(version, http.layer)).pipe(
            Effect.withSpan("doctor"),
            Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
            Effect.withTracer(tracer),
            Effect.forkChild
          )
          yield* TestClock.adjust("1 minute")
          const exit = yield* Fiber.join(fiber)
          const told = Exit.isFailure(exit) ? `${JSON.stringify(exit)} ${exit.cause}` : ""
          assert.isTrue(http.calls.length > 0 && seen.some((text) => text.startsWith("url.full")))
          assert.notInclude([told, ...seen].join("\n"), secret)
        })
      )
    }
  }
})
