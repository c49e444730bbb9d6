/**
 * Words: an answer made from results, of a stated length: titles and years that stand in them, and what they say of each.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** How every answer begins that the stand-in words, so that it is told from one that no model worded. */
export const opening = "From what I found:"

/** How it begins where the stand-in cannot answer. */
export const sorry = "I am sorry, I cannot answer:"

const maybe = <S extends Schema.Top>(schema: S) => Schema.optional(Schema.NullOr(schema))

const Title = Schema.Struct({
  title: Schema.String,
  year: maybe(Schema.Finite),
  series: maybe(Schema.String),
  rating: maybe(Schema.Finite),
  genres: maybe(Schema.Array(Schema.String)),
  directors: maybe(Schema.Array(Schema.String)),
  inLibrary: maybe(Schema.Boolean),
  watched: maybe(Schema.Boolean),
  overview: maybe(Schema.String)
})
type Title = typeof Title.Type

const decode = Schema.decodeUnknownOption(Title)

const titlesIn = (result: unknown): ReadonlyArray<Title> => {
  const items = Predicate.hasProperty(result, "items") && Array.isArray(result.items) ? result.items : [result]
  return items.flatMap((item) => Option.toArray(decode(item)))
}

const named = ({ series, title, year }: Title): string =>
  series ? `${series}, ${title}` : year ? `${title} (${year})` : title

/** What there is to say of a title, the first things first. */
const sayings: ReadonlyArray<(title: Title) => string | undefined> = [
  (title) => {
    const owned = title.inLibrary === false ? ", not owned" : title.watched ? ", watched" : ""
    return `${named(title)}${title.rating ? `, rated ${title.rating}` : ""}${owned};`
  },
  (title) => (title.directors ? `${named(title)} was made by ${title.directors.join(" and ")};` : undefined),
  (title) => (title.genres ? `${named(title)} is ${title.genres.join(" and ").toLowerCase()};` : undefined),
  (title) => title.overview ?? undefined
]

const bytesPerToken = 4

/** An answer of `tokens` at most, and of fewer where there is less to say. */
export const about = (results: ReadonlyArray<unknown>, tokens: number): string => {
  const titles = results.flatMap(titlesIn)
  if (titles.length === 0) return `${opening} nothing that fits.`
  const said = sayings.flatMap((say) => titles.flatMap((title) => say(title) ?? []))
  const text = [opening, ...new Set(said)].join(" ")
  const cut = text.slice(0, tokens * bytesPerToken - 1)
  return `${cut.length < text.length ? cut.slice(0, cut.lastIndexOf(" ")) : cut}.`
}
