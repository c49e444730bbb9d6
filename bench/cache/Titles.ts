/**
 * Titles: what is remembered here: pages of titles, found by an argument of five fields.
 */
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Argument = Schema.Struct({
  id: Schema.Int,
  kind: Schema.Literals(["movie", "series"]),
  language: Schema.String.pipe(Schema.withConstructorDefault(Effect.succeed("en"))),
  page: Schema.Int,
  region: Schema.String
})

export const Page = Schema.Array(
  Schema.Struct({ id: Schema.Int, title: Schema.String, year: Schema.Int, rating: Schema.Finite })
)

/** The argument as a caller gives it: its default is filled by the read. */
export const argument = (id: number) => ({ id, kind: "movie", page: 1, region: "DE" }) as const

/** About what a title takes as JSON. */
const titleBytes = 102.4

/** As an upstream gives it: new each time. `kilobytes` of 1,024 bytes of JSON, within a hundredth. */
const page = (id: number, kilobytes: number): typeof Page.Type =>
  Array.from({ length: Math.round((kilobytes * 1024) / titleBytes) }, (_, row) => ({
    id: 1_000_000 + row,
    title: `${id}`.padEnd(51, "."),
    year: 1999,
    rating: 7.75
  }))

/** Pages of so many kilobytes, from an upstream that answers at once. */
export const read = (kilobytes: number) =>
  Read.make(`bench/titles/${kilobytes}`, {
    version: 1,
    identity: "a household",
    argument: Argument,
    result: Page,
    freshness: { fresh: "3 days", stale: "4 days" },
    tags: ({ id }) => [`title/${id}`, "titles"],
    lookup: ({ id }) => Effect.sync(() => page(id, kilobytes))
  })
