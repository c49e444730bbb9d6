import { assert, describe, it } from "@effect/vitest"

import * as Conversation from "../../src/scripted/Conversation.ts"
import { script } from "../../src/scripted/MediaScript.ts"
import { speak, type ToolChoice } from "../../src/scripted/Script.ts"
import { tokenCount } from "../../src/scripted/Timing.ts"

type Input = Readonly<Record<string, unknown>>
type Handlers = Readonly<Record<string, (input: Input) => unknown>>

const list = (items: ReadonlyArray<object>, more: object = {}) => ({
  total: items.length,
  items,
  nextCursor: null,
  ...more
})

const title = (name: string, year: number, tmdbId: number, more: object = {}) => ({
  title: name,
  year,
  kind: "movie",
  tmdbId,
  rating: 7.4,
  genres: ["Action", "Thriller"],
  inLibrary: true,
  watched: false,
  ...more
})

const heat = title("Heat", 1995, 1, { rating: 8.3, runtimeMinutes: 170, addedOn: "2024-05-01", ratingKey: "11" })
const ronin = title("Ronin", 1998, 2, { runtimeMinutes: 122, addedOn: "2024-04-02", ratingKey: "12" })
const alien = title("Alien", 1979, 3, { genres: ["Horror"], watched: true, runtimeMinutes: 117, ratingKey: "13" })
const unowned = { inLibrary: false, watched: null }
const thief = title("Thief", 1981, 4, unowned)
const collateral = title("Collateral", 2004, 5, unowned)
const overview = (name: string) => `What happens in ${name}, told in a sentence that is neither long nor short.`
const details = (item: ReturnType<typeof title>) => ({
  ...item,
  overview: overview(item.title),
  runtimeMinutes: 125,
  directors: ["Michael Mann"],
  cast: ["Al Pacino", "Robert De Niro"],
  releasedOn: "1995-12-15"
})
const everything = [heat, ronin, alien, thief, collateral]

const household: Handlers = {
  search_titles: ({ query }) => list(everything.filter((item) => item.title === query || query === "all")),
  title_details: ({ tmdbId }) => {
    const item = everything.find((item) => item.tmdbId === tmdbId)
    return item === undefined ? { _tag: "MediaError", message: `TMDb has no title ${String(tmdbId)}.` } : details(item)
  },
  library_search: () => list([heat, ronin, alien]),
  discover_titles: () => list([thief, collateral, heat]),
  recommend_titles: () =>
    list([collateral, thief, ronin, alien], { basedOn: { tmdbId: 1, title: "Heat", year: 1995 } }),
  person_filmography: () =>
    list(
      [collateral, heat, thief, alien].map((item) => ({ ...item, role: "director" })),
      { person: { tmdbId: 9, name: "Michael Mann" } }
    ),
  on_deck: () =>
    list([
      {
        title: "Who Is Alive?",
        kind: "episode",
        series: "Severance",
        season: 2,
        episode: 3,
        progressPercent: 40,
        minutesLeft: 31,
        ratingKey: "1"
      },
      {
        title: "Heat",
        kind: "movie",
        series: null,
        season: null,
        episode: null,
        progressPercent: 85,
        minutesLeft: 25,
        ratingKey: "2"
      },
      {
        title: "Fishes",
        kind: "episode",
        series: "The Bear",
        season: 2,
        episode: 6,
        progressPercent: 0,
        minutesLeft: 66,
        ratingKey: "3"
      }
    ]),
  download_queue: () =>
    list([
      {
        title: "Thief",
        kind: "movie",
        series: null,
        season: null,
        episode: null,
        status: "downloading",
        progressPercent: 62.4,
        sizeLeftBytes: 3.2e9,
        minutesLeft: 12,
        quality: "Bluray-1080p",
        service: "radarr",
        problem: null
      },
      {
        title: "Cold Harbor",
        kind: "episode",
        series: "Severance",
        season: 2,
        episode: 10,
        status: "warning",
        progressPercent: 10,
        sizeLeftBytes: 1e9,
        minutesLeft: null,
        quality: "WEBDL-2160p",
        service: "sonarr",
        problem: "The download is stalled"
      }
    ]),
  add_movie: ({ tmdbId }) => ({ title: "Thief", year: 1981, tmdbId, radarrId: 7, monitored: true, searching: true })
}

