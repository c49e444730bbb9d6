/**
 * Relative: years that a question counts from today ("of the last decade", "this year"), as years by themselves. Pure.
 *
 * Rules are not sure of them, since people mean more or less by them; a likely read may take them as they stand.
 */
import { numbers } from "./Quantities.ts"
import type { Word } from "./Words.ts"

const opening = /^(?:(?:in|from|of|over|during|within) )?(?:the )?/.source
const spans = new RegExp(
  `${opening}(?:last|past) (?:(\\d{1,2}|${Object.keys(numbers).join("|")}) )?(years|decade|decades)\\b`
)
const single = new RegExp(`${opening}(this|last) year\\b`)

/** As many words as the longest such phrase has. */
const mostWords = 5

/** What the words from `at` on say, as words, and how many of them do. */
const relative = (texts: ReadonlyArray<string>, year: number) => {
  const phrase = texts.slice(0, mostWords).join(" ")
  const wordsOf = (match: RegExpExecArray) => match[0].split(" ").length
  const one = single.exec(phrase)
  if (one !== null) return { said: [String(one[1] === "this" ? year : year - 1)], length: wordsOf(one) }
  const span = spans.exec(phrase)
  if (span === null) return undefined
  const [, count, unit = ""] = span
  const number = count === undefined ? undefined : (numbers[count] ?? Number(count))
  const years = unit.startsWith("decade") ? 10 * (number ?? 1) : number
  return years === undefined ? undefined : { said: ["since", String(year - years)], length: wordsOf(span) }
}

/** `words` of a question that is asked in `year`. */
export const dated = (words: ReadonlyArray<Word>, year: number): ReadonlyArray<Word> => {
  const out: Array<Word> = []
  const texts = words.map(({ text }) => text)
  for (let at = 0; at < words.length;) {
    const found = relative(texts.slice(at), year)
    const [first, last] = [words[at], words[at + (found?.length ?? 1) - 1]]
    if (first === undefined || last === undefined) break
    if (found === undefined) out.push(first)
    else out.push(...found.said.map((text) => ({ text, start: first.start, end: last.end })))
    at += found?.length ?? 1
  }
  return out
}
