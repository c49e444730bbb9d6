/**
 * RowView: one call of a chart: its name, its bar, and how long it took.
 */
import * as Words from "../ask/Words.ts"
import * as Units from "../ui/Units.ts"
import { type Piece, type Row, whats } from "./Chart.ts"

/** What is too short for the scale is seen nevertheless. */
const leastPercent = 0.3

const percent = (millis: number, endMillis: number) => Math.max(0, Math.min(100, (100 * millis) / endMillis))

export const Bar = ({ endMillis, piece }: { readonly endMillis: number; readonly piece: Piece }) => (
  <span
    class={`piece what-${piece.what}`}
    style={{
      left: `${percent(piece.startMillis, endMillis)}%`,
      width: `${Math.max(leastPercent, percent(piece.millis, endMillis))}%`
    }}
  />
)

/** Before a tool's name: where its result came from. */
const signs = { memory: "≡ ", store: "≡ ", shared: "≡ ", foreseen: "» ", upstream: "" } as const

const nameOf = ({ kind, label, source }: Row): string =>
  kind === "model" ? label : `${source === null ? "" : signs[source]}${Words.toolName(label)}`

/** What the bar says, in words. */
const barText = (row: Row): string => {
  const { critical, isRunning, ok, pieces, source, startMillis, step } = row
  const parts = [
    ...(step === null ? ["before the model was asked"] : []),
    `began at ${Units.duration(startMillis)}`,
    ...(isRunning ? ["goes on"] : []),
    ...(pieces.length > 1 ? pieces.map((piece) => `${whats[piece.what]} ${Units.duration(piece.millis)}`) : []),
    ...(source === null || source === "upstream" ? [] : [Words.sourceWord[source]]),
    ...(critical.length > 0 ? ["on the critical path"] : []),
    ...(ok ? [] : ["failed"])
  ]
  return parts.join(", ")
}

export const RowView = ({ endMillis, row }: { readonly endMillis: number; readonly row: Row }) => (
  <>
    <span class="label">
      <span class="number">{row.step === null ? "·" : row.step + 1}</span>
      <span class={row.kind}>{nameOf(row)}</span>
    </span>
    <span class="unseen">{barText(row)}</span>
    <span class="bars" aria-hidden="true">
      {row.pieces.length === 0 ? (
        <Bar endMillis={endMillis} piece={{ what: "tools", startMillis: row.startMillis, millis: 0 }} />
      ) : (
        row.pieces.map((piece) => <Bar key={piece.startMillis} endMillis={endMillis} piece={piece} />)
      )}
      {row.critical.map(({ millis, startMillis }) => (
        <span
          key={startMillis}
          class="critical"
          style={{
            left: `${percent(startMillis, endMillis)}%`,
            width: `${Math.max(leastPercent, percent(millis, endMillis))}%`
          }}
        />
      ))}
    </span>
    <span class={`time ${row.ok ? "" : "failed"}`}>{`${row.ok ? "" : "✕ "}${Units.duration(row.millis)}`}</span>
  </>
)
