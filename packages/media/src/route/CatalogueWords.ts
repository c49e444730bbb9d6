/**
 * CatalogueWords: what TMDb knows of titles, charts, people, film series and where to watch, as sentences and lists.
 */
import type * as Tool from "effect/ai/Tool"

import type { TrendingTitles } from "../ChartTools.ts"
import type { CollectionTitles } from "../CollectionTools.ts"
import type { PersonDetails } from "../PersonTools.ts"
import type { SearchTitles } from "../TitleTools.ts"
import { type Chart, kindOf } from "../Tmdb.ts"
import type { WhereToWatch } from "../WatchTools.ts"
import { bullets, described, joined, lines, named, nounOf, trouble } from "./Prose.ts"

export const search = (
  { kind, query, year }: Tool.Parameters<typeof SearchTitles>,
  { items, problem, total }: Tool.Success<typeof SearchTitles>
): string => {
  const like = `like ${query}${year === undefined ? "" : ` from ${year}`}`
  if (items.length === 0) return lines(`TMDb knows no ${nounOf(kind, 1)} ${like}.`, trouble(problem))
  return lines(
    `${total} ${nounOf(kind, total)} named ${like} on TMDb:`,
    bullets(
      items.map((item) => described(item, false)),
      total
    ),
    trouble(problem)
  )
}

const charts: Readonly<Record<Chart, string>> = {
  trending_today: "trending today",
  trending_week: "trending this week",
  popular: "popular now",
  top_rated: "rated best",
  upcoming: "coming to cinemas",
  now_playing: "in cinemas now",
  on_the_air: "on the air these days",
  airing_today: "airing today"
}

/** Of what is only looked through for what is owned, nobody knows how much more passes. */
export const chart = (
  { kind, list, owned }: Tool.Parameters<typeof TrendingTitles>,
  { items, nextCursor, problem, total }: Tool.Success<typeof TrendingTitles>
): string | undefined => {
  const isCut = owned === undefined ? items.length < total : nextCursor !== null
  const whose = owned === undefined ? "" : `, ${owned ? "in" : "not in"} your library`
  const what = (count: number) => `${nounOf(kind ?? kindOf(list), count)} ${charts[list]} on TMDb${whose}`
  if (items.length === 0) return isCut ? undefined : lines(`There are no ${what(0)}.`, trouble(problem))
  const all = owned === undefined ? ` of ${total}` : ""
  const head = isCut ? `The first ${items.length}${all} ${what(2)}:` : `${total} ${what(total)}:`
  return lines(
    head,
    bullets(
      items.map((item) => {
        const date = list === "upcoming" && item.releasedOn !== null ? `${item.releasedOn}: ` : ""
        return `${date}${described(item, owned !== undefined)}`
      }),
      items.length
    ),
    trouble(problem)
  )
}

export const person = (_: unknown, result: Tool.Success<typeof PersonDetails>): string => {
  const { biography, birthplace, born, department, died, knownFor, name, problem } = result
  const life = [
    ...(department === null ? [] : [`known for ${department.toLowerCase()}`]),
    ...(born === null && birthplace === null
      ? []
      : [`born${born === null ? "" : ` on ${born}`}${birthplace === null ? "" : ` in ${birthplace}`}`]),
    ...(died === null ? [] : [`died on ${died}`])
  ]
  return lines(
    life.length === 0 ? `${name}.` : `${name}: ${life.join(", ")}.`,
    biography,
    knownFor.length === 0 ? undefined : "Best known titles:",
    bullets(
      knownFor.map((item) => described(item, false)),
      knownFor.length
    ),
    trouble(problem)
  )
}

const mostCountries = 10

export const where = (_: unknown, result: Tool.Success<typeof WhereToWatch>): string => {
  const { buy, country, free, inLibrary, otherCountries, problem, rent, stream, withAds } = result
  const offers = [
    ["by subscription", stream],
    ["free", free],
    ["free with ads", withAds],
    ["to rent", rent],
    ["to buy", buy]
  ] as const
  const there = offers.filter(([, services]) => services.length > 0)
  const others = otherCountries.slice(0, mostCountries)
  const more = otherCountries.length - others.length
  return lines(
    there.length === 0
      ? `JustWatch knows no service that offers ${named(result)} in ${country}.`
      : `Where ${named(result)} is offered in ${country}, says JustWatch:`,
    bullets(
      there.map(([how, services]) => `${how}: ${joined(services)}`),
      there.length
    ),
    others.length === 0 || there.length > 0
      ? undefined
      : `It is offered in ${more > 0 ? `${others.join(", ")} and ${more} more countries` : joined(others)}.`,
    inLibrary === true ? "It is in your library." : undefined,
    trouble(problem)
  )
}

export const collection = (
  { owned }: Tool.Parameters<typeof CollectionTitles>,
  { collection, items, problem, total }: Tool.Success<typeof CollectionTitles>
): string => {
  const { films, name } = collection
  const all = `${films} ${nounOf("movie", films)}`
  const held = collection.owned === null ? "" : `, ${collection.owned} of them in your library`
  const place = owned === true ? "in your library" : "not in your library"
  const head = owned === undefined ? `${all}${held}` : `${total} of ${all} ${total === 1 ? "is" : "are"} ${place}`
  if (total === 0) return lines(`${name}: ${head}.`, trouble(problem))
  return lines(
    `${name}: ${head}, in order of release:`,
    bullets(
      items.map((item) => described(item, owned !== undefined)),
      total
    ),
    trouble(problem)
  )
}
