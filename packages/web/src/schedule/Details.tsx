/**
 * Details: what is known of one row.
 */
import * as Words from "../ask/Words.ts"
import * as Units from "../ui/Units.ts"
import { type Row, whats } from "./Chart.ts"

export const Details = ({ row }: { readonly row: Row }) => {
  const criticalMillis = row.critical.reduce((sum, { millis }) => sum + millis, 0)
  const facts: ReadonlyArray<readonly [string, string]> = [
    ["began", Units.duration(row.startMillis)],
    [row.isRunning ? "so far" : "took", Units.duration(row.millis)],
    ...(row.pieces.length < 2
      ? []
      : row.pieces.map(({ millis, what }) => [whats[what], Units.duration(millis)] as const)),
    ...(row.source === null ? [] : [["result", Words.sourceWord[row.source]] as const]),
    ["on the critical path", criticalMillis === 0 ? "no" : Units.duration(criticalMillis)],
    ...row.notes
  ]
  return (
    <div class="details">
      <b>
        {row.kind === "model" ? "Model call" : Words.toolName(row.label)}
        {row.step === null ? " (before the model was asked)" : ` (step ${row.step + 1})`}
      </b>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