/** Plays the loop of an engine: the calls of each step, and the answer. */
const play = (
  question: string,
  handlers: Handlers = household,
  options: {
    readonly offered?: ReadonlyArray<string>
    readonly toolChoice?: ToolChoice
    /** What somebody asked for before the model was. */
    readonly foreseen?: ReadonlyArray<readonly [string, Input]>
  } = {}
) => {
  const items: Array<Conversation.Item> = [{ _tag: "User", text: question }]
  for (const [index, [name, input]] of (options.foreseen ?? []).entries()) {
    const id = `foreseen_${index}`
    items.push({ _tag: "Call", id, name, inputText: JSON.stringify(input) })
    items.push({ _tag: "Result", callId: id, text: JSON.stringify(handlers[name]?.(input)) })
  }
  const steps: Array<ReadonlyArray<readonly [string, Input]>> = []
  const tools = options.offered ?? Object.keys(household)
  for (;;) {
    const spoken = speak(
      script,
      Conversation.view({ items, tools, toolChoice: options.toolChoice ?? "auto", toolsText: "" })
    )
    if (spoken.calls.length === 0) return { steps, answer: spoken.text }
    steps.push(spoken.calls.map(({ input, name }) => [name, input] as const))
    for (const { id, inputText, name } of spoken.calls) items.push({ _tag: "Call", id, name, inputText })
    for (const { id, input, name } of spoken.calls) {
      items.push({ _tag: "Result", callId: id, text: JSON.stringify(handlers[name]?.(input)) })
    }
    assert.isBelow(steps.length, 12, "a rule must come to an end")
  }
}

const failing = (...tools: ReadonlyArray<string>): Handlers => ({
  ...household,
  ...Object.fromEntries(
    tools.map((tool) => [
      tool,
      () => ({ _tag: "MediaError", reason: { _tag: "Unavailable", message: `${tool} is out.` } })
    ])
  )
})

describe("simple questions", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<ReadonlyArray<readonly [string, Input]>>]> = [
    ["Show me recent movies", [[["library_search", { sort: "added" }]]]],
    ["What are the latest horror films?", [[["library_search", { genre: "Horror", sort: "added" }]]]],
    ["What was added recently to my shows?", [[["library_search", { kind: "series", sort: "added" }]]]],
    ["What's on deck in Plex?", [[["on_deck", {}]]]],
    ["what can I continue watching", [[["on_deck", {}]]]],
    ["List my unwatched movies", [[["library_search", { watched: false, sort: "rating" }]]]],
    [
      "Which comedies from the 90s have I not watched?",
      [[["library_search", { genre: "Comedy", yearFrom: 1990, yearTo: 1999, watched: false, sort: "rating" }]]]
    ],
    ["Search for Heat", [[["search_titles", { query: "Heat" }]], [["title_details", { tmdbId: 1 }]]]],
    [
      "look up the movie Ronin (1998)",
      [[["search_titles", { query: "Ronin", year: 1998 }]], [["title_details", { tmdbId: 2 }]]]
    ],
    ["look for War of the Worlds", [[["search_titles", { query: "War of the Worlds" }]]]],
    ["Find Heat", [[["search_titles", { query: "Heat" }]], [["title_details", { tmdbId: 1 }]]]],
    ["find heat in plex", [[["search_titles", { query: "heat" }]]]],
    ["What's downloading right now?", [[["download_queue", {}]]]],
    ["Show the download queue", [[["download_queue", {}]]]]
  ]
  for (const [question, steps] of cases) {
    it(`asks for what "${question}" needs`, () => assert.deepStrictEqual(play(question).steps, steps))
  }
})

