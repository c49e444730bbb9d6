/**
 * Grammar: all the rules, and the stretches of words that they leave open.
 *
 * **Details**
 *
 * A person's name is made of words that no rule knows, so that a rule's own word is never taken for one. A title may be made
 * of any words, and is looked up. Of several readings those that leave the fewest words to names come first.
 */
import { commonRules } from "./CommonRules.ts"
import * as Done from "./Done.ts"
import { listingRules } from "./ListingRules.ts"
import { namedRules } from "./NamedRules.ts"
import * as Pattern from "./Pattern.ts"
import { progressRules } from "./ProgressRules.ts"
import * as Quantities from "./Quantities.ts"
import { type Gap, merge, type Reading } from "./Reading.ts"

/** A longer question says more than one wish of ours can. */
export const mostWords = 30

const mostNameWords = 4
const mostTitleWords = 12

/** Within a name, not at its ends. */
const particles = /^(?:de|del|der|di|du|la|le|van|von|of|\.|-)$/

/** One reading for each length from the longest in `lengths`. */
const gaps = (of: Gap["of"], at: number, lengths: ReadonlyArray<number>) =>
  lengths.map((length) => ({ next: at + length, meaning: { gap: { of, from: at, to: at + length } } }))

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index + 1)

const name: Pattern.Terminal<Reading> = (words, at) => {
  const isName = (word = "") => /^\p{L}/u.test(word) && word !== "'s" && !grammar.vocabulary.has(word)
  const fitting = upTo(Math.min(mostNameWords + 1, words.length - at)).filter((length) => {
    const [first, ...rest] = words.slice(at, at + length)
    const last = rest.at(-1) ?? first
    return isName(first) && isName(last) && rest.every((word) => isName(word) || particles.test(word))
  })
  return gaps("person", at, fitting)
}

const title: Pattern.Terminal<Reading> = (words, at) => {
  if (words[at] !== '"') return gaps("title", at, upTo(Math.min(mostTitleWords, words.length - at)))
  const close = words.indexOf('"', at + 1)
  return close <= at + 1 ? [] : [{ next: close + 1, meaning: { gap: { of: "title", from: at + 1, to: close } } }]
}

const year: Pattern.Terminal<Reading> = (words, at) =>
  Quantities.period(words, at).filter(({ meaning }) => meaning.yearFrom === meaning.yearTo)

const bracketedYear: Pattern.Terminal<Reading> = (words, at) =>
  words[at] === "(" && words[at + 2] === ")"
    ? year(words, at + 1).map(({ meaning }) => ({ next: at + 3, meaning }))
    : []

export const rules = { ...commonRules, ...listingRules, ...namedRules, ...progressRules }

/** Stretches that are told by their form. */
export const quantities = {
  year,
  "bracketed-year": bracketedYear,
  period: Done.undone(Quantities.period),
  span: Done.undone(Quantities.span),
  since: Done.undone(Quantities.since),
  later: Done.undone(Quantities.after),
  earlier: Done.undone(Quantities.before),
  until: Done.undone(Quantities.until),
  rating: Quantities.rating,
  count: Quantities.count
}

const grammar = Pattern.reader<Reading>({
  rules,
  terminals: { ...quantities, name: Done.maker(name), title },
  nothing: {},
  merge
})

/** Every word that a rule knows. */
export const vocabulary: ReadonlySet<string> = grammar.vocabulary

const left = ({ gap }: Reading): number => (gap === undefined ? 0 : gap.to - gap.from)

/**
 * All that `words` may mean, in groups: those that leave as many words to names, the fewest first. None where a word is
 * left over.
 */
export const readings = (words: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<Reading>> => {
  if (words.length > mostWords) return []
  const all = grammar.read(words, "question").toSorted((one, other) => left(one) - left(other))
  return [...new Set(all.map(left))].map((count) => all.filter((reading) => left(reading) === count))
}
