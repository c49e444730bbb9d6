/** How the results of tools are worded, whoever called them. */
import { settle } from "@callsheet/cache/testing/upstream"
import { Renderer } from "@callsheet/core/schedule/Annotations"
import { films, filmDownloads, episodeDownloads, isOwned } from "@callsheet/testkit/demo/DemoLibrary"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Schema } from "effect"
import { Tool } from "effect/ai"

import { MediaToolkit } from "../../src/MediaToolkit.ts"
import { callTool } from "../callTool.ts"
import * as Household from "./household.ts"

const words = Effect.fnUntraced(function* (name: string, parameters: Readonly<Record<string, unknown>>) {
  const { tools } = yield* MediaToolkit
  const render = Context.get(tools[name]?.annotations ?? Context.empty(), Renderer)
  const { value } = yield* settle(callTool(name, parameters))
  return render?.({ parameters, result: value })
})

layer(Household.layer())("Renderers", (it) => {
  it.effect("are of tools that only read", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const rendered = Object.values(tools).filter(
        ({ annotations }) => Context.get(annotations, Renderer) !== undefined
      )
      assert.isAtLeast(rendered.length, 8)
      for (const { annotations, name } of rendered) assert.isTrue(Context.get(annotations, Tool.Readonly), name)
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
        yield* words("library_search", { genre: "Horror", yearFrom: 2090, person: null, title: "" }),
        "There are no horror movies since 2090 in your Plex library."
      )
      assert.strictEqual(
        yield* words("search_titles", { query: "Blorptastic" }),
        "TMDb knows no title like Blorptastic."
      )
      assert.strictEqual(
        yield* words("recommend_titles", { tmdbId: 603, yearFrom: 2090 }),
        "There are no titles like The Matrix (1999) since 2090 on TMDb."
      )
    })
  )

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
      assert.include((yield* words("search_titles", { query: "Heat" })) ?? "", "A part is missing: ")
    })
  )
})
