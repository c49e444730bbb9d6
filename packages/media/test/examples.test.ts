/** The questions by which tools are found, with the bundles as an agent offers them. */
import { Cache } from "@callsheet/cache/Cache"
import * as ToolOffer from "@callsheet/core/foresee/ToolOffer"
import { Examples } from "@callsheet/core/schedule/Annotations"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"

import { bundles } from "../src/Bundles.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import * as DemoHousehold from "./demoHousehold.ts"

const Household = Layer.provide(DemoHousehold.layer(), [DemoServices.layer({ delays: "none" }), Cache.layerMemory()])

const examples = Effect.map(MediaToolkit, ({ tools }) =>
  Object.values(tools).map(({ annotations, name }) => ({ name, questions: Context.get(annotations, Examples) }))
)

layer(Household)("Examples", (it) => {
  it.effect("are a few of each tool, and of no other", () =>
    Effect.gen(function* () {
      const all = yield* examples
      for (const { name, questions } of all) {
        assert.isAtLeast(questions.length, 2, name)
        assert.isAtMost(questions.length, 5, name)
      }
      const questions = all.flatMap(({ questions }) => questions)
      assert.strictEqual(new Set(questions).size, questions.length)
    })
  )

  it.effect("get their tool offered, or found", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const open = ToolOffer.make(bundles)
      for (const { name, questions } of yield* examples) {
        for (const question of questions) {
          const { find, selection } = yield* open(tools, question, [])
          const found = Object.hasOwn(selection.tools, name) ? [] : (find?.(question).tools ?? [])
          const has = Object.hasOwn(selection.tools, name) || found.some((tool) => tool.name === name)
          assert.isTrue(has, `${name}: ${question} (${selection.bundle}: ${found.map(({ name }) => name).join(", ")})`)
        }
      }
    })
  )

  it.effect("are no more than a beginning: the same in other words gets a bundle with the tool", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const open = ToolOffer.make(bundles)
      const asked = [
        ["library_item", "does Heat have German subtitles in our library?"],
        ["similar_in_library", "what do I have that's like Heat?"],
        ["library_collections", "list my collections"],
        ["playlists", "which playlists exist?"],
        ["now_playing", "is anyone streaming?"],
        ["watch_history", "when did we last watch Heat?"],
        ["rate_title", "give Heat 9 out of 10"],
        ["trending_titles", "what's trending today?"],
        ["person_details", "how old is Tom Hanks?"],
        ["where_to_watch", "is Dune on Netflix?"],
        ["collection_titles", "what's the sequel of Top Gun?"],
        ["release_calendar", "when does the next episode of Lost air?"],
        ["wanted_titles", "what is below cutoff?"],
        ["download_history", "why did the download of Tenet fail?"],
        ["blocklist", "which releases are blocked?"],
        ["media_health", "are my indexers working?"],
        ["remove_download", "cancel the Dune download"],
        ["unblock_releases", "allow that release again"],
        ["search_downloads", "find a better version of Alien"],
        ["managed_titles", "what are the biggest films on disk?"],
        ["series_episodes", "list season 2 of Andor"],
        ["download_options", "what quality profiles do I have?"],
        ["change_monitoring", "unmonitor season 4 of The Office"],
        ["edit_title", "move Akira to the anime folder"],
        ["delete_title", "delete The Office with all its files"],
        ["add_series", "get the show Dark for us"],
        ["library_search", "which comedies do I own?"],
        ["on_deck", "what can I continue watching?"],
        ["title_details", "who directed Heat?"],
        ["download_queue", "how far is the Dune download?"]
      ] as const
      for (const [name, question] of asked) {
        const { selection } = yield* open(tools, question, [])
        assert.isDefined(selection.bundle, question)
        assert.isTrue(Object.hasOwn(selection.tools, name), question)
      }
    })
  )
})
