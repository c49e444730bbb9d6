/** Popular: "What are the most popular movies from 2023 that I don't have?" */
import { ask, found, type Asking, type Rule } from "./Asking.ts"
import { bullets, describe, joined, lines, named, troubles, wanted } from "./Prose.ts"
import { genresOf, kindOf, thresholdOf, wantsMissing, yearsOf } from "./Question.ts"
import { discoverTitles, type Title } from "./Tools.ts"

export const popular: Rule = (question) => {
  const isBest = /\b(best|top[- ]rated|highest[- ]rated)\b/i.test(question)
  const isPopular = isBest || /\b(popular|trending|biggest|top|hits?)\b/i.test(question)
  return isPopular && wantsMissing(question) ? missing(question, isBest) : undefined
}

function* missing(question: string, isBest: boolean): Asking<string> {
  const filters = { kind: kindOf(question), ...yearsOf(question), minRating: thresholdOf(question)?.minRating }
  const genres = genresOf(question)
  const discovery = yield* ask(
    discoverTitles({
      ...filters,
      genres: genres.length === 0 ? undefined : genres,
      sort: isBest ? "rating" : undefined,
      owned: false
    })
  )
  const list = found(discovery)
  if (list === undefined) return troubles(discovery)
  const what = wanted({ ...filters, genres })
  if (list.items.length === 0) {
    return lines(`TMDb knows no ${what} that you do not have already.`, troubles(discovery))
  }
  return lines(
    `The ${isBest ? "best rated" : "most popular"} ${what} that are not in your library, ${isBest ? "best" : "most popular"} first:`,
    bullets(
      list.items.map((item) => describe(item)),
      10,
      list.total
    ),
    isBest ? undefined : bestOf(list.items),
    troubles(discovery)
  )
}

/** All that share the best rating, as it is written. */
const bestOf = (titles: ReadonlyArray<Title>): string | undefined => {
  const rated = titles.flatMap((title) => (typeof title.rating === "number" ? [{ title, rating: title.rating }] : []))
  if (rated.length === 0) return undefined
  const most = Math.max(...rated.map(({ rating }) => rating)).toFixed(1)
  const best = rated.filter(({ rating }) => rating.toFixed(1) === most).map(({ title }) => named(title))
  return `The best rated of these ${best.length === 1 ? "is" : "are"} ${joined(best)} with ${most}.`
}
