/**
 * Regressions: kinds of question that became slower within a day, as alerts. Pure.
 */
import type { Alert } from "./Alerts.ts"
import type { Stats } from "./Stats.ts"

const day = 86_400_000

/** How far back they are looked for: long enough to know what was usual. */
export const rangeMillis = 7 * day

export const rule = {
  name: "CallsheetRegression",
  severity: "warning",
  what: "A kind of question takes longer than before",
  threshold: 0.1,
  unit: "share",
  windowMillis: rangeMillis,
  forMillis: 0
} as const

const seconds = (millis: number) =>
  millis < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(millis < 10_000 ? 2 : 1)} s`

export const of = ({ kinds, to }: Stats): ReadonlyArray<Alert> =>
  kinds.flatMap(({ change, kind }): ReadonlyArray<Alert> => {
    if (change?.verdict !== "regression" || change.sinceMillis < to - day) return []
    const { beforeMillis, nowMillis, sinceMillis } = change
    return [
      {
        name: rule.name,
        subject: kind,
        severity: rule.severity,
        state: "firing",
        sinceMillis,
        firedAtMillis: sinceMillis,
        resolvedAtMillis: null,
        value: beforeMillis > 0 ? nowMillis / beforeMillis - 1 : 0,
        unit: rule.unit,
        threshold: rule.threshold,
        summary: `Questions of the kind "${kind}" take ${seconds(nowMillis)}, ${seconds(beforeMillis)} before.`,
        description:
          "Compare the schedule of a run from before with one of now: it says in which part the time is. A new version, a service that became slower, and a cache that was emptied are the usual causes."
      }
    ]
  })