describe("complex questions", () => {
  it("asks TMDb and the library side by side for genre, years and rating", () => {
    const filters = { yearFrom: 2020, yearTo: 2023, minRating: 7 }
    assert.deepStrictEqual(play("Find me horror movies from 2020-2023 with rating above 7.0").steps, [
      [
        ["discover_titles", { ...filters, genres: ["Horror"] }],
        ["library_search", { ...filters, genre: "Horror" }]
      ]
    ])
    assert.deepStrictEqual(play("Find sci-fi thrillers since 2015 rated at least 7.5").steps, [
      [
        ["discover_titles", { yearFrom: 2015, minRating: 7.5, genres: ["Science Fiction", "Thriller"] }],
        ["library_search", { yearFrom: 2015, minRating: 7.5, genre: "Science Fiction" }]
      ]
    ])
  })

  it("takes no length or count for a rating", () => {
    assert.deepStrictEqual(play("Find me horror movies over 2 hours").steps[0]?.[0], [
      "discover_titles",
      { genres: ["Horror"] }
    ])
    assert.deepStrictEqual(play("horror movies rated 7.5+").steps[0]?.[0], [
      "discover_titles",
      { genres: ["Horror"], minRating: 7.5 }
    ])
  })

  it("leaves out what is exactly at an exclusive threshold", () => {
    const scary = { genres: ["Horror"], ...unowned }
    const handlers: Handlers = {
      ...household,
      discover_titles: () =>
        list([
          title("Just Seven", 2021, 8, { ...scary, rating: 7 }),
          title("More", 2022, 9, { ...scary, rating: 7.1 })
        ]),
      library_search: () => list([])
    }
    const above = play("horror movies from 2020 to 2023 rated above 7.0", handlers).answer
    assert.notInclude(above, "Just Seven")
    assert.include(above, "More (2022)")
    assert.include(play("horror movies from 2020 to 2023 rated at least 7", handlers).answer, "Just Seven (2021)")
  })

  it("says which of the titles found are in the library, each once", () => {
    const { answer } = play("Find me action movies from 1970-2010", {
      ...household,
      library_search: () => list([heat, ronin])
    })
    assert.include(answer, "I found 4 action movies from 1970 to 2010.")
    assert.match(answer, /In your Plex library \(2\):\n- Heat \(1995\).*\n- Ronin \(1998\)/)
    assert.match(answer, /Not in your library \(2\):\n- Thief \(1981\).*\n- Collateral \(2004\)/)
  })

  it("pages on only where all are wanted, up to five pages", () => {
    const page = (cursor: unknown) => ({ total: 900, items: [heat], nextCursor: `${Number(cursor ?? 0) + 1}` })
    const handlers: Handlers = { ...household, library_search: ({ cursor }) => page(cursor) }
    const all = play("Show me all the action movies in my Plex library that I haven't watched yet", handlers)
    const input = { genre: "Action", watched: false, sort: "rating", limit: 100 }
    assert.deepStrictEqual(all.steps, [
      [["library_search", input]],
      ...["1", "2", "3", "4"].map((cursor) => [["library_search", { ...input, cursor }] as const])
    ])
    assert.include(all.answer, "holds 900 unwatched action movies")
    assert.include(all.answer, "and 895 more.")
    assert.strictEqual(play("List my unwatched movies", handlers).steps.length, 1)
  })

  it("recommends in three steps: the title, what is similar and later, the details of the best three", () => {
    const { answer, steps } = play("Recommend something similar to Heat but more recent")
    assert.deepStrictEqual(steps, [
      [["search_titles", { query: "Heat" }]],
      [["recommend_titles", { tmdbId: 1, yearFrom: 1996 }]],
      [5, 4, 2].map((tmdbId) => ["title_details", { tmdbId }] as const)
    ])
    assert.include(
      answer,
      "Collateral (2004): rated 7.4, Action and Thriller, 125 min, shares Action and Thriller with Heat"
    )
    assert.include(answer, overview("Thief"))
    assert.include(answer, "Also similar: Alien (1979).")
  })

  it("asks for no details where the overviews are there already", () => {
    const told = [collateral, thief].map((item) => ({ ...item, overview: overview(item.title) }))
    const { answer, steps } = play("Recommend something similar to Heat but more recent", {
      ...household,
      recommend_titles: () => list(told)
    })
    assert.strictEqual(steps.length, 2)
    assert.include(answer, overview("Thief"))
  })

  it("reads other wishes for a recommendation", () => {
    const recommended = (question: string) => play(question).steps[1]
    assert.deepStrictEqual(recommended("movies like Ronin, but older"), [
      ["recommend_titles", { tmdbId: 2, yearTo: 1997 }]
    ])
    assert.deepStrictEqual(recommended("I loved Alien but want something after 2010"), [
      ["recommend_titles", { tmdbId: 3, yearFrom: 2011 }]
    ])
    assert.deepStrictEqual(recommended("Suggest films similar to Heat (1995) that I don't have"), [
      ["recommend_titles", { tmdbId: 1, owned: false }]
    ])
    assert.deepStrictEqual(recommended("something like Heat"), [["recommend_titles", { tmdbId: 1 }]])
  })

  it("finds popular titles that are not owned", () => {
    assert.deepStrictEqual(play("What are the most popular movies from 2023 that I don't have?").steps, [
      [["discover_titles", { yearFrom: 2023, yearTo: 2023, owned: false }]]
    ])
    assert.deepStrictEqual(play("Top rated comedies of 2019 not in my library").steps, [
      [["discover_titles", { yearFrom: 2019, yearTo: 2019, genres: ["Comedy"], sort: "rating", owned: false }]]
    ])
  })

  it("groups a director's films by owned and unwatched, missing, and watched", () => {
    const { answer, steps } = play(
      "Which Michael Mann films do I own but haven't watched, and which ones am I missing?"
    )
    assert.deepStrictEqual(steps, [
      [
        ["person_filmography", { name: "Michael Mann", role: "director" }],
        ["library_search", { person: "Michael Mann", watched: false }]
      ]
    ])
    assert.match(answer, /own but have not watched \(2\):\n- Heat \(1995\).*\n- Alien/)
    assert.match(answer, /missing \(2\):\n- Collateral \(2004\).*\n- Thief \(1981\)/)
    assert.notInclude(answer, "You have watched")
  })

  it("answers at once from what was foreseen, and asks only for what is missing", () => {
    const question = "Which Michael Mann films do I own but haven't watched, and which ones am I missing?"
    const works = ["person_filmography", { name: "Michael Mann" }] as const
    const unwatched = ["library_search", { person: "michael mann", watched: false }] as const
    const foreseen = play(question, household, { foreseen: [unwatched, works] })
    assert.deepStrictEqual(foreseen.steps, [])
    assert.strictEqual(foreseen.answer, play(question).answer)
    assert.deepStrictEqual(play(question, household, { foreseen: [works] }).steps, [
      [["library_search", { person: "Michael Mann", watched: false }]]
    ])
  })

  it("counts as watched what is owned and watched, and as missing what is not owned", () => {
    const { answer } = play("Which Michael Mann films do I own but haven't watched, and which ones am I missing?", {
      ...household,
      library_search: () => list([heat]),
      person_filmography: () => list([heat, alien, title("Manhunter", 1986, 7, { inLibrary: false, watched: true })])
    })
    assert.match(answer, /own but have not watched \(1\):\n- Heat/)
    assert.match(answer, /missing \(1\):\n- Manhunter/)
    assert.include(answer, "You have watched 1 title that you own: Alien (1979).")
  })

  it("knows persons by other words", () => {
    const first = (question: string) => play(question).steps[0]?.[0]
    const director = (name: string): readonly [string, Input] => ["person_filmography", { name, role: "director" }]
    assert.deepStrictEqual(first("Which films by Greta Gerwig am I missing?"), director("Greta Gerwig"))
    assert.deepStrictEqual(first("which christopher nolan films do i own"), director("christopher nolan"))
    assert.deepStrictEqual(first("Which of Denis Villeneuve's movies have I not seen?"), director("Denis Villeneuve"))
    assert.deepStrictEqual(first("Which Guillermo del Toro movies do I have?"), director("Guillermo del Toro"))
    assert.deepStrictEqual(first("What movies starring Tom Hanks do I own?"), [
      "person_filmography",
      { name: "Tom Hanks", role: "actor" }
    ])
    assert.strictEqual(first("Find me horror movies with rating above 6")?.[0], "discover_titles")
  })
})

