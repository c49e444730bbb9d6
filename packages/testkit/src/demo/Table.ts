/**
 * Table: the data modules' text form, one title a line, columns between bars. A line is read by position; a
 * missing column is the empty string.
 */

/** The rows of `text`; `at(n)` is the trimmed column `n`, `list(n)` its parts between commas, `number(n)` its number. */
export const rows = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const columns = line.split("|").map((column) => column.trim())
      const at = (index: number): string => columns[index] ?? ""
      return {
        at,
        number: (index: number): number => Number(at(index)),
        list: (index: number): ReadonlyArray<string> => (at(index) === "" ? [] : at(index).split(", "))
      }
    })
