/** The `MediaToolkit` over a `FakeHttp`, with whichever services are named; only what is owned is remembered. */
import { Cache } from "@callsheet/cache/Cache"
import { Layer, Redacted } from "effect"
import type { HttpClient } from "effect/http"

import { Library } from "../src/Library.ts"
import type { ServiceName } from "../src/MediaError.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import { Plex } from "../src/Plex.ts"
import { Radarr } from "../src/Radarr.ts"
import { Sonarr } from "../src/Sonarr.ts"
import { Tmdb } from "../src/Tmdb.ts"
import type * as FakeHttp from "./fakeHttp.ts"

const access = (host: string) => ({ baseUrl: `http://${host}.test`, secret: Redacted.make("key") })

const services: Readonly<Record<ServiceName, Layer.Layer<never, never, HttpClient.HttpClient>>> = {
  plex: Layer.merge(Library.layerNoDeps(access("plex")), Plex.layerNoDeps(access("plex"))).pipe(
    Layer.provide(Cache.layerMemory())
  ),
  tmdb: Tmdb.layerNoDeps(access("tmdb")),
  radarr: Radarr.layerNoDeps(access("radarr")),
  sonarr: Sonarr.layerNoDeps(access("sonarr"))
}

export const layer = (
  http: ReturnType<typeof FakeHttp.make>,
  names: ReadonlyArray<ServiceName>
): Layer.Layer<MediaToolkit> =>
  names
    .map((name) => Layer.provide(services[name], http.layer))
    .reduce((toolkit: Layer.Layer<MediaToolkit>, service) => Layer.provide(toolkit, service), MediaToolkit.layer)
