import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { films, people, series, today } from "../../src/demo/DemoLibrary.ts"
import { tmdbApp } from "../../src/demo/tmdb/TmdbApp.ts"
import { ask, at, keys, list } from "./support/ask.ts"

const app = tmdbApp(keys.tmdb)
const get = (target: string, headers?: Record<string, string>) =>
  ask(app, "GET", target, headers === undefined ? {} : { headers })
const titles = (body: unknown) => list(body, "results").map((item) => at(item, "title"))
const every = (target: string) =>
  Effect.gen(function* () {
    const first = yield* get(`${target}&page=1`)
    const pages = Number(at(first.body, "total_pages"))
    const bodies = yield* Effect.forEach(
      Array.from({ length: pages }, (_, index) => index + 1),
      (page) => get(`${target}&page=${page}`)
    )
    return bodies.flatMap(({ body }) => titles(body))
  })

describe("the demo's TMDb", () => {
  it.effect("takes a bearer token or a key in the query, and nothing else", () =>
    Effect.gen(function* () {
      const refused = yield* get("/3/movie/603", {})
      assert.strictEqual(refused.status, 401)
      assert.deepInclude(refused.body, { status_code: 7, success: false })
      assert.strictEqual((yield* get(`/3/movie/603?api_key=${keys.tmdb}`, {})).status, 200)
    })
  )

  it.effect("answers 404 with its own codes", () =>
    Effect.gen(function* () {
      const unknown = yield* get("/3/movie/2")
      assert.strictEqual(unknown.status, 404)
      assert.strictEqual(at(unknown.body, "status_code"), 34)
      assert.strictEqual((yield* get("/3/movie/abc")).status, 404)
      assert.strictEqual((yield* get("/3/nothing")).status, 404)
      assert.strictEqual((yield* get("/3/trending/movie/year")).status, 404)
    })
  )

  it.effect("pages by twenty and refuses a page past 500", () =>
    Effect.gen(function* () {
      const { body } = yield* get("/3/discover/movie?page=2")
      assert.strictEqual(list(body, "results").length, 20)
      assert.deepInclude(body, { page: 2, total_results: films.length, total_pages: Math.ceil(films.length / 20) })
      assert.deepStrictEqual(
        (yield* every("/3/discover/movie?sort_by=popularity.desc")).map(String),
        films.map((film) => film.title)
      )
      for (const page of ["501", "0", "x"]) {
        assert.strictEqual((yield* get(`/3/discover/movie?page=${page}`)).status, 400, page)
      }
    })
  )

  it.effect("finds the exact title first", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(titles((yield* get("/3/search/movie?query=Inception")).body), [
        "Inception",
        "Inception: The Cobol Job"
      ])
      assert.strictEqual(titles((yield* get("/3/search/movie?query=the matrix")).body)[0], "The Matrix")
      assert.deepStrictEqual(titles((yield* get("/3/search/movie?query=matrix&year=2021")).body), [
        "The Matrix Resurrections"
      ])
      assert.deepStrictEqual(titles((yield* get("/3/search/movie?query=amelie")).body), ["Amélie"])
      assert.deepStrictEqual(titles((yield* get("/3/search/movie?query=")).body), [])
      const multi = yield* get("/3/search/multi?query=fargo")
      assert.deepStrictEqual(
        list(multi.body, "results").map((item) => at(item, "media_type")),
        ["movie", "tv"]
      )
    })
  )

  it.effect("discovers by genre, dates, rating and people", () =>
    Effect.gen(function* () {
      const horror = yield* every(
        "/3/discover/movie?with_genres=27&primary_release_date.gte=2020-01-01&primary_release_date.lte=2023-12-31&vote_average.gte=7.01"
      )
      assert.deepStrictEqual(
        horror,
        films
          .filter((film) => film.genres.includes("Horror") && film.year >= 2020 && film.year <= 2023)
          .filter((film) => film.voteAverage > 7)
          .map((film) => film.title)
      )
      const both = yield* every("/3/discover/movie?with_genres=28,35")
      const either = yield* every("/3/discover/movie?with_genres=28%7C35")
      assert.deepStrictEqual(
        [both.length, either.length],
        [
          films.filter((film) => film.genres.includes("Action") && film.genres.includes("Comedy")).length,
          films.filter((film) => film.genres.includes("Action") || film.genres.includes("Comedy")).length
        ]
      )
      assert.strictEqual((yield* every("/3/discover/movie?with_crew=525")).length, 12)
      assert.strictEqual(
        (yield* every("/3/discover/movie?without_genres=28&with_people=6384")).length,
        films.filter((film) => film.cast.includes("Keanu Reeves") && !film.genres.includes("Action")).length
      )
      const oldest = yield* get("/3/discover/movie?sort_by=primary_release_date.asc")
      assert.strictEqual(titles(oldest.body)[0], "Casablanca")
      const shows = yield* get("/3/discover/tv?first_air_date.gte=2023-01-01")
      assert.strictEqual(at(shows.body, "total_results"), series.filter((show) => show.year >= 2023).length)
    })
  )

  it.effect("appends what was asked for to the details", () =>
    Effect.gen(function* () {
      const { body } = yield* get("/3/movie/27205?append_to_response=credits,recommendations,external_ids,nonsense")
      assert.strictEqual(at(body, "runtime"), 148)
      assert.strictEqual(at(body, "credits", "crew", 0, "id"), 525)
      assert.isUndefined(at(body, "credits", "id"))
      assert.isAbove(list(body, "recommendations", "results").length, 5)
      assert.isUndefined(at(body, "nonsense"))
      const show = yield* get("/3/tv/95396?append_to_response=external_ids")
      assert.strictEqual(at(show.body, "external_ids", "tvdb_id"), 371980)
      assert.strictEqual(at(show.body, "next_episode_to_air", "episode_number"), 9)
    })
  )

  it.effect("knows a person's work both ways", () =>
    Effect.gen(function* () {
      const found = yield* get("/3/search/person?query=christopher nolan")
      assert.strictEqual(at(found.body, "results", 0, "id"), 525)
      const credits = yield* get("/3/person/525/movie_credits")
      assert.strictEqual(list(credits.body, "crew").filter((entry) => at(entry, "job") === "Director").length, 12)
    })
  )

  it.effect("recommends no title to itself", () =>
    Effect.gen(function* () {
      for (const film of films.slice(0, 20)) {
        const { body } = yield* get(`/3/movie/${film.tmdbId}/recommendations`)
        assert.notInclude(titles(body), film.title)
      }
    })
  )

  it.effect("tells where titles can be watched, a series where its network streams, and no film before its time", () =>
    Effect.gen(function* () {
      const names = (body: unknown, country: string, offer: string) =>
        list(body, "results", country, offer).map((provider) => at(provider, "provider_name"))
      const severance = yield* get("/3/tv/95396/watch/providers")
      for (const country of ["US", "GB", "DE"]) {
        assert.deepStrictEqual(names(severance.body, country, "flatrate"), ["Apple TV+"])
      }
      const inception = yield* get("/3/movie/27205/watch/providers")
      assert.deepStrictEqual((yield* get("/3/movie/27205/watch/providers")).body, inception.body)
      const countries = Object.keys(Object(at(inception.body, "results")))
      assert.isAbove(countries.length, 5)
      assert.isAbove(new Set(countries.map((country) => names(inception.body, country, "flatrate").join())).size, 1)
      const toCome = films.find(({ releasedOn }) => releasedOn > today)
      const nowhere = yield* get(`/3/movie/${toCome?.tmdbId}/watch/providers`)
      assert.deepStrictEqual(nowhere.body, { id: toCome?.tmdbId, results: {} })
    })
  )

  it.effect("knows when the best known people were born, and what to say of everybody", () =>
    Effect.gen(function* () {
      const nolan = yield* get("/3/person/525")
      assert.deepInclude(nolan.body, { birthday: "1970-07-30", deathday: null, known_for_department: "Directing" })
      for (const person of people) {
        const { body } = yield* get(`/3/person/${person.tmdbId}`)
        const biography = String(at(body, "biography"))
        assert.isTrue(biography.startsWith(person.name) && biography.endsWith("."), biography)
        assert.notMatch(biography, /undefined|null| {2}| \.|as \./, biography)
        if (person.tmdbId < 90_000_000)
          assert.match(String(at(body, "birthday")), /^(18|19)\d\d-\d\d-\d\d$/, person.name)
      }
    })
  )

  it.effect("finds a collection by name, and lists what is still to come", () =>
    Effect.gen(function* () {
      const found = yield* get("/3/search/collection?query=matrix")
      assert.deepInclude(list(found.body, "results")[0], { id: 2344, name: "The Matrix Collection" })
      const upcoming = yield* get("/3/movie/upcoming")
      assert.deepStrictEqual(
        titles(upcoming.body).toSorted(),
        films
          .filter(({ releasedOn }) => releasedOn > today)
          .map(({ title }) => title)
          .toSorted()
      )
      assert.isNotEmpty(titles(upcoming.body))
    })
  )
})
