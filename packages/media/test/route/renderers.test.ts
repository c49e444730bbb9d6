/** How the results of tools are worded, whoever called them. */
import { settle } from "@callsheet/cache/testing/upstream"
import { Renderer } from "@callsheet/core/schedule/Annotations"
import {
  episodeDownloads,
  filmDownloads,
  films,
  isInSonarr,
  isOwned,
  series
} from "@callsheet/testkit/demo/DemoLibrary"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Predicate, Schema } from "effect"
import { Tool } from "effect/ai"

import { MediaToolkit } from "../../src/MediaToolkit.ts"
import * as Answers from "../../src/route/Answers.ts"
import { callTool } from "../callTool.ts"
import * as Household from "./household.ts"

/** By tool: what it is called with, and what it is then heard to say. */
const tried: Readonly<Record<string, ReadonlyArray<readonly [Readonly<Record<string, unknown>>, string]>>> = {
  library_search: [[{ limit: 5 }, "in your Plex library, by title:"]],
  on_deck: [[{}, "on deck in Plex:"]],
  search_titles: [[{ query: "Heat" }, "named like Heat on TMDb:"]],
  title_details: [[{ tmdbId: 603 }, "Directed by Lana Wachowski"]],
  person_filmography: [[{ name: "Christopher Nolan" }, "by or with Christopher Nolan on TMDb"]],
  discover_titles: [[{ genres: ["Thriller"] }, "thriller movies on TMDb"]],
  recommend_titles: [[{ tmdbId: 603 }, "titles like The Matrix (1999)"]],
  download_queue: [[{}, "downloads in the queue:"]],
  library_overview: [
    [{}, `Movies: ${films.filter(isOwned).length} films, `],
    [{ kind: "movie", by: "genre" }, "\n- Action: "],
    [{ kind: "series", by: "decade" }, "\n- 2010s: "]
  ],
  library_item: [
    [{ title: "Dune: Part Two" }, "Dune: Part Two (2024) is in Movies since 2025-03-04: not watched.\n- 4K HDR10, "],
    [
      { title: "Dune: Part Two" },
      ", 26.2 GB\n  sound: English (EAC3 5.1)\n  subtitles: English (SRT) and French (SRT)\n"
    ],
    [{ title: "Dune: Part Two", extras: true }, "\n2 extras:\n- Trailer, 1.9 min\n- Behind the scenes, "],
    [
      { title: "Severance" },
      "is in TV Shows since 2023-08-01: 15 of 16 episodes watched.\nPlayed 15 times, last on 2025-03-09."
    ]
  ],
  similar_in_library: [
    [{ title: "Heat" }, "titles like Heat (1995) in your Plex library, most alike first:\n- The Godfather"]
  ],
  library_collections: [
    [{}, "\n- The Matrix Collection: 3 films\n"],
    [
      { collection: "The Matrix Collection" },
      "3 titles in the collection The Matrix Collection:\n- The Matrix (1999): "
    ]
  ],
  playlists: [
    [{}, "3 playlists in Plex:\n- Friday Fright: 8 titles\n- Under Two Hours: 36 titles, filled by a search\n"],
    [{ playlist: "Friday Fright" }, "8 titles in the playlist Friday Fright:\n- Alien (1979): 117 min, watched\n"],
    [{ playlist: "Pilots to Try" }, "\n- Twin Peaks S01E01, Episode 1: 47 min, unwatched\n"]
  ],
  now_playing: [
    [
      {},
      "2 streams in Plex right now:\n- Household watches RRR on Living room: paused, 45% played, 103 min left, not transcoded\n"
    ],
    [
      { detail: "full" },
      ", transcoded, Plex for Android (Mobile), video transcode, audio transcode, away from home, 4.0 Mbit/s"
    ]
  ],
  watch_history: [
    [{ limit: 2 }, "plays in Plex, last first:\n- 2025-03-09: Severance S02E06, Episode 6\n"],
    [
      { title: "Severance", detail: "full" },
      "15 plays of Severance (2022) in Plex, last first (times are UTC):\n- 2025-03-09 20:"
    ]
  ],
  trending_titles: [
    [{ list: "trending_today" }, "films trending today on TMDb"],
    [{ list: "upcoming" }, "films coming to cinemas on TMDb:\n- 2025-04-16: Sinners (2025): "],
    [{ list: "on_the_air" }, "series on the air these days on TMDb"]
  ],
  person_details: [
    [
      { name: "Christopher Nolan" },
      "Christopher Nolan: known for directing, born on 1970-07-30 in London, England, UK.\n"
    ],
    [{ name: "Christopher Nolan" }, "Best known titles:\n- Inception (2010): "]
  ],
  where_to_watch: [
    [{ tmdbId: 603 }, "Where The Matrix (1999) is offered in US, says JustWatch:\n- by subscription: "],
    [{ tmdbId: 603, country: "gb" }, "in GB"]
  ],
  collection_titles: [
    [
      { name: "The Matrix" },
      "The Matrix Collection: 4 films, 3 of them in your library, in order of release:\n- The Matrix (1999): "
    ],
    [
      { name: "The Matrix", owned: false },
      "The Matrix Collection: 1 of 4 films is not in your library, in order of release:\n"
    ]
  ],
  release_calendar: [
    [{ from: "2025-03-10", to: "2025-03-20" }, "\n2025-03-14\n- Severance S02E09, Episode 9: on the air\n"]
  ],
  wanted_titles: [
    [{ limit: 5 }, "monitored titles without a file:\n- Alien: Romulus (2024): release 2024-10-12\n"],
    [
      { why: "cutoff", kind: "movie" },
      "monitored films below the quality that is wanted:\n- A Quiet Place (2018): release 2018-06-02, Bluray-720p is there\n"
    ]
  ],
  download_history: [
    [
      { limit: 4 },
      "entries in the download history, newest first (times are UTC):\n- 2025-03-10 19:25: The Creator: grabbed, Bluray-1080p\n"
    ],
    [{ event: "failed" }, "failed downloads in the download history, newest first"],
    [{ kind: "series", tmdbId: 95396 }, "entries in the download history of Severance, newest first"]
  ],
  blocklist: [
    [{}, "releases on the blocklist, last barred first (times are UTC):\n- 2025-03-04 14:14: Dune: Part Two: "]
  ],
  managed_titles: [
    [
      { limit: 4 },
      "titles in Radarr or Sonarr, by title:\n- 1917 (2019): film, monitored, downloaded, 10.4 GB, released\n"
    ],
    [{ kind: "series", title: "Severance", detail: "full" }, ": monitored, 16 of 17 episodes downloaded, "]
  ],
  series_episodes: [
    [
      { tmdbId: 95396 },
      "\nSeason 2: 7 of 10 episodes downloaded, 26.9 GB, monitored\n- S02E01, Episode 1: 2025-01-17, downloaded\n"
    ]
  ],
  media_health: [
    [{}, "\n- warning: Indexers unavailable due to failures: Second Demo Indexer\n- /config: 41.0 GB free of 64.0 GB\n"]
  ],
  download_options: [
    [{}, "Radarr:\n- quality profiles: Any, HD-1080p and Ultra-HD\n- root folders: /media/movies (2.4 TB free) and "]
  ]
}

