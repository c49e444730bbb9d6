/**
 * Mentions: the stretches of a question that may be names of persons or titles, by where they stand and how they are written.
 * Pure; whether they are is looked up.
 */
import { vocabulary } from "./Grammar.ts"
import * as Quantities from "./Quantities.ts"
import type { Word } from "./Words.ts"

export interface Mention {
  readonly from: number
  readonly to: number
  /** What it may name, the likelier first. */
  readonly of: ReadonlyArray<"person" | "title" | "genre">
  /** Whether it is written as a name is: in quotation marks or capitals. */
  readonly isWritten: boolean
  /** The year in brackets behind it. */
  readonly year: number | undefined
}

/** Each is asked for by itself. */
const mostMentions = 6
const mostTitleWords = 8
const mostPersonWords = 4
/** At which a title in small letters is looked for. */
const mostEnds = 3

/** Words within a title that are not in capitals. */
const joiner = /^(?:of|the|and|in|on|a|an|to|for|from|with|at|by|vs|'s|-|&|,|:|de|del|der|di|du|la|le|van|von)$/

const abbreviation = /^(?:mr|mrs|ms|dr|st|jr|vs|vol)$/

const beforePerson = /^(?:by|with|starring|featuring|director|actor|actress)$/
const afterPerson =
  /^(?:'s|movies?|films?|flicks|series|shows?|filmography|thrillers|comedies|dramas|westerns|documentaries|directed|made|starred)$/

/** Words that a title follows, in whatever letters. */
const beforeTitle: ReadonlyArray<ReadonlyArray<string>> = [
  ["like"],
  ["similar", "to"],
  ["called"],
  ["named"],
  ["titled"],
  ["search", "for"],
  ["look", "up"],
  ["me", "about"],
  ["add"],
  ["request"],
  ["grab"],
  ["download"],
  ["directed"],
  ["have", "i", "seen"],
  ["do", "i", "have"],
  ["do", "we", "have"],
  ["do", "i", "own"]
]

/** Where a title in small letters ends at the latest. */
const stops =
  /^(?:but|and|or|,|that|which|from|in|with|by|directed|released|i|we|to|on|is|yet|\(|\.|\?|;|only|just|please|already|tonight)$/

const isWord = ({ text }: Word): boolean => /^[\p{L}\p{N}]/u.test(text)

/** Whether the rules know the word by itself. */
const isKnown = ({ text }: Word): boolean => vocabulary.has(text) || /^\d/.test(text)

const yearAfter = (words: ReadonlyArray<Word>, to: number): number | undefined => {
  const texts = words.map(({ text }) => text)
  const at = texts[to] === '"' ? to + 1 : to
  if (texts[at] !== "(" || texts[at + 2] !== ")") return undefined
  const [period] = Quantities.period(texts, at + 1)
  return period?.meaning.yearFrom === period?.meaning.yearTo ? period?.meaning.yearFrom : undefined
}

type Name = Mention["of"][number]

/** The question, as it shows where names are. */
const reader = (question: string, words: ReadonlyArray<Word>) => {
  const textAt = (at: number): string => words[at]?.text ?? ""
  const isCapital = (at: number): boolean => {
    const word = words[at]
    const isOfItsOwn = word !== undefined && word.text !== "i" && word.start !== words[at - 1]?.start
    return isOfItsOwn && /\p{Lu}/u.test(question[word.start] ?? "")
  }
  // Where most words are in capitals, capitals say nothing.
  const capitals = words.filter((_, at) => isCapital(at)).length
  const isTelling = capitals < 4 || capitals * 10 < words.filter(isWord).length * 7
  /** "Joon-ho" is one name. */
  const isHyphened = (at: number): boolean => {
    const [before, word] = [words[at - 1], words[at]]
    return before !== undefined && word?.start === before.end + 1 && question[before.end] === "-"
  }
  const isName = (at: number): boolean => isTelling && (isCapital(at) || (isHyphened(at) && isCapital(at - 1)))

  /** Whether a title is to be expected. */
  const isCued = (at: number): boolean =>
    beforeTitle.some((cue) => cue.every((text, index) => textAt(at - cue.length + index) === text)) ||
    (isName(at) && /^(?:movie|film|series|show)$/.test(textAt(at - 1))) ||
    (isName(at) && /^(?:the|a|an)$/.test(textAt(at - 1)) && isCued(at - 1))

  const isKnownFrom = (from: number, to: number): boolean => words.slice(from, to).every(isKnown)

  const mayBePerson = (from: number, to: number): boolean =>
    to - from <= mostPersonWords && words.slice(from, to).every((word) => !isKnown(word) && isWord(word))

  /** Where a name in capitals from `from` on ends. */
  const endOfName = (from: number): number => {
    let to = from + 1
    for (let next = to; next < words.length; next++) {
      const isAbbreviated = textAt(next) === "." && abbreviation.test(textAt(next - 1))
      if (isName(next) || (isCued(from) && /^\d+$/.test(textAt(next)))) to = next + 1
      else if (!joiner.test(textAt(next)) && !isAbbreviated) break
    }
    return to
  }

  return { textAt, isName, isCued, isKnownFrom, mayBePerson, endOfName }
}

/** In the order of the question; stretches may overlap. */
export const of = (question: string, words: ReadonlyArray<Word>): ReadonlyArray<Mention> => {
  const { endOfName, isCued, isKnownFrom, isName, mayBePerson, textAt } = reader(question, words)
  const found: Array<Mention> = []
  const add = (from: number, to: number, of: ReadonlyArray<Name>, isWritten: boolean) => {
    if (to <= from || found.some((other) => other.from === from && other.to === to)) return
    found.push({ from, to, of, isWritten, year: yearAfter(words, to) })
  }

  /** "Heat and Ronin" may be one title or two, "Nolan's Inception" a person's. */
  const addWritten = (from: number, to: number) => {
    const names = (start: number, end: number): ReadonlyArray<Name> => {
      if (!mayBePerson(start, end)) return ["title"]
      return isCued(from) ? ["title", "person"] : ["person", "title"]
    }
    add(from, to, names(from, to), true)
    const cuts = words.flatMap(({ text }, at) => (at > from && at < to && /^(?:and|,|&|'s)$/.test(text) ? [at] : []))
    let start = from
    for (const end of cuts.length === 0 ? [] : [...cuts, to]) {
      add(start, end, names(start, end), true)
      start = end + 1
    }
  }

  /** In small letters nothing says where a title ends. */
  const addCued = (from: number) => {
    let ends = 0
    for (let to = from + 1; to <= words.length && to - from <= mostTitleWords && ends < mostEnds; to++) {
      if (to < words.length && !stops.test(textAt(to))) continue
      ends++
      if (!isKnownFrom(from, to)) add(from, to, ["title"], false)
    }
  }

  const addPlaced = (from: number) => {
    let to = from
    while (to < words.length && mayBePerson(to, to + 1)) to++
    const isAfter = beforePerson.test(textAt(from - 1))
    if (!mayBePerson(from, to) || !(isAfter || afterPerson.test(textAt(to)))) return
    add(from, to, isAfter || textAt(to) === "'s" ? ["person"] : ["person", "genre"], false)
  }

  for (const [at, word] of words.entries()) {
    const last = found.findLast(({ isWritten }) => isWritten)
    if (last !== undefined && at < last.to) continue
    if (word.text === '"') {
      if (last?.to === at) continue
      const close = words.findIndex(({ text }, index) => index > at && text === '"')
      add(at + 1, close, ["title", "person"], true)
      continue
    }
    if (!isWord(word)) continue
    const isBegin = at === 0 || /^[.?!:;]$/.test(textAt(at - 1))
    const end = isName(at) && (isCued(at) || !isBegin || !isKnown(word)) ? endOfName(at) : at
    if (end > at && (isCued(at) || !isKnownFrom(at, end))) {
      addWritten(at, end)
      continue
    }
    if (isCued(at) && !stops.test(word.text)) addCued(at)
    if (at === 0 || !mayBePerson(at - 1, at)) addPlaced(at)
  }
  return found.slice(0, mostMentions)
}
