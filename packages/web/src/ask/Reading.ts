/**
 * Reading: the Markdown of an answer as tokens. The boundary to `marked`, which throws where nesting is deeper than its stack, and takes long
 * where it is deep: a text of that kind is shown as it was written.
 */
import { lexer, type Token } from "marked"

/** In characters. Of longer pieces without an empty line in them nobody reads the marks. */
const longest = 50_000

/** What nests: marks of quotations, of emphasis, and spaces before an item. */
const deep = /(?:>[ \t]*){40}|[*_]{60}|^[ \t]{120,}\S/m

const asWritten = (text: string): ReadonlyArray<Token> => [
  { type: "paragraph", raw: text, text, tokens: [{ type: "escape", raw: text, text }] }
]

const read = (text: string): ReadonlyArray<Token> => {
  if (text.length > longest || deep.test(text)) return asWritten(text)
  try {
    return lexer(text, { gfm: true, breaks: true })
  } catch {
    return asWritten(text)
  }
}

/** Never fails. Where a part is too deep, the others are read without it. */
export const tokens = (text: string): ReadonlyArray<Token> =>
  deep.test(text) ? text.split(/\n[ \t]*\n/).flatMap(read) : read(text)
