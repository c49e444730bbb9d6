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

/** Words within a title that are not in capitals. */
const joiner = /^(?:of|the|and|in|on|a|an|to|for|from|with|at|by|vs|'s|-|&|,|:|\.|de|del|der|di|du|la|le|van|von)$/

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
  if (texts[to] !== "(" || texts[to + 2] !== ")") return undefined
  const [period] = Quantities.period(texts, to + 1)
  return period?.meaning.yearFrom === period?.meaning.yearTo ? period?.meaning.yearFrom : undefined
}

/** In the order of the question; stretches may overlap. */
export const of = (question: string, words: ReadonlyArray<Word>): ReadonlyArray<Mention> => {
  const found: Array<Mention> = []
  const add = (from: number, to: number, of: Mention["of"], isWritten: boolean) => {
    if (to <= from || found.some((other) => other.from === from && other.to === to)) return
    found.push({ from, to, of, isWritten, year: yearAfter(words, to) })
  }
  const textAt = (at: number): string => words[at]?.text ?? ""
  const isCapital = (at: number): boolean => {
    const word = words[at]
    return (
      word !== undefined &&
      word.text !== "i" &&
      word.start !== words[at - 1]?.start &&
      /\p{Lu}/u.test(question[word.start] ?? "")
    )
  }
  // Where all words are in capitals, capitals say nothing.
  const capitals = words.filter((_, at) => isCapital(at)).length
  const isTelling = capitals < 4 || capitals * 10 < words.filter(isWord).length * 7
  const isName = (at: number): boolean => isTelling && isCapital(at)

  const follows = (at: number): boolean =>
    beforeTitle.some((cue) => cue.every((text, index) => textAt(at - cue.length + index) === text)) ||
    (/^(?:the|a|an)$/.test(textAt(at - 1)) && isName(at) && follows(at - 1)) ||
    (/^(?:movie|film|series|show)$/.test(textAt(at - 1)) && isName(at))

  for (let at = 0; at < words.length; at++) {
    if (textAt(at) === '"') {
      const close = words.findIndex(({ text }, index) => index > at && text === '"')
      if (close > at + 1) {
        add(at + 1, close, ["title", "person"], true)
        at = close
        continue
      }
    }
    const word = words[at]
    if (word === undefined || !isWord(word)) continue
    const isBegin = at === 0 || /^[.?!:;]$/.test(textAt(at - 1))
    const isCued = follows(at)

    if (isName(at) && (isCued || !isBegin || !isKnown(word))) {
      let to = at + 1
      for (let next = to; next < words.length; next++) {
        if (isName(next) || (isCued && /^\d+$/.test(textAt(next)))) to = next + 1
        else if (!joiner.test(textAt(next))) break
      }
      const inside = words.slice(at, to)
      if (isCued || !inside.every(isKnown)) {
        const isPlain = inside.every((part) => !isKnown(part) && isWord(part)) && inside.length <= mostPersonWords
        add(
          at,
          to,
          isCued ? (isPlain ? ["title", "person"] : ["title"]) : isPlain ? ["person", "title"] : ["title"],
          true
        )
        // "Heat and Ronin" may be one title or two, "Nolan's Inception" a person's.
        const parts = inside.flatMap(({ text }, index) => (/^(?:and|,|&|'s)$/.test(text) ? [at + index] : []))
        let from = at
        for (const end of [...parts, to]) {
          if (from !== at || end !== to) {
            const isPerson = words.slice(from, end).every((part) => !isKnown(part)) && end - from <= mostPersonWords
            add(from, end, isCued || !isPerson ? ["title"] : ["person", "title"], true)
          }
          from = end + 1
        }
        at = to - 1
        continue
      }
    }

    if (isCued && !stops.test(word.text)) {
      // In small letters nothing says where it ends.
      const ends: Array<number> = []
      for (let end = at + 1; end <= words.length && end - at <= mostTitleWords && ends.length < 3; end++) {
        if (end === words.length || stops.test(textAt(end))) ends.push(end)
      }
      for (const end of ends) {
        if (!words.slice(at, end).every(isKnown)) add(at, end, ["title"], false)
      }
    }
    if (!isKnown(word) && (at === 0 || isKnown(words[at - 1] ?? word))) {
      let to = at
      while (to < words.length && !isKnown(words[to] ?? word) && isWord(words[to] ?? word)) to++
      const isAfter = beforePerson.test(textAt(at - 1))
      if ((isAfter || afterPerson.test(textAt(to))) && to - at <= mostPersonWords) {
        add(at, to, isAfter || textAt(to) === "'s" ? ["person"] : ["person", "genre"], false)
      }
    }
  }
  return found.slice(0, mostMentions)
}
