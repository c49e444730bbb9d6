/**
 * Words: a question as the words that the grammar is written in: lower case, contractions written out, marks apart.
 */

/** A word or a mark. `start` and `end` are where it stands in the question, the words of a contraction all at one place. */
export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
  /** Where a slip of the typist's was mended: the word as it was typed. */
  readonly typed?: string
}

/** Letters and digits, apostrophes and points within them ("haven't", "7.5", "J.K"), or one mark. */
const form = /[\p{L}\p{M}\p{N}]+(?:[.'’][\p{L}\p{M}\p{N}]+)*|\S/gu

/** A quotation mark, however it is written; a single one is told from an apostrophe by where it stands. */
const quotes = /^["“”„«»‘’']$/u

/** Words after which "'s" is a verb, and not a possessive. */
const beforeIs = new Set(["what", "who", "where", "that", "there", "it", "here", "how", "which", "anything"])

const unmarked: Readonly<Record<string, string>> = {
  whats: "what is",
  wheres: "where is",
  hows: "how is",
  theres: "there is",
  thats: "that is",
  im: "i am",
  ive: "i have",
  weve: "we have",
  dont: "do not",
  doesnt: "does not",
  havent: "have not",
  hasnt: "has not",
  isnt: "is not",
  arent: "are not",
  didnt: "did not",
  cant: "can not",
  "can't": "can not",
  "won't": "will not",
  cannot: "can not",
  "let's": "let us",
  gimme: "give me",
  television: "tv"
}

const endings: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(\p{L}+)n't$/u, "not"],
  [/^(\p{L}+)'ve$/u, "have"],
  [/^(i)'m$/u, "am"],
  [/^(\p{L}+)'re$/u, "are"],
  [/^(\p{L}+)'d$/u, "would"],
  [/^(\p{L}+)'ll$/u, "will"]
]

const written = (word: string): ReadonlyArray<string> => {
  if (Object.hasOwn(unmarked, word)) return (unmarked[word] ?? word).split(" ")
  for (const [ending, verb] of endings) {
    const stem = ending.exec(word)?.[1]
    if (stem !== undefined) return [stem, verb]
  }
  if (!word.endsWith("'s")) return [word]
  const stem = word.slice(0, -2)
  if (/^\d+$/.test(stem)) return [`${stem}s`]
  return [stem, beforeIs.has(stem) ? "is" : "'s"]
}

/** A text that has more of them is not one question. */
export const mostWords = 60

/**
 * The words of `question`, without the marks at its end. Hyphens within a word part it; between numbers they stay. Of a longer
 * text only so many that there are more than {@link mostWords}.
 */
export const of = (question: string): ReadonlyArray<Word> => {
  const words: Array<Word> = []
  let isQuoted = false
  for (const match of question.matchAll(form)) {
    if (words.length > mostWords) return words
    const start = match.index
    const end = start + match[0].length
    const before = question[start - 1] ?? " "
    const after = question[end] ?? " "
    const text = match[0].toLowerCase().replaceAll("’", "'")
    if (/^[-–‐‑]$/u.test(text) && /\p{L}/u.test(before + after) && !/\s/u.test(before + after)) continue
    if (/^['’‘]$/u.test(text) && /\d/.test(after)) continue
    if (text === "'" && /s/i.test(before) && !isQuoted) words.push({ text: "'s", start, end })
    else if (quotes.test(text)) {
      words.push({ text: '"', start, end })
      isQuoted = !isQuoted
    } else if (/^[–—‐‑]$/u.test(text)) words.push({ text: "-", start, end })
    else {
      // A name is without its genitive.
      const stem = text.endsWith("'s") ? end - 2 : end
      for (const word of written(text)) words.push({ text: word, start, end: word === "'s" ? end : stem })
    }
  }
  while (/^[.?!…]$/u.test(words.at(-1)?.text ?? "")) words.pop()
  return words
}

/** Two neighbours changed places, or one letter within the word left out or doubled. First and last letter stand. */
const isSlipOf = (typed: string, word: string): boolean => {
  if (typed[0] !== word[0] || typed.at(-1) !== word.at(-1)) return false
  const at = Array.from(typed).findIndex((letter, index) => letter !== word[index])
  const rest = typed.slice(at)
  if (typed.length === word.length) {
    return rest.slice(0, 2) === `${word[at + 1]}${word[at]}` && rest.slice(2) === word.slice(at + 2)
  }
  if (typed.length === word.length - 1) return rest === word.slice(at + 1)
  return typed.length === word.length + 1 && typed[at] === typed[at - 1] && rest.slice(1) === word.slice(at)
}

const shortest = 6

/**
 * Where one word of six letters or more is not in `vocabulary` but a slip away from one single word that is: `words` with that.
 *
 * A word of another language often has another ending, so endings are not mended.
 */
export const mend = (words: ReadonlyArray<Word>, vocabulary: ReadonlySet<string>): ReadonlyArray<Word> =>
  words.map((word) => {
    if (word.text.length < shortest - 1 || vocabulary.has(word.text) || !/^[a-z]+$/.test(word.text)) return word
    const meant = Array.from(vocabulary).filter((known) => known.length >= shortest && isSlipOf(word.text, known))
    const [only] = meant
    return only === undefined || meant.length > 1 ? word : { ...word, text: only, typed: word.text }
  })

/** Letters and digits alone, in lower case and without accents: what makes two names the same. */
export const plain = (name: string): string =>
  name
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replaceAll("&", " and ")
    .replace(/['’]/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