/** The numbers and keys by which tools know things, but for those so short that they may be of something else too. */
const keysIn = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(keysIn)
  if (!Predicate.isObject(value)) return []
  return Object.entries(value).flatMap(([name, part]) =>
    /(Id|Key|^id|^key)$/.test(name) && `${part}`.length > 4 ? [`${part}`] : keysIn(part)
  )
}

/** How much is told of what a call finds; of the page after the first see below. */
const untold = new Set(["limit", "detail", "cursor"])

/** Whether what is listed is other with it: an empty list is the same in any order, and counted in any way. */
const arranging = new Set(["sort", "by"])

interface Telling {
  readonly call: Readonly<Record<string, unknown>>
  readonly told: Readonly<Record<string, string>>
}

/** By tool: what of its result tells which parameter, and how it is called for that. */
const toldByResult: Readonly<Record<string, Telling>> = {
  title_details: { call: { tmdbId: 603 }, told: { tmdbId: "The Matrix", kind: "The Matrix" } },
  person_filmography: { call: { name: "Christopher Nolan" }, told: { name: "Christopher Nolan" } },
  recommend_titles: { call: { tmdbId: 603 }, told: { tmdbId: "The Matrix", kind: "The Matrix" } },
  library_overview: { call: {}, told: { kind: "TV Shows" } },
  library_item: {
    call: { title: "Dune: Part Two", extras: true },
    told: { title: "Dune: Part Two", ratingKey: "Dune: Part Two", extras: "Behind the scenes" }
  },
  similar_in_library: { call: { title: "Heat" }, told: { title: "Heat", ratingKey: "Heat" } },
  library_collections: {
    call: { collection: "The Matrix Collection" },
    told: { collection: "The Matrix Collection" }
  },
  playlists: { call: { playlist: "Friday Fright" }, told: { playlist: "Friday Fright" } },
  watch_history: {
    call: { title: "severanc" },
    told: { title: "Severance (2022)", ratingKey: "Severance (2022)" }
  },
  person_details: { call: { name: "Christopher Nolan" }, told: { name: "Christopher Nolan" } },
  where_to_watch: { call: { tmdbId: 603 }, told: { tmdbId: "The Matrix", kind: "The Matrix", country: "US" } },
  collection_titles: {
    call: { name: "The Matrix" },
    told: { name: "The Matrix Collection", tmdbId: "The Matrix Collection" }
  },
  download_history: {
    call: { kind: "series", tmdbId: 95396 },
    told: { tmdbId: "Severance", tvdbId: "Severance", kind: "Severance" }
  },
  series_episodes: { call: { tmdbId: 95396 }, told: { tmdbId: "Severance", tvdbId: "Severance" } }
}

