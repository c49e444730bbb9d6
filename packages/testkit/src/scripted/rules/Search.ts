/** Search: "Search for Inception". The best match is looked up in full. */
import { ask, found, type Asking, type Rule } from "./Asking.ts"
import { describe, joined, lines, named, troubles } from "./Prose.ts"
import { type NamedTitle, namedTitle } from "./Question.ts"
import { bestMatch, idOf, searchTitles, type Title, titleDetails } from "./Tools.ts"

const verbs = String.raw`(search(?:\s+for)?|look\s+(?:up|for)|tell me about|do i (?:have|own)|(?:info|information|details)\s+(?:on|about|for|of)|find(?:\s+me)?)`
const wording = new RegExp(String.raw`^(?:please\s+|(?:can|could) you\s+)?${verbs}\s+(.+)$`, "i")

const searchFor =
  (isMeant: (verb: string, words: string) => boolean): Rule =>
  (question) => {
    const [, verb = "", words = ""] = wording.exec(question.trim()) ?? []
    const title = isMeant(verb, words) ? namedTitle(words) : undefined
    return title === undefined ? undefined : searching(title)
  }

const isMany = (words: string) => /\b(movies|films|series|shows|something|anything)\b/i.test(words)

/** Surely a title: other rules must not take the words in it for a genre or a year ("War of the Worlds", "1917"). */
export const searchNamed = searchFor(
  (verb, words) => !isMany(words) && (!/^find/i.test(verb) || /^["'“‘]?[\p{Lu}\d]/u.test(words))
)

/** "find inception": a title where no other rule knows the words. */
export const search = searchFor((_, words) => words !== "")

const place = ({ inLibrary, watched }: Title): string | undefined =>
  inLibrary === true
    ? `It is in your Plex library${typeof watched === "boolean" ? (watched ? " and watched" : ", not watched yet") : ""}.`
    : inLibrary === false
      ? "It is not in your Plex library."
      : undefined

function* searching(title: NamedTitle): Asking<string> {
  const search = yield* ask(searchTitles({ query: title.query, year: title.year }))
  const list = found(search)
  if (list === undefined) return troubles(search)
  const match = bestMatch(list.items, title)
  if (match === undefined) return lines(`The search found nothing named ${title.query}.`, troubles(search))
  const id = idOf(match)
  const details = id === undefined ? undefined : yield* ask(titleDetails(id))
  const full = (details === undefined ? undefined : found(details)) ?? match
  const others = list.items.filter((item) => item !== match).slice(0, 4)
  return lines(
    `${describe(full)}.`,
    full.directors && full.directors.length > 0 ? `Directed by ${joined(full.directors)}.` : undefined,
    full.cast && full.cast.length > 0 ? `With ${joined(full.cast.slice(0, 5))}.` : undefined,
    full.overview ?? undefined,
    place({ ...match, ...full }),
    others.length === 0
      ? undefined
      : `The search found ${list.total} titles in all, among them ${joined(others.map(named))}.`,
    troubles(search, ...(details === undefined ? [] : [details]))
  )
}
