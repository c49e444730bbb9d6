import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"

import { DemoServices } from "../../src/demo/DemoServices.ts"
import { at, list } from "./support/ask.ts"

// One story, in order: what is added stays until the layer closes.
layer(Layer.merge(DemoServices.layer({ delays: "none" }), FetchHttpClient.layer))("DemoServices", (it) => {
  it.effect("serves all four on the loopback, each with its own credentials", () =>
    Effect.gen(function* () {
      const { plex, radarr, sonarr, tmdb } = yield* DemoServices
      const asked = [
        [`${plex.baseUrl}/library/sections/all`, { "X-Plex-Token": plex.token, Accept: "application/json" }],
        [`${tmdb.baseUrl}/3/movie/603`, { Authorization: `Bearer ${tmdb.apiKey}` }],
        [`${radarr.baseUrl}/api/v3/system/status`, { "X-Api-Key": radarr.apiKey }],
        [`${sonarr.baseUrl}/api/v3/system/status`, { "X-Api-Key": sonarr.apiKey }]
      ] as const
      for (const [url, headers] of asked) {
        assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\//)
        assert.strictEqual((yield* HttpClient.get(url, { headers })).status, 200, url)
        assert.strictEqual((yield* HttpClient.get(url)).status, 401, url)
      }
    })
  )

  it.effect("takes a body, keeps what it wrote, and answers 400 to what is no JSON", () =>
    Effect.gen(function* () {
      const { radarr } = yield* DemoServices
      const headers = { "X-Api-Key": radarr.apiKey }
      const post = HttpClientRequest.post(`${radarr.baseUrl}/api/v3/movie`, { headers })
      const body = { title: "The Matrix", tmdbId: 603, qualityProfileId: 4, rootFolderPath: "/media/movies" }
      const added = yield* HttpClient.execute(HttpClientRequest.bodyJsonUnsafe(post, body))
      assert.strictEqual(added.status, 201)
      const listed = yield* HttpClient.get(`${radarr.baseUrl}/api/v3/movie?tmdbId=603`, { headers })
      assert.strictEqual(at(list(yield* listed.json)[0], "title"), "The Matrix")
      const broken = yield* HttpClient.execute(HttpClientRequest.bodyText(post, "{not json", "application/json"))
      assert.strictEqual(broken.status, 400)
    })
  )

  it.effect("remembers what was asked, without credentials", () =>
    Effect.gen(function* () {
      const { requests, tmdb } = yield* DemoServices
      yield* HttpClient.get(`${tmdb.baseUrl}/3/movie/2?language=en&api_key=${tmdb.apiKey}`)
      const [last] = (yield* requests).slice(-1)
      assert.isDefined(last)
      const { delayedMillis, ...asked } = last
      assert.deepStrictEqual(asked, {
        service: "tmdb",
        method: "GET",
        path: "/3/movie/2",
        query: "language=en",
        status: 404
      })
      const [from, until] = delayedMillis
      assert.isAtLeast(until, from)
    })
  )
})
