/**
 * AllOf: whether a question wants a yes or no of titles together, whether one has, or has seen, all of them or just those: a list
 * of what one has does not tell. Pure.
 */
import type { Token } from "./Clues.ts"

const opening = /^(?:do|does|did|have|has|is|are|if|whether)$/

/** After these it is no yes or no, or none of what one has. */
const others = /^(?:what|which|who|how|when|where|movies?|films?|series|shows?|titles)$/

const having = /^(?:have|own|got|see|seen|watch|watched|contain|include|hold|is|are)$/
const all = /^(?:all|every|each|everything|both)$/
const ends = /^(?:and|or|but|,|\.|\?|;|:|!)$/

const textOf = (token: Token | undefined): string => (typeof token === "string" ? token : "")

const clausesOf = (tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> => {
  const clauses: Array<Array<Token>> = [[]]
  for (const token of tokens) {
    if (ends.test(textOf(token))) clauses.push([])
    else clauses.at(-1)?.push(token)
  }
  return clauses
}

/** "The Godfather" is a title, and "the Nolan movies" are some of them. */
const isOfThose = ([verb, article, next]: ReadonlyArray<Token>): boolean =>
  having.test(textOf(verb)) && article === "the" && !(typeof next === "object" && next._tag === "Title")

const many = /^(?:movies|films|flicks|series|shows|ones|titles)$/

/** "The Alien movies" are all of a series, of which a title of just that name tells nothing. */
const isOfSeries = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some((token, at) => typeof token === "object" && token._tag === "Title" && many.test(textOf(tokens[at + 1])))

/** Whether one of the clauses of `tokens` does, or is about a series. */
export const isAsked = (tokens: ReadonlyArray<Token>): boolean =>
  isOfSeries(tokens) ||
  clausesOf(tokens).some((clause) => {
    const from = clause.findIndex((token) => opening.test(textOf(token)))
    const asked = from < 0 || clause[from + 1] === "you" ? [] : clause.slice(from)
    return (
      !clause.slice(0, Math.max(from, 0)).some((token) => others.test(textOf(token))) &&
      asked.some((token, at) => all.test(textOf(token)) || isOfThose(asked.slice(at, at + 3)))
    )
  })
