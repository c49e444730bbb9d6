/**
 * DataTable: figures in rows and columns, which scrolls within itself where there is too little room.
 */
import type { ComponentChildren } from "preact"

/** A column of numbers has `#` before its name. */
const isNumber = (column: string): boolean => column.startsWith("#")

export interface Row {
  readonly key: string
  /** One for each column. */
  readonly cells: ReadonlyArray<ComponentChildren>
}

export const DataTable = ({
  columns,
  isTall = false,
  label,
  rows
}: {
  /** Names; `#` before that of a column of numbers. */
  readonly columns: ReadonlyArray<string>
  /** Whether it may be long: then it scrolls down, too. */
  readonly isTall?: boolean
  readonly label: string
  readonly rows: ReadonlyArray<Row>
}) => (
  <div class={isTall ? "scrolled tall" : "scrolled"} tabIndex={0} role="region" aria-label={label}>
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col" class={isNumber(column) ? "number" : ""}>
              {column.replace("#", "")}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ cells, key }) => (
          <tr key={key}>
            {cells.map((cell, index) => (
              <td key={index} class={isNumber(columns[index] ?? "") ? "number" : ""}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
