/**
 * Panel: one subject of the dashboards: its name, what it says now, and its chart.
 */
import type { ComponentChildren } from "preact"

import type { Chart } from "./Plot.ts"
import { TimeChart } from "./TimeChart.tsx"

export const Panel = ({
  chart,
  children,
  says,
  title
}: {
  readonly title: string
  /** In a sentence. */
  readonly says: string
  readonly chart: Chart
  readonly children?: ComponentChildren
}) => (
  <section class="panel card">
    <h2>{title}</h2>
    <p class="says quiet-text small">{says}</p>
    {children}
    <TimeChart chart={chart} label={`${title}. ${says}`} />
  </section>
)
