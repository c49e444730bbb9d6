/** What the tools of TMDb beyond search, details, discovery and filmography answer, by meaning, against the demo household. */
import { films, isOwned, isWatched, series, today } from "@callsheet/testkit/demo/DemoLibrary"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"

import { TrendingTitles } from "../src/ChartTools.ts"
import { CollectionTitles } from "../src/CollectionTools.ts"
import { PersonDetails } from "../src/PersonTools.ts"
import { WhereToWatch } from "../src/WatchTools.ts"
import { ask, askAll, DemoLayer, refusal } from "./askTool.ts"
import { callTool } from "./callTool.ts"
import * as Household from "./fakeHousehold.ts"
import * as FakeHttp from "./fakeHttp.ts"

const titles = (list: ReadonlyArray<{ readonly title: string }>) => list.map(({ title }) => title)

layer(DemoLayer)("trending_titles", (it) => {
  it.effect("gives each list as TMDb has it, with what is owned", () =>
    Effect.gen(function* () {
      const popular = yield* ask(TrendingTitles, { list: "popular", limit: 30 })
      assert.deepStrictEqual(titles(popular.items), titles(films.slice(0, 30)))
      assert.strictEqual(popular.total, films.length)
      const next = yield* ask(TrendingTitles, { list: "popular", limit: 30, cursor: popular.nextCursor })
      assert.deepStrictEqual(titles(next.items), titles(films.slice(30, 60)))
      assert.isTrue(
        popular.items.every(({ inLibrary, tmdbId }) =>
          films.some((film) => film.tmdbId === tmdbId && isOwned(film) === inLibrary)
        )
      )
      const upcoming = yield* ask(TrendingTitles, { list: "upcoming", detail: "full" })
      const toCome = films.filter(({ releasedOn }) => releasedOn > today)
      assert.isNotEmpty(toCome)
      assert.deepStrictEqual(
        upcoming.items.map(({ releasedOn, title }) => [title, releasedOn]),
        toCome.map(({ releasedOn, title }) => [title, releasedOn])
      )
      assert.isTrue(upcoming.items.every(({ overview, rating }) => rating === null && (overview ?? "") !== ""))
      const cinema = yield* ask(TrendingTitles, { list: "now_playing" })
      assert.isTrue(cinema.items.length > 0 && cinema.items.every(({ releasedOn }) => (releasedOn ?? "") <= today))
    })
  )

  it.effect("gives series where the list or the question is of series", () =>
    Effect.gen(function* () {
      for (const parameters of [{ list: "on_the_air" }, { list: "trending_week", kind: "series" }]) {
        const { items } = yield* ask(TrendingTitles, parameters)
        assert.isTrue(items.length > 0 && items.every(({ kind }) => kind === "series"))
      }
      const airing = yield* ask(TrendingTitles, { list: "airing_today" })
      assert.deepStrictEqual(
        titles(airing.items),
        titles(
          series.filter(({ seasons }) =>
            seasons.some(({ episodes }) => episodes.some(({ airedOn }) => airedOn === today))
          )
        )
      )
      assert.include(yield* refusal(TrendingTitles, { list: "upcoming", kind: "series" }), "no list upcoming of series")
      assert.include(
        yield* refusal(TrendingTitles, { list: "on_the_air", kind: "movie" }),
        "no list on_the_air of films"
      )
    })
  )

  it.effect("leaves out what is owned, or all else", () =>
    Effect.gen(function* () {
      const best = films.filter(({ voteCount }) => voteCount >= 300).toSorted((a, b) => b.voteAverage - a.voteAverage)
      const missing = yield* ask(TrendingTitles, { list: "top_rated", owned: false, limit: 5 })
      assert.deepStrictEqual(titles(missing.items), titles(best.filter((film) => !isOwned(film)).slice(0, 5)))
      const owned = yield* ask(TrendingTitles, { list: "trending_today", owned: true, limit: 5 })
      assert.strictEqual(owned.items.length, 5)
      assert.isTrue(owned.items.every(({ inLibrary }) => inLibrary === true))
    })
  )
})

