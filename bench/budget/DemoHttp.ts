/**
 * DemoHttp: an HTTP client whose whole network are the four demo services, each of which takes its measured time by the clock
 * there is: nothing of the machine comes in.
 */
import { radarrApp } from "@callsheet/testkit/demo/arr/RadarrApp"
import { sonarrApp } from "@callsheet/testkit/demo/arr/SonarrApp"
import { answer, type DemoApp } from "@callsheet/testkit/demo/DemoApp"
import { delayMillis } from "@callsheet/testkit/demo/DemoDelay"
import { plexApp } from "@callsheet/testkit/demo/plex/PlexApp"
import { tmdbApp } from "@callsheet/testkit/demo/tmdb/TmdbApp"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const key = "demo-key"

/** Where the services are, as the environment names it. */
export const environment = {
  PLEX_BASE_URL: "http://plex.test",
  PLEX_TOKEN: key,
  RADARR_BASE_URL: "http://radarr.test",
  RADARR_API_KEY: key,
  SONARR_BASE_URL: "http://sonarr.test",
  SONARR_API_KEY: key,
  TMDB_BASE_URL: "http://tmdb.test",
  TMDB_API_KEY: key
}

/** Which delays are drawn; as the demo services draw them by default. */
const seed = 1

/** What a service's delay does not depend on. */
const credentials = ["X-Plex-Token", "api_key", "apikey"]

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): unknown =>
  body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(body.body)) : undefined

/** Its body is there at once, unlike a web `Response`'s, whose promises would take real time. */
const responseOf = (
  request: HttpClientRequest.HttpClientRequest,
  status: number,
  contentType: string,
  text: string
): HttpClientResponse.HttpClientResponse =>
  Object.create(
    HttpClientResponse.fromWeb(request, new Response(null, { status, headers: { "content-type": contentType } })),
    { stream: { value: Stream.make(new TextEncoder().encode(text)) } }
  )

/** Fresh services each time it is built: what one run writes no other reads. */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.sync(HttpClient.HttpClient, () => {
  const apps = new Map<string, DemoApp>(
    [plexApp(key), radarrApp(key), sonarrApp(key), tmdbApp(key)].map((app) => [`${app.service}.test`, app])
  )
  return HttpClient.make((request, url) => {
    const app = apps.get(url.host)
    if (app === undefined) {
      const description = `There is no service at ${url.host}.`
      return Effect.fail(
        new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description }) })
      )
    }
    const { headers, method } = request
    const asked = { method, path: url.pathname, query: url.searchParams, headers, body: bodyOf(request), params: {} }
    const shown = new URLSearchParams(url.searchParams)
    for (const name of credentials) shown.delete(name)
    return answer(app, asked).pipe(
      Effect.delay(delayMillis(seed, app.service, method, url.pathname, shown.toString())),
      Effect.map(({ body, contentType, status }) =>
        responseOf(
          request,
          status,
          contentType,
          contentType === "application/json" ? JSON.stringify(body) : String(body)
        )
      )
    )
  })
})