/** For these there are no words. */
const unworded = ["discover_titles minVotes", "library_search hdr", "library_search resolution"]

/** What of each other parameter is tried: none of it goes without saying. */
const values: Readonly<Record<string, ReadonlyArray<unknown>>> = {
  by: ["genre"],
  downloaded: [true, false],
  event: ["failed"],
  from: ["2025-03-02"],
  genre: ["Horror"],
  genres: [["Horror"]],
  hdr: [true, false],
  kind: ["series"],
  list: ["popular"],
  minRating: [7],
  minVotes: [50],
  monitored: [true, false],
  owned: [true, false],
  person: ["Jodie Foster"],
  query: ["Dune"],
  resolution: ["4k"],
  role: ["director", "actor"],
  season: [1],
  sort: ["rating"],
  "managed_titles sort": ["size"],
  title: ["heat"],
  to: ["2025-03-30"],
  unmonitored: [true],
  watched: [true, false],
  why: ["cutoff"],
  year: [1995],
  yearFrom: [1990],
  yearTo: [1999]
}

const words = Effect.fnUntraced(function* (name: string, parameters: Readonly<Record<string, unknown>>) {
  const { tools } = yield* MediaToolkit
  const render = Context.get(tools[name]?.annotations ?? Context.empty(), Renderer)
  const { value } = yield* settle(callTool(name, parameters))
  return render?.({ parameters, result: value })
})

