/** Which questions rules may still answer where something was said before them. */
import { decide, following } from "@callsheet/core/foresee/Route"
import * as Questions from "@callsheet/testkit/Questions"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { MediaToolkit } from "../../src/MediaToolkit.ts"
import * as Household from "./household.ts"

/** How a question is answered in a conversation, and what it may be made of without a model's word. */
const goesOn = Effect.fnUntraced(function* (question: string) {
  const { analysis } = yield* Household.route(question)
  const left = following(analysis)
  const { tools } = yield* MediaToolkit
  return { route: decide(left, tools).route, known: left.foreseen.length + left.wishes.length }
})

layer(Household.layer())("A question in a conversation", (it) => {
  it.effect("goes to the model, with nothing read ahead, where it may mean what was said before", () =>
    Effect.gen(function* () {
      for (const question of [
        "and from 2020?",
        "which of those are horror?",
        "show me more",
        "and horror?",
        "horror",
        "just the horror ones",
        "the unwatched ones",
        "unwatched",
        "which are unwatched?",
        "which haven't I seen?",
        "which ones haven't I watched yet?",
        "what haven't I seen?",
        "which did Nolan direct?",
        "which do I own?",
        "which movies do I own?",
        "and downloads?",
        "by Nolan",
        "Heat?",
        "what about Heat?",
        "and Heat?",
        "the best one",
        "newest ones",
        "more comedies",
        "do I have it?",
        "movies like that",
        "who directed that?",
        "that movie, do we have it",
        "comedies more recent"
      ]) {
        assert.deepStrictEqual(yield* goesOn(question), { route: "model", known: 0 }, question)
      }
    })
  )

  it.effect("is answered by rules as it would be without one, where it says all of what it asks", () =>
    Effect.gen(function* () {
      for (const question of [
        ...Questions.simple,
        "Do I have Heat?",
        "Who directed Heat?",
        "movies from 2020",
        "movies that I haven't seen",
        "horror movies from 2023 that are not in my library",
        "most popular comedies of 2022",
        "older movies similar to Heat"
      ]) {
        assert.strictEqual((yield* goesOn(question)).route, "rules", question)
      }
    })
  )
})
