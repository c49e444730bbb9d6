import { displayWidth } from "effect/cli/CliOutput"

import type { Size } from "../../src/RunView.ts"

const graphemes = new Intl.Segmenter()

/**
 * What a terminal of `size` holds once `output` has been written to it, lines above its edge included, up to the cursor or
 * the last line that is not empty. Long lines wrap, and the cursor goes up no further than the edge.
 */
export const screen = (output: string, { columns, rows }: Size): ReadonlyArray<string> => {
  const lines = [""]
  let row = 0
  const down = () => {
    row += 1
    if (row === lines.length) lines.push("")
  }
  for (const [piece, command] of output.matchAll(/\u001B\[\d+([AK])|\n|[^\n\u001B]+|\u001B/g)) {
    if (piece === "\n") down()
    else if (command === "A") row = Math.max(row - 1, lines.length - rows, 0)
    else if (command === "K") lines[row] = ""
    else {
      for (const { segment } of graphemes.segment(piece)) {
        if (displayWidth((lines[row] ?? "") + segment) > columns) down()
        lines[row] += segment
      }
    }
  }
  const last = lines.findLastIndex((line) => line !== "")
  return lines.slice(0, Math.max(row, last) + 1)
}
