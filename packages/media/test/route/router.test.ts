/** What the router makes of questions, and what rules answer to them, in the demo household. */
import { type Call, sureFrom } from "@callsheet/core/foresee/Route"
import { films, filmDownloads, isOwned, isWatched, libraryFilms } from "@callsheet/testkit/demo/DemoLibrary"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import * as Household from "./household.ts"

const callsOf = (question: string) => Effect.map(Household.route(question), ({ calls }) => calls)
const call = (name: string, parameters: Call["parameters"] = {}): Call => ({ name, parameters })

layer(Household.layer())("MediaRouter", (it) => {
  it.effect("asks the library for what is owned, and TMDb for what is not", () =>
    Effect.gen(function* () {
      for (const [question, expected] of [
        ["Show me recent movies", call("library_search", { sort: "added" })],
        ["which sci-fi shows do we have", call("library_search", { kind: "series", genre: "Science Fiction" })],
        ["Which Nolan films haven't I seen?", call("library_search", { person: "Christopher Nolan", watched: false })],
        [
          "What Tarantino movies am I missing?",
          call("person_filmography", { name: "Quentin Tarantino", owned: false })
        ],
        [
          "best comedies of 2019 I don't own",
          call("discover_titles", { genres: ["Comedy"], yearFrom: 2019, yearTo: 2019, sort: "rating", owned: false })
        ],
        ["movies directed by kubrick", call("person_filmography", { name: "Stanley Kubrick", role: "director" })],
        ["Who directed Heat?", call("title_details", { tmdbId: 949 })],
        ["serach for the matrix", call("search_titles", { query: "The Matrix" })],
        ["find Dune (2021)", call("search_titles", { query: "Dune", year: 2021 })],
        ["something like The Matrix, but more recent", call("recommend_titles", { tmdbId: 603, yearFrom: 2000 })],
        ["older movies similar to Heat", call("recommend_titles", { tmdbId: 949, yearTo: 1994 })],
        ["What's on deck?", call("on_deck")],
        ["hi, could you tell me what's downloading right now please", call("download_queue")]
      ] as const) {
        assert.deepStrictEqual(yield* callsOf(question), [expected], question)
      }
    })
  )

  it.effect("asks for films and series where a question says neither", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* callsOf("what haven't we watched yet?"), [
        call("library_search", { watched: false }),
        call("library_search", { kind: "series", watched: false })
      ])
    })
  )

  it.effect("leaves to the model what has a word over, two meanings, an unknown or shared name, or a pronoun", () =>
    Effect.gen(function* () {
      for (const question of [
        "Show me recent flurb movies",
        "Show me recent movies and what is downloading",
        "newest horror movies",
        "Do I have Fargo?",
        "Do I have Blorptastic?",
        "is it in my library?",
        "search for something new",
        "search for Christopher Nolan",
        "movies with Christopher Nolan",
        "movies by Coen",
        "Do I have Heat or Ronin?",
        "my recently watched movies",
        "movies after 2020 and before 2010",
        "Do I have all the Nolan movies?",
        "do we have every Christopher Nolan movie",
        "does my library have all movies from 2020",
        "do I have the movies",
        "do we own everything by Nolan",
        "Zeig mir neue Filme",
        "x ".repeat(5000)
      ]) {
        const { analysis, calls } = yield* Household.route(question)
        assert.isEmpty(calls, question)
        assert.isBelow(analysis.confidence, sureFrom, question)
        assert.isNotEmpty(analysis.reason, question)
      }
    })
  )

  it.effect("sees that something is to be changed", () =>
    Effect.gen(function* () {
      for (const question of [
        "Add Dune to Radarr",
        "please remove Heat",
        "download The Matrix",
        "What's new? And add it"
      ]) {
        const { analysis, calls } = yield* Household.route(question)
        assert.isTrue(analysis.writes, question)
        assert.isEmpty(calls, question)
      }
    })
  )

  it.effect("names entities and filters, and the tools that fit where it is unsure", () =>
    Effect.gen(function* () {
      const { analysis } = yield* Household.route("unwatched horror films by nolan")
      assert.deepStrictEqual(analysis.entities, [
        { kind: "genre", text: "Horror", name: "Horror" },
        { kind: "person", text: "nolan", name: "Christopher Nolan" }
      ])
      assert.deepStrictEqual(analysis.filters, { kind: "movie", genres: ["Horror"], watched: false })
      const unsure = yield* Household.route("Recommend me something similar to Heat but funnier")
      assert.strictEqual(unsure.analysis.tools[0], "recommend_titles")
      assert.isFalse(unsure.analysis.writes)
    })
  )

  it.effect("answers with what there is, how much there is in all, and how it was narrowed", () =>
    Effect.gen(function* () {
      const unwatched = films.filter((film) => isOwned(film) && !isWatched(film)).length
      const listed = (yield* Household.answer("List my unwatched movies")) ?? ""
      assert.include(listed, `${unwatched} unwatched movies in your Plex library`)
      assert.include(listed, `and ${unwatched - 20} more.`)
      assert.strictEqual(
        yield* Household.answer("how many movies do we have?"),
        `There are ${libraryFilms.length} movies in your Plex library.`
      )
      assert.include((yield* Household.answer("which movies are downloading?")) ?? "", `${filmDownloads.length} movie`)
      assert.strictEqual(
        yield* Household.answer("do I own Whiplash?"),
        "Yes: Whiplash (2014) is in your Plex library, watched."
      )
      assert.strictEqual(
        yield* Household.answer("is Whiplash unwatched?"),
        "No: Whiplash (2014) is in your Plex library, watched."
      )
      assert.strictEqual(
        yield* Household.answer("is Heat still unseen?"),
        "Yes: Heat (1995) is in your Plex library, unwatched."
      )
      // Some of it may be watched, so that it is neither.
      assert.strictEqual(
        yield* Household.answer("is Severance unwatched?"),
        "Severance (2022), a series, is in your Plex library, not watched to its end."
      )
      assert.strictEqual(
        yield* Household.answer("have we seen Barbie yet?"),
        "Barbie (2023) is not in your Plex library.\nPlex can tell what you have watched only of what it has."
      )
    })
  )
})

layer(Household.layer({ TMDB_BASE_URL: "http://127.0.0.1:1" }))("MediaRouter without TMDb's answers", (it) => {
  it.effect("is unsure of names, and sure of all else", () =>
    Effect.gen(function* () {
      const { analysis, calls } = yield* Household.route("Do I have Heat?")
      assert.isEmpty(calls)
      assert.include(analysis.reason, "could not be looked up")
      assert.isDefined(yield* Household.answer("Show me recent movies"))
    })
  )
})

layer(Household.layer({ PLEX_BASE_URL: "http://127.0.0.1:1" }))("MediaRouter without Plex's answers", (it) => {
  it.effect("does not say that a title is missing from a library that cannot be seen", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* Household.answer("Do I have Whiplash?"))
      assert.include((yield* Household.answer("Search for Whiplash")) ?? "", "A part is missing: ")
    })
  )
})