layer(Household.layer())("Renderers", (it) => {
  it.effect("are of every tool that only reads, and of none that writes", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const named = (isRight: (tool: Tool.Any) => boolean) =>
        Object.values(tools)
          .filter(isRight)
          .map(({ name }) => name)
          .toSorted()
      const reading = named(({ annotations }) => Context.get(annotations, Tool.Readonly))
      assert.deepStrictEqual(
        named(({ annotations }) => Context.get(annotations, Renderer) !== undefined),
        reading
      )
      assert.deepStrictEqual(Object.keys(tried).toSorted(), reading)
    })
  )

  it.effect("word what each tool gives, and show no number or key that only tools take", () =>
    Effect.gen(function* () {
      for (const [name, calls] of Object.entries(tried)) {
        for (const [parameters, expected] of calls) {
          const { isFailure, text, value } = yield* settle(callTool(name, parameters))
          assert.isFalse(isFailure, text)
          const said = (yield* words(name, parameters)) ?? assert.fail(`${name} says nothing of ${text}`)
          assert.include(said, expected, name)
          assert.notMatch(said, /undefined|NaN|\[object|\bnull\b/, name)
          const shown = new Set(said.split(/[^\p{L}\p{N}]+/u))
          for (const key of keysIn(value)) assert.isFalse(shown.has(key), `${name} shows ${key}: ${said}`)
        }
      }
    })
  )

  it.effect("begin a list with what it is of, and end it with how much is left out", () =>
    Effect.gen(function* () {
      const firstAndLast = Effect.fnUntraced(function* (name: string, parameters: Readonly<Record<string, unknown>>) {
        const all = ((yield* words(name, parameters)) ?? "").split("\n")
        return [all[0], all.at(-1)]
      })
      assert.deepStrictEqual(yield* firstAndLast("similar_in_library", { title: "Heat", watched: false, limit: 3 }), [
        "16 unwatched titles like Heat (1995) in your Plex library, most alike first:",
        "and 13 more."
      ])
      assert.deepStrictEqual(yield* firstAndLast("library_collections", { limit: 2 }), [
        "13 collections in Plex:",
        "and 11 more."
      ])
      assert.deepStrictEqual(yield* firstAndLast("release_calendar", { from: "2025-03-10", limit: 2 }), [
        "6 monitored releases in the two weeks from 2025-03-10 on:",
        "and 4 more."
      ])
      assert.deepStrictEqual(yield* firstAndLast("wanted_titles", { kind: "series", limit: 1 }), [
        "5 monitored episodes without a file:",
        "and 4 more."
      ])
      assert.deepStrictEqual(yield* firstAndLast("series_episodes", { tmdbId: 95396, limit: 1 }), [
        "Severance (2022) is monitored in Sonarr, continuing. 19 episodes:",
        "and 18 more episodes."
      ])
      const shows = series.filter(isInSonarr).length
      assert.deepStrictEqual(yield* firstAndLast("managed_titles", { kind: "series", sort: "size", limit: 1 }), [
        `${shows} series in Sonarr, largest first:`,
        `and ${shows - 1} more.`
      ])
      // Whoever asks for a chart asks for its top, not for all of TMDb; what is looked through for more is not counted.
      const chart = { list: "trending_week", limit: 2 }
      assert.match(
        (yield* words("trending_titles", chart)) ?? "",
        /^The first 2 of \d+ films trending this week on TMDb:\n/
      )
      assert.match(
        (yield* words("trending_titles", { ...chart, owned: false })) ?? "",
        /^The first 2 films trending this week on TMDb, not in your library:\n/
      )
    })
  )

  it.effect("say what the call asked for, how much there is in all, and what is known of each", () =>
    Effect.gen(function* () {
      const nolan = { name: "Christopher Nolan", role: "director" }
      const all = (yield* words("person_filmography", nolan)) ?? ""
      assert.include(all, "movies directed by Christopher Nolan on TMDb, newest first:")
      assert.match(all, /^- Tenet \(2020\): rated [\d.]+, .+, in your library, unwatched$/m)
      assert.include(
        (yield* words("person_filmography", { ...nolan, owned: false })) ?? "",
        "movies directed by Christopher Nolan that are not in your library, newest first:"
      )
      const owned = films.filter(isOwned).length
      assert.include((yield* words("library_search", { limit: 5 })) ?? "", `and ${owned - 5} more.`)
      assert.include(
        (yield* words("discover_titles", { genres: ["Thriller"], yearFrom: 1990, yearTo: 1999, minRating: 8 })) ?? "",
        "thriller movies from 1990 to 1999 rated 8 or more on TMDb, most popular first:"
      )
      assert.include(
        (yield* words("recommend_titles", { tmdbId: 603, yearFrom: 2000 })) ?? "",
        "titles like The Matrix (1999) since 2000 on TMDb, the nearest first:"
      )
      assert.include((yield* words("title_details", { tmdbId: 603 })) ?? "", "Directed by Lana Wachowski")
      assert.include(
        (yield* words("download_queue", { limit: 1 })) ?? "",
        `and ${filmDownloads.length + episodeDownloads.length - 1} more.`
      )
      assert.include((yield* words("on_deck", { limit: 1 })) ?? "", "on deck in Plex:")
    })
  )

  it.effect("say plainly that there is nothing, and take null for what is left out", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* words("library_search", { yearFrom: 2090, person: null, title: "" }),
        "There are no movies since 2090 in your Plex library."
      )
      // The best rated are those of which there are votes enough: that there are none of them says nothing of all others.
      assert.isUndefined(yield* words("discover_titles", { sort: "rating", yearFrom: 2090 }))
      const nothing = {
        watch_history: [{ from: "2090-01-01" }, "Nothing was watched in Plex from 2090-01-01 on."],
        release_calendar: [
          { from: "2090-01-01", to: "2090-01-07", kind: "movie" },
          "No monitored film comes out from 2090-01-01 to 2090-01-07."
        ],
        managed_titles: [
          { title: "Blorptastic", downloaded: false },
          "There are no titles named like Blorptastic in Radarr or Sonarr that are not downloaded."
        ],
        download_history: [{ event: "ignored" }, "There are no ignored downloads in the download history."],
        series_episodes: [
          { tmdbId: 95396, season: 1, downloaded: false },
          "Severance (2022) is monitored in Sonarr, continuing. No episodes of season 1, not downloaded."
        ],
        where_to_watch: [
          { tmdbId: 603, country: "ZZ" },
          "JustWatch knows no service that offers The Matrix (1999) in ZZ."
        ],
        collection_titles: [
          { name: "John Wick", owned: false },
          "John Wick Collection: 0 of 4 films are not in your library."
        ]
      } as const
      for (const [name, [parameters, sentence]] of Object.entries(nothing)) {
        assert.include((yield* words(name, parameters)) ?? "", sentence, name)
      }
    })
  )

  it.effect("say every parameter, or leave the result to the model", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const left = new Set<string>()
      for (const [name, [[first] = [{}]]] of Object.entries(tried)) {
        const tool = tools[name] ?? assert.fail(name)
        const render = Context.get(tool.annotations, Renderer) ?? assert.fail(name)
        const { call, told }: Telling = toldByResult[name] ?? { call: first, told: {} }
        const { value } = yield* settle(callTool(name, call))
        const full = yield* Schema.decodeUnknownEffect(Schema.Record(Schema.String, Schema.Unknown))(value)
        const empty = { ...full, total: 0, items: [], nextCursor: null }
        const { properties } = Tool.getJsonSchema(tool)
        const parameters = Predicate.isObject(properties) ? Object.keys(properties) : []

        /** What is said of `result` where the parameter has a value of its own, and of that value. */
        const said = (parameter: string, result: Readonly<Record<string, unknown>>) => {
          const what = `${name} ${parameter}`
          const telling = told[parameter]
          if (telling !== undefined) {
            const text = JSON.stringify(result).replaceAll(JSON.stringify(telling), '"Xyzzy"')
            return [{ words: render({ parameters: call, result: JSON.parse(text) }), isSaid: /Xyzzy/ }]
          }
          const tellings = values[what] ?? values[parameter] ?? assert.fail(`${what} is not tried`)
          const unsaid = render({ parameters: call, result })
          return tellings.map((value) => {
            const words = render({ parameters: { ...call, [parameter]: value }, result })
            if (words === undefined && result === full) left.add(what)
            return { words, isSaid: words === unsaid ? /(?!)/ : /./ }
          })
        }
        for (const parameter of parameters) {
          if (untold.has(parameter)) continue
          for (const { isSaid, words } of said(parameter, full)) {
            if (words !== undefined) assert.match(words, isSaid, `${name} ${parameter}`)
          }
          if (!("items" in full) || arranging.has(parameter)) continue
          for (const { isSaid, words } of said(parameter, empty)) {
            if (words !== undefined) assert.match(words, isSaid, `${name} ${parameter} of nothing`)
          }
        }
      }
      assert.deepStrictEqual([...left].toSorted(), unworded)
    })
  )

  it.effect("leave it to the model what was not found by a name", () =>
    Effect.gen(function* () {
      for (const [name, parameters] of [
        ["library_search", { title: "Blorptastic" }],
        ["library_search", { person: "Christopher Nolan", yearFrom: 2090 }],
        ["library_search", { genre: "Horror", yearFrom: 2090 }],
        ["search_titles", { query: "Blorptastic" }],
        ["recommend_titles", { tmdbId: 603, yearFrom: 2090 }]
      ] as const) {
        const { isFailure } = yield* settle(callTool(name, parameters))
        assert.isFalse(isFailure)
        assert.isUndefined(yield* words(name, parameters), name)
      }
    })
  )

  it("name the part that is missing also of a library where nothing was found", () => {
    const list = { items: [], total: 0, nextCursor: null, problem: "Plex did not answer." }
    for (const intent of ["titles", "count"] as const) {
      assert.include(
        Answers.fromLibrary({ intent, entities: [] }, "movie", list),
        "A part is missing: Plex did not answer."
      )
    }
  })

  it.effect("leave a page after the first to the model", () =>
    Effect.gen(function* () {
      const { value } = yield* settle(callTool("library_search", { limit: 5 }))
      const { nextCursor } = yield* Schema.decodeUnknownEffect(Schema.Struct({ nextCursor: Schema.String }))(value)
      assert.isUndefined(yield* words("library_search", { limit: 5, cursor: nextCursor }))
    })
  )
})

layer(Household.layer({ PLEX_BASE_URL: "http://127.0.0.1:1" }))("Renderers without Plex's answers", (it) => {
  it.effect("say what is missing", () =>
    Effect.gen(function* () {
      const asked = [
        ["search_titles", { query: "Heat" }],
        ["trending_titles", { list: "popular" }],
        ["collection_titles", { name: "The Matrix" }]
      ] as const
      for (const [name, parameters] of asked) {
        const said = (yield* words(name, parameters)) ?? ""
        assert.include(said, "A part is missing: ", name)
        assert.notInclude(said, "your library", name)
      }
    })
  )
})

layer(Household.layer({ SONARR_BASE_URL: "http://127.0.0.1:1" }))("Renderers without Sonarr's answers", (it) => {
  it.effect("say what is missing", () =>
    Effect.gen(function* () {
      for (const name of ["release_calendar", "download_options"])
        assert.include((yield* words(name, {})) ?? "", "A part is missing: ", name)
      assert.match((yield* words("media_health", {})) ?? "", /^Radarr 5[^]*^Sonarr: Sonarr /m)
    })
  )
})
