import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as Genres from "../src/Genres.ts"

const known = ["Action", "Science Fiction", "Action & Adventure", "Sci-Fi & Fantasy", "TV Movie"]
const find = (...names: ReadonlyArray<string>) => Genres.find("tmdb", names, known, (name) => name)

describe("Genres.find", () => {
  it.effect("knows a genre however it is written", () =>
    Effect.gen(function* () {
      const fiction = ["Science Fiction", "Sci-Fi & Fantasy"]
      assert.deepStrictEqual(yield* find("SCI-FI", "sci fi", "science fiction", "tv movie"), [
        fiction,
        fiction,
        fiction,
        ["TV Movie"]
      ])
    })
  )

  it.effect("finds those that are joined with another, after the one alone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* find("Fantasy", "action"), [["Sci-Fi & Fantasy"], ["Action", "Action & Adventure"]])
    })
  )

  it.effect("lists the known ones for one that is not", () =>
    Effect.gen(function* () {
      const { reason } = yield* Effect.flip(find("Action", "Cooking"))
      assert.strictEqual(reason._tag, "Rejected")
      assert.strictEqual(reason.message, `No genre "Cooking": the known ones are ${known.join(", ")}.`)
    })
  )

  it.effect("says so where there is none to choose from", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(Genres.find("plex", ["Action"], [], String))
      assert.strictEqual(message, 'No genre "Action": there is none at all, so leave genres out.')
    })
  )
})
