/**
 * Tables: the kinds of question, the tools, and the services behind them, over the whole range.
 */
import * as Words from "../ask/Words.ts"
import { DataTable } from "../ui/DataTable.tsx"
import { nowMillis } from "../ui/Now.ts"
import * as Units from "../ui/Units.ts"
import type { Stats } from "../wire/Stats.ts"
import * as Says from "./Says.ts"
import * as Series from "./Series.ts"

const millis = (value: number | null) => (value === null ? "–" : Units.duration(value))

export const Kinds = ({ stats: { kinds } }: { readonly stats: Stats }) => {
  const now = nowMillis()
  return (
    <section class="card wide">
      <h2>Kinds of question</h2>
      <p class="says quiet-text small">By how they were answered and which tools they needed.</p>
      <DataTable
        label="Kinds of question"
        columns={["Answered", "#Questions", "#Failed", "#p50", "#p95", "Trend"]}
        rows={kinds.map((kind) => ({
          key: kind.kind,
          cells: [
            Says.kind(kind),
            Units.count(kind.runs),
            Units.count(kind.failed),
            millis(kind.p50Millis),
            millis(kind.p95Millis),
            <span class={kind.change?.verdict ?? ""}>{Says.change(kind.change, now)}</span>
          ]
        }))}
      />
    </section>
  )
}

export const Tools = ({ stats: { tools } }: { readonly stats: Stats }) =>
  tools.length === 0 ? null : (
    <section class="card">
      <h2>Tools</h2>
      <DataTable
        label="Tools"
        isTall
        columns={["Tool", "#Calls", "#Failed", "#Asked, mean"]}
        rows={tools.map(({ calls, failed, meanMillis, name }) => ({
          key: name,
          cells: [Words.toolName(name), Units.count(calls), Units.count(failed), millis(meanMillis)]
        }))}
      />
    </section>
  )

export const Upstreams = ({ stats: { upstreams } }: { readonly stats: Stats }) =>
  upstreams.length === 0 ? null : (
    <section class="card wide">
      <h2>Services</h2>
      <p class="says quiet-text small">
        Whether each is asked, and how often its connections were used again: a new one costs a round trip or more.
      </p>
      <DataTable
        label="Services"
        columns={[
          "Service",
          "State",
          "#Requests",
          "#On a connection that was open",
          "#Connections opened",
          "#Failed to connect"
        ]}
        rows={upstreams.map(({ breaker, failed, name, opened, requests, reused }) => ({
          key: name,
          cells: [
            name,
            <span class={breaker ?? ""}>{Says.breaker(breaker)}</span>,
            Units.count(Series.sum(requests)),
            Series.sum(requests) === 0 ? "–" : Units.share(Series.sum(reused) / Series.sum(requests)),
            Units.count(Series.sum(opened)),
            Units.count(Series.sum(failed))
          ]
        }))}
      />
    </section>
  )
