/**
 * AlertList: what is wrong now, with what to do; what was within a day; and the rules.
 */
import { DataTable } from "../ui/DataTable.tsx"
import { nowMillis } from "../ui/Now.ts"
import * as Units from "../ui/Units.ts"
import { useLoaded } from "../ui/useLoaded.ts"
import * as Stats from "../wire/Stats.ts"

const signs = { critical: "✕ critical", warning: "▲ warning" } as const

const One = ({ alert, now }: { readonly alert: Stats.Alert; readonly now: number }) => (
  <li class={`alert ${alert.severity} ${alert.state}`}>
    <p>
      <b>{alert.state === "pending" ? "watched" : signs[alert.severity]}</b> {alert.summary}
    </p>
    <p class="quiet-text small">
      {`Since ${Units.instant(alert.sinceMillis, now)}. `}
      {alert.description}
    </p>
  </li>
)

/** A limit with its unit. */
const limit = (threshold: number, unit: string): string =>
  unit === "share"
    ? Units.share(threshold)
    : unit === "s"
      ? Units.duration(threshold * 1000)
      : unit === ""
        ? "open"
        : `${threshold} ${unit}`

export const AlertList = () => {
  const { problem, value } = useLoaded(Stats.alerts, "alerts", { everyMillis: 15_000 })
  const now = nowMillis()
  const current = value?.alerts.filter(({ state }) => state !== "resolved") ?? []
  const resolved = value?.alerts.filter(({ state }) => state === "resolved") ?? []
  return (
    <section class="alerts card" aria-label="Alerts">
      <h2>Alerts</h2>
      {problem !== undefined && <p class="notice bad">{problem.detail}</p>}
      <div role="status">
        {value !== undefined && current.length === 0 && <p class="quiet-text">● Nothing is wrong by any rule.</p>}
        {current.length > 0 && (
          <ul>
            {current.map((alert) => (
              <One key={`${alert.name} ${alert.subject}`} alert={alert} now={now} />
            ))}
          </ul>
        )}
      </div>
      {resolved.length > 0 && (
        <details>
          <summary>{`Resolved within a day: ${resolved.length}`}</summary>
          <ul>
            {resolved.map((alert) => (
              <li key={`${alert.name} ${alert.subject} ${alert.resolvedAtMillis}`} class="small">
                {`${alert.summary} From ${Units.instant(alert.sinceMillis, now)} to ${Units.instant(alert.resolvedAtMillis ?? now, now)}.`}
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>Rules</summary>
        <DataTable
          label="Rules"
          columns={["Rule", "#Limit", "#Over", "#For", "Now"]}
          rows={(value?.rules ?? []).map(({ forMillis, name, state, threshold, unit, what, windowMillis }) => ({
            key: name,
            cells: [
              <>
                {what} <span class="quiet-text">{name}</span>
              </>,
              limit(threshold, unit),
              windowMillis === 0 ? "now" : Units.duration(windowMillis),
              forMillis === 0 ? "at once" : Units.duration(forMillis),
              state
            ]
          }))}
        />
      </details>
    </section>
  )
}
