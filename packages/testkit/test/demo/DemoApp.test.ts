import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { radarrApp } from "../../src/demo/arr/RadarrApp.ts"
import { sonarrApp } from "../../src/demo/arr/SonarrApp.ts"
import { plexApp } from "../../src/demo/plex/PlexApp.ts"
import { tmdbApp } from "../../src/demo/tmdb/TmdbApp.ts"
import { ask, keys } from "./support/ask.ts"

const oddValues = ["abc", "-1", "99999999999999999999", "1.5", "%00", "constructor"]
const oddQueries = [
  "",
  "page=-1&pageSize=0&sortKey=constructor&sortDirection=up&query=%FF&term=:&sort=constructor:x",
  "page=1e9&query=((&year=x&year>=x&genre=,&with_genres=|&vote_average.gte=x&sort_by=.&append_to_response=constructor",
  "X-Plex-Container-Start=1&X-Plex-Container-Size=0&type=toString&limit=-3&start=x&end=y&seriesId=x&tmdbId=&key=x"
]
const oddBodies = [undefined, null, 7, "text", [], {}, { ids: "x", seasons: 3, monitored: "yes", name: 4 }]

describe("every demo service", () => {
  for (const app of [plexApp(keys.plex), tmdbApp(keys.tmdb), radarrApp(keys.radarr), sonarrApp(keys.sonarr)]) {
    it.effect(`answers what makes no sense below 500: ${app.service}`, () =>
      Effect.gen(function* () {
        for (const route of app.routes) {
          for (const value of oddValues) {
            const path = route.path.replaceAll(/\{[^}]+\}/g, value)
            for (const query of oddQueries) {
              for (const body of route.method === "GET" ? [undefined] : oddBodies) {
                const { status } = yield* ask(app, route.method, `${path}?${query}`, { body })
                assert.isBelow(status, 500, `${route.method} ${path}?${query}`)
              }
            }
          }
        }
      })
    )
  }
})