layer(DemoLayer)("person_details", (it) => {
  it.effect("tells who somebody is and what they are known for", () =>
    Effect.gen(function* () {
      const nolan = yield* ask(PersonDetails, { name: "christopher nolan" })
      assert.deepInclude(nolan, {
        tmdbId: 525,
        name: "Christopher Nolan",
        department: "Directing",
        born: "1970-07-30",
        died: null,
        birthplace: "London, England, UK"
      })
      const directed = films
        .filter(({ directors }) => directors.includes("Christopher Nolan"))
        .toSorted((a, b) => b.voteCount - a.voteCount)
      assert.deepStrictEqual(titles(nolan.knownFor), titles(directed.slice(0, 8)))
      assert.deepStrictEqual(
        nolan.knownFor.map(({ watched }) => watched),
        directed.slice(0, 8).map((film) => (isOwned(film) ? isWatched(film) : null))
      )
      assert.isAtMost(nolan.biography.length, 400)
      assert.match(nolan.biography, /\.$/)
      const whole = yield* ask(PersonDetails, { name: "Christopher Nolan", detail: "full" })
      assert.isTrue(whole.biography.startsWith(nolan.biography))
      assert.isTrue(whole.knownFor.every(({ overview }) => (overview ?? "") !== ""))
      assert.strictEqual((yield* ask(PersonDetails, { name: "Heath Ledger" })).died, "2008-01-22")
      assert.include(yield* refusal(PersonDetails, { name: "Nobody At All" }), "TMDb knows nobody called")
    })
  )

  it.effect("counts an actor's series among their works", () =>
    Effect.gen(function* () {
      const show = series.find(({ title }) => title === "Severance")
      const [name = ""] = show?.cast ?? []
      const person = yield* ask(PersonDetails, { name })
      assert.deepInclude(
        person.knownFor.map(({ kind, title }) => ({ kind, title })),
        { kind: "series", title: "Severance" }
      )
    })
  )
})

layer(DemoLayer)("collection_titles", (it) => {
  const matrix = [603, 604, 605, 624860].flatMap((id) => films.filter(({ tmdbId }) => tmdbId === id))

  it.effect("gives a film series in order, and tells what is missing", () =>
    Effect.gen(function* () {
      for (const parameters of [{ name: "the matrix" }, { name: "The Matrix Collection" }, { tmdbId: 604 }]) {
        const found = yield* ask(CollectionTitles, parameters)
        assert.deepStrictEqual(found.collection, {
          id: 2344,
          name: "The Matrix Collection",
          films: matrix.length,
          owned: matrix.filter(isOwned).length
        })
        assert.deepStrictEqual(titles(found.items), titles(matrix))
      }
      const dark = yield* ask(CollectionTitles, { name: "John Wick", owned: false })
      const missing = [245891, 324552, 458156, 603692].filter((id) =>
        films.some((film) => film.tmdbId === id && !isOwned(film))
      )
      assert.deepStrictEqual(
        dark.items.map(({ tmdbId }) => tmdbId),
        missing
      )
      assert.deepStrictEqual(titles(yield* askAll(CollectionTitles, { name: "The Matrix", limit: 3 })), titles(matrix))
    })
  )

  it.effect("says that there is none", () =>
    Effect.gen(function* () {
      assert.include(yield* refusal(CollectionTitles, { name: "Nothing At All" }), "knows no film series")
      assert.include(yield* refusal(CollectionTitles, { tmdbId: 27205 }), "Inception is part of no film series")
      assert.include(yield* refusal(CollectionTitles, { tmdbId: 1 }), "NotFound")
      assert.include(yield* refusal(CollectionTitles, {}), "Say which film series")
    })
  )
})