describe("writes", () => {
  it("searches the title first, with its year, then adds the one found", () => {
    const { answer, steps } = play("Add Thief (1981) to my Radarr")
    assert.deepStrictEqual(steps, [[["search_titles", { query: "Thief", year: 1981 }]], [["add_movie", { tmdbId: 4 }]]])
    assert.include(answer, "Thief (1981) is in Radarr now: it is monitored and a search for a release has started.")
  })

  it("says so where the write is refused, fails or has nothing to add", () => {
    const add = (result: unknown) =>
      play("Please add Thief to Radarr", { ...household, add_movie: () => result }).answer
    assert.match(add({ type: "execution-denied", reason: "the user said no" }), /was not added\.\nthe user said no/)
    assert.match(
      add({ _tag: "MediaError", message: "Thief is in Radarr already." }),
      /was not added\.\n.*in Radarr already/
    )
    assert.match(add(17), /was not added\.\n.*could not be read/)
    const nothing = play("Add Nonesuch to Radarr")
    assert.strictEqual(nothing.steps.length, 1)
    assert.match(nothing.answer, /not added anything.*Nonesuch/)
  })
})

describe("what cannot be had", () => {
  it("a tool that is not offered is named, never called", () => {
    const { answer, steps } = play("What's on deck?", household, { offered: ["library_search"] })
    assert.deepStrictEqual(steps, [])
    assert.include(answer, "I cannot reach Plex's on-deck list")
  })

  it("what is left is still asked and answered", () => {
    const offered = Object.keys(household).filter((name) => name !== "library_search")
    const { answer, steps } = play("Find me action movies from 1970-2010", household, { offered })
    assert.deepStrictEqual(
      steps.flat().map(([name]) => name),
      ["discover_titles"]
    )
    assert.include(answer, "Thief (1981)")
    assert.include(answer, "I cannot reach the Plex library")
  })

  it("a failed result is told by its message, and the rest still answers", () => {
    const nolan = "Which Michael Mann films do I own but haven't watched, and which ones am I missing?"
    const { answer } = play(nolan, failing("person_filmography"))
    assert.include(answer, "I could not read the filmography: person_filmography is out.")
    assert.include(answer, "Heat (1995)")
    assert.include(play("Search for Heat", failing("title_details")).answer, "title_details is out.")
    assert.include(play("Search for Heat", failing("title_details")).answer, "Heat (1995): rated 8.3")
  })

  it("a part of a list that is missing is told", () => {
    const problem = "Sonarr is not reachable at its address."
    const partial: Handlers = {
      ...household,
      download_queue: () => list([], { problem }),
      search_titles: () => list([heat], { problem }),
      discover_titles: () => list([thief], { problem })
    }
    assert.include(play("What's downloading right now?", partial).answer, problem)
    assert.include(play("Search for Heat", partial).answer, problem)
    assert.include(play("something like Heat", partial).answer, problem)
    assert.include(play("popular movies I don't have", partial).answer, problem)
  })

  it("any result at all is survived", () => {
    const questions = [
      "Show me recent movies",
      "What's on deck in Plex?",
      "Search for Heat",
      "What's downloading right now?",
      "Find me horror movies from 2020-2023",
      "all movies I haven't watched",
      "something similar to Heat",
      "popular movies I don't have",
      "Which Michael Mann films am I missing?",
      "Add Heat to Radarr"
    ]
    for (const result of [
      null,
      3,
      "out of order",
      [],
      {},
      { items: [] },
      { total: 1, items: [{}] },
      { error: "boom" },
      undefined
    ]) {
      const handlers = Object.fromEntries(Object.keys(household).map((name) => [name, () => result]))
      for (const question of questions) {
        const { answer } = play(question, handlers)
        assert.match(answer, /could not|not added|boom|out of order/, `${question} with ${JSON.stringify(result)}`)
      }
    }
  })

  it("empty lists are said to be empty", () => {
    const empty: Handlers = Object.fromEntries(Object.keys(household).map((name) => [name, () => list([])]))
    assert.match(play("What's downloading right now?", empty).answer, /Nothing is downloading/)
    assert.match(play("What's on deck?", empty).answer, /Nothing is on deck/)
    assert.match(play("List my unwatched movies", empty).answer, /no unwatched movies/)
    assert.match(play("Show me recent movies", empty).answer, /no movies in the Plex library/)
    assert.match(play("Search for Heat", empty).answer, /found nothing named Heat/)
    assert.match(play("horror movies from 2021", empty).answer, /I found 0 horror movies from 2021/)
  })

  it("without leave to call it answers from what it has", () => {
    const { answer, steps } = play("Show me recent movies", household, { toolChoice: "none" })
    assert.deepStrictEqual(steps, [])
    assert.include(answer, "told to answer without further calls")
  })

  it("an unknown question gets an honest sentence and what can be asked", () => {
    const { answer, steps } = play("What is the meaning of life?")
    assert.deepStrictEqual(steps, [])
    assert.include(answer, "follows written rules only")
  })
})

