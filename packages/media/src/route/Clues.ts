/**
 * Clues: what the stretches of a question say, each by itself, with its names known: as few stretches as cover as many of its
 * words as rules know. Pure.
 */
import { clueRules } from "./ClueRules.ts"
import * as Done from "./Done.ts"
import * as Grammar from "./Grammar.ts"
import type { Bearer, KnownPerson } from "./Names.ts"
import * as Pattern from "./Pattern.ts"
import { merge, type Reading } from "./Reading.ts"

/** A name in the question, looked up. */
export type Name =
  | { readonly _tag: "Person"; readonly person: KnownPerson }
  | {
      readonly _tag: "Title"
      readonly title: string
      /** Those of that very name, the best known first; none where it was not looked up. */
      readonly bearers: ReadonlyArray<Bearer>
      readonly year: number | undefined
    }
  | { readonly _tag: "Genre"; readonly genre: string }

/** A word, or a name in the place of its words. */
export type Token = string | Name

/** What a stretch is; `unknown` is a word that no rule knows. */
type Role = keyof typeof costs

export interface Clue {
  readonly role: Role
  /** Of the tokens. */
  readonly from: number
  readonly to: number
  /** A `gap` is at a name's token. */
  readonly reading: Reading
}

/** A stretch of rules is better than words that none knows, and one stretch better than two. */
const costs = {
  wish: 10,
  clue: 10,
  single: 11,
  bare: 11,
  asking: 10,
  filler: 11,
  link: 10,
  but: 12,
  unknown: 100
} as const

/** The likelier first. */
const roles = ["wish", "clue", "single", "bare", "asking", "filler", "link", "but"] as const

/** Those that say what is looked for. */
export const telling: ReadonlySet<Role> = new Set(["wish", "clue", "single", "bare"])

/** What no question has as a word, since marks stand apart. */
const marks = { Person: "@person", Title: "@title", Genre: "@genre " } as const

const gap =
  (mark: string, of: "person" | "title"): Pattern.Terminal<Reading> =>
  (words, at) =>
    words[at] === mark ? [{ next: at + 1, meaning: { gap: { of, from: at, to: at + 1 } } }] : []

const genre: Pattern.Terminal<Reading> = (words, at) => {
  const word = words[at] ?? ""
  return word.startsWith(marks.Genre) ? [{ next: at + 1, meaning: { genres: [word.slice(marks.Genre.length)] } }] : []
}

const grammar = Pattern.reader<Reading>({
  rules: { ...Grammar.rules, ...clueRules },
  terminals: {
    ...Grammar.quantities,
    name: Done.maker(gap(marks.Person, "person")),
    title: gap(marks.Title, "title"),
    genre
  },
  nothing: {},
  merge
})

const textOf = (token: Token): string => {
  // A question mark is no word of a pattern, and in the midst of a question no more than a stop.
  if (typeof token === "string") return token === "?" ? "." : token
  return token._tag === "Genre" ? marks.Genre + token.genre : marks[token._tag]
}

interface Path {
  readonly cost: number
  readonly first: Clue | undefined
}

/** The stretches of `tokens` in their order, every token in one. */
export const of = (tokens: ReadonlyArray<Token>): ReadonlyArray<Clue> => {
  const read = grammar.over(tokens.map(textOf))
  const best: Array<Path> = [{ cost: 0, first: undefined }]
  const costFrom = (at: number): number => best[tokens.length - at]?.cost ?? 0
  for (let from = tokens.length - 1; from >= 0; from--) {
    let path: Path = {
      cost: costs.unknown + costFrom(from + 1),
      first: { role: "unknown", from, to: from + 1, reading: {} }
    }
    for (const role of roles) {
      for (const { at: to, meaning: reading } of read(role, from)) {
        const cost = costs[role] + costFrom(to)
        if (to > from && cost < path.cost) path = { cost, first: { role, from, to, reading } }
      }
    }
    best.push(path)
  }
  const clues: Array<Clue> = []
  for (let at = 0; at < tokens.length; at = clues.at(-1)?.to ?? tokens.length) {
    const { first } = best[tokens.length - at] ?? { first: undefined }
    if (first === undefined) break
    clues.push(first)
  }
  return clues
}
