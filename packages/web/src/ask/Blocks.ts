/**
 * Blocks: a text that grows, cut where what stands before will not be read otherwise by what comes, so that only its end is read anew.
 * Pure.
 */

/** Shorter texts are read anew as a whole. */
const shortest = 500

/** An empty line after which something begins that belongs to nothing before: no list, no quotation, nothing indented. */
const border = /\n[ \t]*\n(?=[^\s\-*+>\d|`~])/g

const fences = (text: string) => text.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0

/** Pieces that are the text when joined. A piece stays as it is while text is added, but for the last. */
export const of = (text: string): ReadonlyArray<string> => {
  if (text.length < shortest) return [text]
  const pieces: Array<string> = []
  let begin = 0
  for (const { 0: gap, index } of text.matchAll(border)) {
    const end = index + gap.length
    const piece = text.slice(begin, end)
    // Within a fence an empty line is text.
    if (piece.length < shortest || fences(piece) % 2 === 1) continue
    pieces.push(piece)
    begin = end
  }
  return [...pieces, text.slice(begin)]
}

const fence = /^ {0,3}(?:```|~~~)/
const item = /^[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]/

/**
 * The text with an empty line after each list that is followed by a line of its own. Markdown takes that line for the last item's; who
 * writes it means a paragraph.
 */
export const apart = (text: string): string => {
  let isCode = false
  let isItem = false
  const lines: Array<string> = []
  for (const line of text.split("\n")) {
    if (fence.test(line)) isCode = !isCode
    const isOwn = isItem && !isCode && /^\S/.test(line) && !item.test(line)
    if (isOwn) lines.push("")
    isItem = !isCode && item.test(line)
    lines.push(line)
  }
  return lines.join("\n")
}
