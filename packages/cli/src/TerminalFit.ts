/**
 * TerminalFit: text made to fit a terminal. Pure.
 */
import { displayWidth } from "effect/cli/CliOutput"

const graphemes = new Intl.Segmenter()

/** The beginning of one line that `columns` terminal cells hold, with "…" where something is left out. */
export const fit = (text: string, columns: number): string => {
  let width = 0
  let end = 0
  for (const { index, segment } of graphemes.segment(text)) {
    width += displayWidth(segment)
    if (width > columns) return `${text.slice(0, end)}…`
    if (width < columns) end = index + segment.length
  }
  return text
}

/** `text` with spaces up to `columns` terminal cells. */
export const pad = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - displayWidth(text)))

/**
 * Words of one line in lines of at most `columns` terminal cells, from the second on behind `indent` spaces. A word that no line
 * holds is cut.
 */
export const folded = (text: string, columns: number, indent = 0): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last === undefined || displayWidth(longer) > columns)
      lines.push(last === undefined ? word : " ".repeat(indent) + word)
    else lines[lines.length - 1] = longer
  }
  return lines.map((line) => fit(line, columns))
}