layer(DemoLayer)("where_to_watch", (it) => {
  it.effect("names the services of a country, and where else there are any", () =>
    Effect.gen(function* () {
      const severance = series.find(({ title }) => title === "Severance")
      const here = yield* ask(WhereToWatch, { tmdbId: severance?.tmdbId, kind: "series", country: "gb" })
      assert.deepInclude(here, { title: "Severance", country: "GB", stream: ["Apple TV+"], rent: [], inLibrary: true })
      assert.include(here.link, "locale=GB")
      assert.include(here.otherCountries, "US")
      assert.notInclude(here.otherCountries, "GB")
      const inception = yield* ask(WhereToWatch, { tmdbId: 27205 })
      assert.strictEqual(inception.country, "US")
      assert.isNotEmpty([...inception.stream, ...inception.rent, ...inception.buy])
      const nowhere = yield* ask(WhereToWatch, { tmdbId: 27205, country: "AQ" })
      assert.deepInclude(nowhere, { stream: [], free: [], withAds: [], rent: [], buy: [], link: null })
      assert.include(yield* refusal(WhereToWatch, { tmdbId: 27205, country: "Germany" }), "such as GB or DE")
      assert.include(yield* refusal(WhereToWatch, { tmdbId: 1 }), "NotFound")
    })
  )
})

describe("tools of TMDb", () => {
  const tenet = { id: 577922, title: "Tenet", release_date: "", vote_average: 0 }
  const page = (results: ReadonlyArray<object>) => ({ results, total_pages: 1, total_results: results.length })
  const answers: Readonly<Record<string, object>> = {
    "/3/genre/movie/list": { genres: [] },
    "/3/genre/tv/list": { genres: [] },
    "/3/trending/movie/day": page([tenet]),
    "/3/search/person": page([{ id: 525, name: "Christopher Nolan" }]),
    "/3/person/525": { id: 525, name: "Christopher Nolan", biography: "", birthday: null },
    "/3/person/525/movie_credits": { cast: [tenet, tenet] },
    "/3/person/525/tv_credits": {},
    "/3/search/collection": page([{ id: 9, name: "Tenet Collection" }]),
    "/3/collection/9": { id: 9, name: "Tenet Collection", parts: [tenet] },
    "/3/movie/577922": tenet,
    "/3/movie/577922/watch/providers": { id: 577922, results: { US: { link: "https://tmdb.test" } } }
  }
  const calls = [
    ["trending_titles", { list: "trending_today" }],
    ["person_details", { name: "Christopher Nolan" }],
    ["collection_titles", { name: "Tenet" }],
    ["where_to_watch", { tmdbId: 577922 }]
  ] as const
  const household = FakeHttp.make(({ url }) =>
    url.host === "tmdb.test" ? FakeHttp.json(answers[url.pathname] ?? {}) : FakeHttp.json({}, 401)
  )

  it.effect("answer without the library where Plex fails, and say so", () =>
    Effect.gen(function* () {
      for (const [name, parameters] of calls) {
        const result = yield* callTool(name, parameters)
        assert.isFalse(result.isFailure, result.text)
        assert.include(result.text, '"title":"Tenet","year":null,"kind":"movie","tmdbId":577922,"rating":null', name)
        assert.include(result.text, "check PLEX_TOKEN. Until then inLibrary and watched are unknown.", name)
      }
      const owned = yield* callTool("collection_titles", { name: "Tenet", owned: true })
      assert.isTrue(owned.isFailure)
    }).pipe(Effect.provide(Household.layer(household, ["plex", "tmdb"])))
  )

  it.effect("leave ownership open without Plex, and fail with the reason where TMDb does", () =>
    Effect.gen(function* () {
      for (const [name, parameters] of calls) {
        const alone = yield* Effect.provide(callTool(name, parameters), Household.layer(household, ["tmdb"]))
        assert.include(alone.text, '"inLibrary":null', name)
        assert.notInclude(alone.text, "problem", name)
        const down = yield* Effect.provide(
          callTool(name, parameters),
          Household.layer(
            FakeHttp.make(() => FakeHttp.json({}, 401)),
            ["tmdb"]
          )
        )
        assert.include(down.text, "refused the key: check TMDB_API_KEY.", name)
      }
    })
  )
})