describe("what the conversation already holds", () => {
  const call = (id: string, name: string, input: Input): Conversation.Item => ({
    _tag: "Call",
    id,
    name,
    inputText: JSON.stringify(input)
  })
  const result = (callId: string, value: unknown): Conversation.Item => ({
    _tag: "Result",
    callId,
    text: JSON.stringify(value)
  })
  const speaking = (...items: ReadonlyArray<Conversation.Item>) =>
    speak(script, Conversation.view({ items, tools: Object.keys(household), toolChoice: "auto", toolsText: "" }))

  it("is not asked for again, whoever asked for it", () => {
    const filters = { minRating: 7, yearTo: 2010, yearFrom: 1970 }
    const spoken = speaking(
      { _tag: "User", text: "Find me action movies from 1970-2010 rated at least 7" },
      call("foreseen", "discover_titles", { genres: ["Action"], ...filters }),
      result("foreseen", list([thief]))
    )
    assert.deepStrictEqual(
      spoken.calls.map((call) => call.name),
      ["library_search"]
    )
  })

  it("is asked for again by a later question", () => {
    const spoken = speaking(
      { _tag: "User", text: "What's on deck?" },
      call("c1", "on_deck", {}),
      result("c1", list([])),
      { _tag: "Assistant", text: "Nothing." },
      { _tag: "User", text: "And what's on deck now?" }
    )
    assert.deepStrictEqual(
      spoken.calls.map((call) => call.name),
      ["on_deck"]
    )
  })
})

