/**
 * Legend: what the colours and signs of a chart mean, of those that are in it.
 */
import { type Chart, type What, whats } from "./Chart.ts"

export const Legend = ({ chart: { path, rows } }: { readonly chart: Chart }) => {
  const used = new Set<What>([...path, ...rows.slice(0, 500).flatMap(({ pieces }) => pieces)].map(({ what }) => what))
  const shown = Object.entries(whats).filter(([what]) => [...used].some((one) => one === what))
  return (
    <ul class="legend">
      {shown.map(([what, meaning]) => (
        <li key={what}>
          <span class={`piece what-${what}`} aria-hidden="true" />
          {what === "remembered" ? `≡ ${meaning}` : what === "foreseen" ? `» ${meaning}` : meaning}
        </li>
      ))}
      <li>
        <span class="critical" aria-hidden="true" />
        the run waited for it
      </li>
    </ul>
  )
}
