/**
 * Question: the words and entities that rules look for in a question: genres, years, thresholds, titles, persons.
 *
 * Matching of words, no understanding: whatever it does not know it does not see.
 */

const genreWords: ReadonlyArray<readonly [RegExp, string]> = [
  [/\baction\b/i, "Action"],
  [/\badventures?\b/i, "Adventure"],
  [/\banimat(ed|ion)\b|\bcartoons?\b/i, "Animation"],
  [/\bcomed(y|ies)\b/i, "Comedy"],
  [/\bcrime\b/i, "Crime"],
  [/\bdocumentar(y|ies)\b/i, "Documentary"],
  [/\bdramas?\b/i, "Drama"],
  [/\bfamily\b/i, "Family"],
  [/\bfantasy\b/i, "Fantasy"],
  [/\bhistor(y|ical)\b/i, "History"],
  [/\bhorror\b/i, "Horror"],
  [/\bmusicals?\b/i, "Music"],
  [/\bmyster(y|ies)\b/i, "Mystery"],
  [/\broman(ce|tic)s?\b/i, "Romance"],
  [/\bsci-?fi\b|\bscience[- ]fiction\b/i, "Science Fiction"],
  [/\bthrillers?\b/i, "Thriller"],
  [/\bwar\b/i, "War"],
  [/\bwesterns?\b/i, "Western"]
]

/** TMDb's names of the genres named, in TMDb's order. */
export const genresOf = (question: string): ReadonlyArray<string> =>
  genreWords.flatMap(([word, genre]) => (word.test(question) ? [genre] : []))

export interface Years {
  readonly yearFrom?: number
  readonly yearTo?: number
}

const year = String.raw`((?:18|19|20)\d{2})`

/** Years as an inclusive span: "2020-2023", "between 1990 and 1999", "the 90s", "since 2015", "before 1980", "2023". */
export const yearsOf = (question: string): Years => {
  const numbers = (pattern: string): ReadonlyArray<number> | undefined =>
    new RegExp(pattern, "i").exec(question)?.slice(1).map(Number)
  const [from, to] = numbers(String.raw`\b${year}\s*(?:-|–|to|and|until|through)\s*${year}\b`) ?? []
  if (from !== undefined && to !== undefined) return { yearFrom: Math.min(from, to), yearTo: Math.max(from, to) }
  const [decade] = numbers(String.raw`\b((?:19|20)\d0)'?s\b`) ?? []
  if (decade !== undefined) return { yearFrom: decade, yearTo: decade + 9 }
  const [short] = numbers(String.raw`\b([2-9]0)'?s\b`) ?? []
  if (short !== undefined) return { yearFrom: 1900 + short, yearTo: 1909 + short }
  const [after] = numbers(String.raw`\b(?:after|later than|newer than)\s+${year}\b`) ?? []
  if (after !== undefined) return { yearFrom: after + 1 }
  const [since] = numbers(String.raw`\bsince\s+${year}\b`) ?? numbers(String.raw`\b${year}\s+or (?:later|newer)`) ?? []
  if (since !== undefined) return { yearFrom: since }
  const [before] = numbers(String.raw`\b(?:before|older than)\s+${year}\b`) ?? []
  if (before !== undefined) return { yearTo: before - 1 }
  const [single] = numbers(String.raw`\b${year}\b`) ?? []
  return single === undefined ? {} : { yearFrom: single, yearTo: single }
}

export interface Threshold {
  readonly minRating: number
  /** "above 7" leaves out 7.0 itself; "at least 7" does not. */
  readonly isExclusive: boolean
}

/** A lowest rating of 0-10: "rating above 7.0", "rated at least 8", "7.5+". Years, hours and counts are no ratings. */
export const thresholdOf = (question: string): Threshold | undefined => {
  const number = String.raw`(10|\d(?:\.\d+)?)(?![\d.]*\d)(?!\s*(?:hours?|h|min(?:ute)?s?|years?|seasons?|episodes?|movies|films)\b)`
  const inclusive = new RegExp(
    String.raw`\b(?:at least|minimum(?: of)?)\s+${number}|\b${number}\s*(?:\+|or (?:more|higher|better|above))`,
    "i"
  )
  const exclusive = new RegExp(
    String.raw`(?:\b(?:above|over|higher than|better than|more than|greater than)|>)\s*${number}`,
    "i"
  )
  const more = exclusive.exec(question)?.[1]
  if (more !== undefined) return { minRating: Number(more), isExclusive: true }
  const groups = inclusive.exec(question)
  const least = groups?.[1] ?? groups?.[2]
  return least === undefined ? undefined : { minRating: Number(least), isExclusive: false }
}

