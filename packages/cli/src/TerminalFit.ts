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
