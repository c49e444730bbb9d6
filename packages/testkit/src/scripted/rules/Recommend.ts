/** Recommend: "Recommend something similar to The Matrix but more recent". Three steps, the last of them three calls wide. */
import { ask, type Asking, each, found, type Rule } from "./Asking.ts"
import { bullets, describe, joined, lines, named, troubles } from "./Prose.ts"
import { kindOf, type NamedTitle, namedTitle, thresholdOf, wantsMissing, yearsOf } from "./Question.ts"
import { bestMatch, idOf, recommendTitles, searchTitles, type Title, titleDetails } from "./Tools.ts"

const wording =
  /\b(?:similar to|in the (?:style|vein) of|(?:movies?|films?|series|shows?|something|anything|more) like|(?:i|we) (?:really )?(?:liked?|loved?|enjoyed?))\s+(.+)$/i
/** Where the title ends and the wish begins. */
const wish =
  /[,;]?\s+\b(?:but|only|that (?:is|are|was)|which (?:is|are)|released|made|since \d|after \d|before \d|rated|with a|that i)\b.*$|[,;].*$/i

export const recommend: Rule = (question) => {
  const rest = wording.exec(question)?.[1]
  const title = rest === undefined ? undefined : namedTitle(rest.replace(wish, ""))
  const wishes = wish.exec(rest ?? "")?.[0] ?? ""
  return title === undefined ? undefined : recommending(title, question, wishes)
}

/** Years from the wish, else later or earlier than the title itself where the wish says so. */
const yearsFor = (wishes: string, year: number | null | undefined) => {
  const years = yearsOf(wishes)
  if (years.yearFrom !== undefined || years.yearTo !== undefined || typeof year !== "number") return years
  if (/\b(recent|newer|later|modern|new)\b/i.test(wishes)) return { yearFrom: year + 1 }
  return /\b(older|earlier|classic)\b/i.test(wishes) ? { yearTo: year - 1 } : {}
}

const reason = (title: Title, like: Title): string => {
  const shared = (title.genres ?? []).filter((genre) => like.genres?.includes(genre))
  const common = shared.length === 0 ? [] : [`shares ${joined(shared)} with ${like.title}`]
  return lines(describe(title, ...common), title.overview ? `  ${title.overview}` : undefined)
}

function* recommending(title: NamedTitle, question: string, wishes: string): Asking<string> {
  const search = yield* ask(searchTitles({ query: title.query, year: title.year, kind: kindOf(question) }))
  const list = found(search)
  if (list === undefined) return troubles(search)
  const like = bestMatch(list.items, title)
  const id = like === undefined ? undefined : idOf(like)
  if (like === undefined || id === undefined) return `I found nothing named ${title.query} to start from.`

  const similar = yield* ask(
    recommendTitles({
      ...id,
      ...yearsFor(wishes, like.year),
      minRating: thresholdOf(wishes)?.minRating,
      owned: wantsMissing(wishes) ? false : undefined
    })
  )
  const suggested = found(similar)
  if (suggested === undefined) return lines(`I started from ${describe(like)}.`, troubles(similar))
  // Who asks for something similar knows the sequels already.
  const isSequel = (item: Title) => item.title.toLowerCase().includes(like.title.toLowerCase())
  const ranked = [...suggested.items.filter((item) => !isSequel(item)), ...suggested.items.filter(isSequel)]
  const best = ranked.slice(0, 3)
  if (best.length === 0) return `TMDb has nothing similar to ${named(like)} that fits the wish.`

  const details = yield* each(best.flatMap((item) => (item.overview ? [] : (idOf(item) ?? []))).map(titleDetails))
  const full = best.map((item) => {
    const known = details.flatMap((one) => found(one) ?? []).find((one) => one.tmdbId === item.tmdbId)
    return { ...item, ...known }
  })
  const others = ranked.slice(best.length)
  return lines(
    `If you like ${named(like)}, these ${full.length} come closest:`,
    bullets(
      full.map((item) => reason(item, like)),
      full.length
    ),
    others.length === 0 ? undefined : `Also similar: ${joined(others.slice(0, 5).map(named))}.`,
    troubles(search, similar, ...details)
  )
}