/** `series` where the question is about series only; films are the tools' default. */
export const kindOf = (question: string): "series" | undefined =>
  /\b(series|tv|shows)\b/i.test(question) && !/\b(movies?|films?)\b/i.test(question) ? "series" : undefined

export const wantsUnwatched = (question: string): boolean =>
  /\bunwatched\b|\bunseen\b|\b(haven't|have not|havent|didn't|not|never) (watched|seen|yet (watched|seen))\b|\bnot yet (watched|seen)\b/i.test(
    question.replaceAll("’", "'")
  )

export const wantsAll = (question: string): boolean => /\b(all|every|complete list)\b/i.test(question)

/** About titles that the person does not have: "that I don't have", "am I missing", "not in my library". */
export const wantsMissing = (question: string): boolean =>
  /\b(don't|do not|dont) (\w+ )?(have|own)\b|\bmissing\b|\bnot in (my|the|plex)\b|\black\b/i.test(
    question.replaceAll("’", "'")
  )

export interface NamedTitle {
  readonly query: string
  readonly year?: number
}

/** Cleans the words around a title: quotes, "the movie", where to look; a year in brackets or after it stands apart. */
export const namedTitle = (words: string): NamedTitle | undefined => {
  const bare = words
    .replace(/[?!.\s]+$/, "")
    .replace(
      /\s+(?:(?:to|in|on|into|from|for)\s+)?(?:my\s+|the\s+)?(?:plex|radarr|sonarr|tmdb|library|collection|download queue)\b.*$/i,
      ""
    )
    .replace(/\s+please$/i, "")
    .replace(/^(?:for\s+)?(?:(?:the|a)\s+)?(?:movie|film|title|series|show)\s+(?:called\s+|named\s+)?/i, "")
  const dated = new RegExp(String.raw`^(.+?),?\s+(?:\(${year}\)|(?:from|of)\s+${year})$`, "i").exec(bare)
  const query = (dated?.[1] ?? bare).replace(/^["'“‘]|["'”’]$/g, "").trim()
  const found = dated?.[2] ?? dated?.[3]
  if (query === "") return undefined
  return found === undefined ? { query } : { query, year: Number(found) }
}

const notPersons =
  /\b(which|what|show|list|find|me|all|any|the|most|more|popular|recent|recently|new|newest|latest|best|top|rated|good|my|our|i|do|are|is|have|own|unwatched|unseen|watched|in|from|of|these|those|other|movie|film|plex|radarr|library|directed|made|seen|many|how)\b|\d/i

/** Capitalised, as names are; in a question about owning or missing, two words in lower case will do. */
const looksLikeName = (name: string, question: string): boolean =>
  /^\p{Lu}/u.test(name)
    ? name.split(/\s+/).every((word) => /^(?:\p{Lu}|de|del|der|di|du|la|le|van|von)/u.test(word))
    : /\s/.test(name) && /\b(own|have|missing|library)\b/i.test(question)

const person = (words: string | undefined, question: string): string | undefined => {
  const name = words?.replace(/['’]s?$/, "").trim()
  return name === undefined || notPersons.test(name) || genresOf(name).length > 0 || !looksLikeName(name, question)
    ? undefined
    : name
}

export interface Person {
  readonly name: string
  readonly role: "director" | "actor"
}

/** A person whose films are meant: "Christopher Nolan films", "films directed by ...", "movies with ..." (an actor). */
export const personOf = (question: string): Person | undefined => {
  const things = String.raw`(?:films?|movies?|series|shows)`
  const ends = String.raw`(?=\s+(?:do|did|have|am|are|is|that|which|i|but|and which|in)\b|\s*[,?.!]|\s*$)`
  const acted = new RegExp(String.raw`\b(?:starring|with|featuring|acted in by)\s+(.+?)${ends}`, "i").exec(question)
  const actor = person(acted?.[1], question)
  if (actor !== undefined) return { name: actor, role: "actor" }
  const before = new RegExp(
    String.raw`^(?:.*?\b(?:which|what|list|show me|find|of)\s+)?(?:all\s+)?(?:of\s+)?(?:the\s+)?(.+?)\s+${things}\b`,
    "i"
  ).exec(question)
  const by = new RegExp(String.raw`\b(?:directed by|made by|by)\s+(.+?)${ends}`, "i").exec(question)
  const director = person(by?.[1], question) ?? person(before?.[1], question)
  return director === undefined ? undefined : { name: director, role: "director" }
}