describe("answers", () => {
  const many = (from: number) =>
    Array.from({ length: 14 }, (_, index) =>
      title(`Film ${from + index}`, 2020 + (index % 4), from + index, {
        genres: ["Horror", "Action"],
        runtimeMinutes: 100 + index
      })
    )
  const plenty: Handlers = {
    ...household,
    library_search: () => list(many(100)),
    discover_titles: () => list(many(200).map((item) => ({ ...item, ...unowned }))),
    person_filmography: () => list([...many(100), ...many(200).map((item) => ({ ...item, ...unowned }))])
  }
  const simple = [
    "Show me recent movies",
    "What's on deck in Plex?",
    "List my unwatched movies",
    "Search for Heat",
    "What's downloading right now?"
  ]
  const complex = [
    "Find me horror movies from 2020-2023 with rating above 7.0",
    "Show me all the action movies in my Plex library that I haven't watched yet",
    "Recommend something similar to Heat but more recent",
    "What are the most popular movies from 2023 that I don't have?",
    "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?"
  ]
  const least = (questions: ReadonlyArray<string>, tokens: number) => {
    for (const question of questions) {
      const { answer } = play(question, plenty)
      assert.isAtLeast(tokenCount(answer), tokens, `${question}: ${answer}`)
      assert.isBelow(tokenCount(answer), 500, question)
      const lines = answer.split("\n").filter((line) => !/^and \d+ more\.$/.test(line))
      assert.strictEqual(new Set(lines).size, lines.length, "no line is said twice")
    }
  }

  it("are as long as a person would want", () => {
    least(simple, 60)
    least(complex, 120)
  })

  it("are the same for the same conversation", () => {
    for (const question of [...simple, ...complex]) assert.deepStrictEqual(play(question), play(question))
  })
})
