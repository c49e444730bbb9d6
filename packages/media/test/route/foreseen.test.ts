/** What the router foresees of questions that rules do not answer, and when tools' words may answer them. */
import { settle } from "@callsheet/cache/testing/upstream"
import type { Call } from "@callsheet/core/foresee/Route"
import * as Questions from "@callsheet/testkit/Questions"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"

import { LookupLimit, MediaRouter } from "../../src/route/MediaRouter.ts"
import * as Household from "./household.ts"

const call = (name: string, parameters: Call["parameters"] = {}): Call => ({ name, parameters })
const analysisOf = (question: string) => Effect.map(Household.route(question), ({ analysis }) => analysis)

layer(Household.layer())("MediaRouter, of what rules do not answer", (it) => {
  it.effect("foresees the calls that clauses tell, with what they share", () =>
    Effect.gen(function* () {
      const nineties = { yearFrom: 1990, yearTo: 1999 }
      for (const [question, expected] of [
        [
          "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?",
          [
            call("library_search", { person: "Christopher Nolan", watched: false }),
            call("person_filmography", { name: "Christopher Nolan", role: "director" })
          ]
        ],
        [
          "Find me thrillers from the 90s rated over 8 and tell me which I own",
          [
            call("discover_titles", { genres: ["Thriller"], ...nineties, minRating: 8 }),
            call("library_search", { genre: "Thriller", ...nineties, minRating: 8 })
          ]
        ],
        [
          "my unwatched comedies and dramas of the 90s",
          [
            call("library_search", { genre: "Comedy", ...nineties, watched: false }),
            call("library_search", { genre: "Drama", ...nineties, watched: false })
          ]
        ],
        [
          "which spielberg movies do I have, and which kubrick movies am I missing?",
          [
            call("library_search", { person: "Steven Spielberg" }),
            call("person_filmography", { name: "Stanley Kubrick", role: "director", owned: false })
          ]
        ],
        [
          "newest horror movies",
          [
            call("library_search", { genre: "Horror", sort: "added" }),
            call("discover_titles", { genres: ["Horror"], sort: "newest" })
          ]
        ],
        ["What's on deck, and what's downloading?", [call("on_deck"), call("download_queue")]],
        [
          "Nolan movies that are not in my library and comedies I own",
          [
            call("person_filmography", { name: "Christopher Nolan", role: "director", owned: false }),
            call("library_search", { genre: "Comedy" })
          ]
        ],
        [
          "Recently added movies and top rated movies from 2020",
          [
            call("library_search", { sort: "added" }),
            call("discover_titles", { yearFrom: 2020, yearTo: 2020, sort: "rating" })
          ]
        ],
        [
          "show me Nolan movies I own and show me movies from 2020",
          [
            call("library_search", { person: "Christopher Nolan" }),
            call("discover_titles", { yearFrom: 2020, yearTo: 2020 })
          ]
        ],
        ["90s movies and series", [call("discover_titles", { yearFrom: 1990, yearTo: 1999 })]]
      ] as const) {
        assert.deepStrictEqual((yield* analysisOf(question)).foreseen, expected, question)
      }
    })
  )

  it.effect("foresees a chain of which the names tell the second call", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* analysisOf("Recommend something scary like The Matrix but newer")).foreseen, [
        call("search_titles", { query: "The Matrix" }),
        call("recommend_titles", { tmdbId: 603, yearFrom: 2000 })
      ])
      assert.deepStrictEqual((yield* analysisOf("Tell me about heat and find similar movies")).foreseen, [
        call("search_titles", { query: "Heat" }),
        call("title_details", { tmdbId: 949 }),
        call("recommend_titles", { tmdbId: 949 })
      ])
    })
  )

  it.effect("foresees what is told where the rest is not understood, and nothing that is not told", () =>
    Effect.gen(function* () {
      for (const [question, expected] of [
        [
          "some really creepy horror movies from 2022 set in space",
          [
            call("discover_titles", { genres: ["Horror"], yearFrom: 2022, yearTo: 2022 }),
            call("library_search", { genre: "Horror", yearFrom: 2022, yearTo: 2022 })
          ]
        ],
        [
          "comedies from 2019 but no romance",
          [
            call("discover_titles", { genres: ["Comedy"], yearFrom: 2019, yearTo: 2019 }),
            call("library_search", { genre: "Comedy", yearFrom: 2019, yearTo: 2019 })
          ]
        ],
        ["What should I watch tonight?", []],
        ["Summarise my library", []],
        // The clock stands at 1970.
        [
          "sad movies of the last ten years",
          [call("discover_titles", { yearFrom: 1960 }), call("library_search", { yearFrom: 1960 })]
        ],
        // What is popular is one list, and what is owned is known of each in it.
        ["Which of my movies are on a most popular list?", [call("discover_titles", {})]],
        ["Was läuft gerade?", []],
        ["x ".repeat(5000), []]
      ] as const) {
        assert.deepStrictEqual((yield* analysisOf(question)).foreseen, expected, question)
      }
    })
  )

  it.effect("foresees only reads of a question that may write, and lets no tool word its answer", () =>
    Effect.gen(function* () {
      for (const [question, expected] of [
        ["Add The Matrix (1999) to my Radarr", [call("search_titles", { query: "The Matrix", year: 1999 })]],
        [
          "Add all the Nolan films that I am missing",
          [
            call("person_filmography", { name: "Christopher Nolan", owned: false }),
            call("library_search", { person: "Christopher Nolan", limit: 100 })
          ]
        ]
      ] as const) {
        const { foreseen, wishes, writes } = yield* analysisOf(question)
        assert.isTrue(writes, question)
        assert.deepStrictEqual(foreseen, expected, question)
        assert.isEmpty(wishes, question)
      }
    })
  )

  it.effect("names the tools whose words grant each wish", () =>
    Effect.gen(function* () {
      for (const [question, expected] of [
        [
          "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?",
          [["library_search", "person_filmography"], ["person_filmography"]]
        ],
        [
          "Find me thrillers from the 90s rated over 8 and tell me which I own",
          [["discover_titles"], ["library_search", "discover_titles"]]
        ],
        ["Show me movies like Interstellar that I already own", [["recommend_titles"]]],
        [
          "Is The Godfather or Casablanca in my collection?",
          Array.from({ length: 2 }, () => ["search_titles", "library_search"])
        ],
        ["Show recently added movies and what's on deck", [["library_search"], ["on_deck"]]],
        ["show me all Nolan movies I have and what is on deck", [["library_search", "person_filmography"], ["on_deck"]]]
      ] as const) {
        const { wishes, writes } = yield* analysisOf(question)
        assert.deepStrictEqual<unknown>(
          wishes.map(({ tools }) => tools),
          expected,
          question
        )
        assert.isFalse(writes, question)
      }
    })
  )

  it.effect(
    "leaves words to the model where the question asks for more than lists, or no tool can narrow them so",
    () =>
      Effect.gen(function* () {
        for (const question of [
          "Which of my unwatched horror movies is the best?",
          "Which is older, Heat or Casablanca?",
          "Heat or Casablanca?",
          "horror movies or comedies?",
          "movies with Brad Pitt and George Clooney",
          "my movies and series, best rated first",
          "What Tarantino movie should I watch, and what is on deck?",
          "Why is The Matrix so popular?",
          "Recommend something similar to Heat but funnier",
          "How many Nolan films do I own, and how many am I missing?",
          "my recently added movies and which of them are downloading",
          "Show me my horror movies and thrillers in a table",
          "comedies from 2019 but no romance",
          "unwatched action comedies I own",
          "sci-fi films by Denis Villeneuve that I don't have, and what's on deck",
          "on deck movies I haven't watched",
          "What is downloading, and which of these are rated above 7?",
          "Show me what is on deck and which of them are comedies",
          "Do I have Heat, and which of those have I not watched?",
          "Which Alien movies am I missing?",
          "Have I seen the Dune movies?",
          "Is Heat rated above 8?",
          "Do I have all the Nolan movies?",
          "do we have every Christopher Nolan movie",
          "have I seen all Nolan movies",
          "Have I watched everything by Nolan, and what is on deck?",
          "does my library have all movies from 2020",
          "Do I have the Nolan movies and the comedies?",
          "do I have the movies",
          "do I have both Dune movies",
          // Whether what is said of the first is meant of the second is not said.
          "horror movies from the 90s and comedies",
          "Nolan movies and comedies",
          "movies added this year",
          "movies I watched last year",
          "movies watched by Christopher Nolan, and what is on deck"
        ]) {
          assert.isEmpty((yield* analysisOf(question)).wishes, question)
        }
      })
  )

  it.effect("is sure of eight of the ten baseline questions, and foresees the ninth", () =>
    Effect.gen(function* () {
      const all = [...Questions.simple, ...Questions.complex]
      const routed = yield* Effect.forEach(all, (question) => Household.route(question))
      const left = routed.filter(({ answerable }) => answerable === undefined)
      assert.deepStrictEqual(
        left.map(({ analysis }) => analysis.foreseen.map(({ name }) => name)),
        [["library_search", "person_filmography"]]
      )
      assert.include((yield* Household.answer(Questions.complex[2])) ?? "", "titles like The Matrix (1999) since 2000")
    })
  )
})

layer(Household.layer())("MediaRouter, when names take too long", (it) => {
  it.effect("foresees what needs none", () =>
    Effect.gen(function* () {
      const router = yield* MediaRouter
      const analyse = (question: string) =>
        settle(Effect.provideService(router.analyse(question), LookupLimit, Duration.zero))
      const { foreseen, wishes } = yield* analyse("creepy horror movies from 2022, and anything by Jordan Peele")
      assert.deepStrictEqual(foreseen, [
        call("discover_titles", { genres: ["Horror"], yearFrom: 2022, yearTo: 2022 }),
        call("library_search", { genre: "Horror", yearFrom: 2022, yearTo: 2022 })
      ])
      assert.isEmpty(wishes)
      assert.deepStrictEqual((yield* analyse('Please add "Dune" (2021)')).foreseen, [
        call("search_titles", { query: "Dune", year: 2021 })
      ])
    })
  )
})
