/** What wishes make of calls whose tools would say more than was asked for. */
import { settle } from "@callsheet/cache/testing/upstream"
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"

import { callTool } from "../callTool.ts"
import * as Household from "./household.ts"

/** The words of the wish at `index` of `question`, for a call. */
const words = Effect.fnUntraced(function* (
  question: string,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  index = 0
) {
  const { analysis } = yield* Household.route(question)
  const wish = analysis.wishes[index] ?? assert.fail(`There is no wish in ${question}`)
  assert.include(wish.tools, name, question)
  const { value } = yield* settle(callTool(name, parameters))
  return wish.words?.(name, { parameters, result: value })
})

const whiplash = "Whiplash (2014) is in your Plex library, watched."

layer(Household.layer())("Narrowing", (it) => {
  it.effect("answers a yes or no of a title by yes or no", () =>
    Effect.gen(function* () {
      const search = { query: "Her" }
      assert.match((yield* words("Do I have Her?", "search_titles", search)) ?? "", /^(Yes|No): Her \(2013\) is /)
      const both = "Do I have Whiplash and Barbie?"
      assert.strictEqual(yield* words(both, "search_titles", { query: "Whiplash" }), `Yes: ${whiplash}`)
      assert.strictEqual(
        yield* words(both, "search_titles", { query: "Barbie" }, 1),
        "No: Barbie (2023) is not in your Plex library."
      )
      // Whichever the model asked for first.
      assert.strictEqual(yield* words(both, "search_titles", { query: "Whiplash" }, 1), `Yes: ${whiplash}`)
      assert.strictEqual(yield* words(both, "library_search", { title: "Whiplash" }), `Yes: ${whiplash}`)
      assert.strictEqual(yield* words("Haven't I seen Whiplash?", "search_titles", { query: "Whiplash" }), whiplash)
    })
  )

  it.effect("gives of what is under way only what has begun, where only that is asked for", () =>
    Effect.gen(function* () {
      const question = "What am I in the middle of watching, and which downloads are active?"
      const deck = (yield* words(question, "on_deck", {})) ?? ""
      assert.include(deck, "titles begun and not finished on deck in Plex:")
      assert.notInclude(deck, "not begun")
      const queue = (yield* words(question, "download_queue", {}, 1)) ?? ""
      assert.include(queue, "running downloads in the queue:")
      assert.notMatch(queue, /: (?!downloading)\w+, \d+% done/)
      assert.isUndefined(yield* words("what's on deck and what's downloading?", "on_deck", {}))
    })
  )

  it.effect("leaves a list that is cut to the model where it does not tell what has begun", () =>
    Effect.gen(function* () {
      const { answerable } = yield* Household.route("what have I started but not finished?")
      assert.include((yield* Household.answer("what have I started but not finished?")) ?? "", "begun and not finished")
      const { value } = yield* settle(callTool("on_deck", { limit: 2 }))
      assert.isUndefined(answerable?.render([{ ok: true, value }]))
    })
  )

  it.effect("counts the downloads of the state that is asked for, and leaves it to the model which one is meant", () =>
    Effect.gen(function* () {
      const Queue = Schema.Struct({ items: Schema.Array(Schema.Struct({ status: Schema.String })) })
      const { value } = yield* settle(callTool("download_queue", {}))
      const { items } = yield* Schema.decodeUnknownEffect(Queue)(value)
      const running = items.filter(({ status }) => status === "downloading").length
      assert.isBelow(running, items.length)
      for (const state of ["active", "running"]) {
        const said = (yield* Household.answer(`how many downloads are ${state}?`)) ?? ""
        assert.match(said, new RegExp(`^${running} running downloads in the queue:`))
      }
      for (const question of [
        "how many downloads are queued",
        "how many downloads are pending",
        "how many movies are queued"
      ]) {
        assert.isUndefined(yield* Household.answer(question), question)
      }
    })
  )
})
