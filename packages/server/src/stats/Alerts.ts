/**
 * Alerts: what is wrong and since when, told once it has lasted as long as its rule says, and for a day after it is over. Pure: a state and
 * what was seen give the next state.
 */
import * as AlertRules from "./AlertRules.ts"

export interface Alert {
  readonly name: string
  readonly subject: string | null
  readonly severity: AlertRules.Rule["severity"]
  readonly state: "pending" | "firing" | "resolved"
  /** Since when the rule is broken. */
  readonly sinceMillis: number
  readonly firedAtMillis: number | null
  readonly resolvedAtMillis: number | null
  readonly value: number
  readonly unit: AlertRules.Rule["unit"]
  readonly threshold: number
  readonly summary: string
  readonly description: string
}

/** How long one that is resolved is told. */
const resolvedMillis = 86_400_000
const mostResolved = 100

const isSame = (alert: Alert, name: string, subject: string | null) =>
  alert.state !== "resolved" && alert.name === name && alert.subject === subject

/** The alerts after `seen`, from those before. */
export const next = (alerts: ReadonlyArray<Alert>, seen: AlertRules.Seen): ReadonlyArray<Alert> => {
  const { nowMillis } = seen
  const broken = AlertRules.rules.flatMap((rule) =>
    (rule.breaches(seen) ?? []).map((breach): Alert => {
      const { description, forMillis, name, severity, threshold, unit } = rule
      const before = alerts.find((alert) => isSame(alert, name, breach.subject))
      const sinceMillis = before?.sinceMillis ?? nowMillis
      const isFiring = nowMillis - sinceMillis >= forMillis
      return {
        name,
        subject: breach.subject,
        severity,
        state: isFiring ? "firing" : "pending",
        sinceMillis,
        firedAtMillis: before?.firedAtMillis ?? (isFiring ? nowMillis : null),
        resolvedAtMillis: null,
        value: breach.value,
        unit,
        threshold,
        summary: rule.summary(breach),
        description
      }
    })
  )
  // What nobody was told of is gone without a word.
  const ended = alerts
    .filter(({ name, state, subject }) => state === "firing" && !broken.some((alert) => isSame(alert, name, subject)))
    .map((alert): Alert => ({ ...alert, state: "resolved", resolvedAtMillis: nowMillis }))
  const kept = alerts.filter(
    ({ resolvedAtMillis }) => resolvedAtMillis !== null && resolvedAtMillis > nowMillis - resolvedMillis
  )
  const firing = broken.filter(({ state }) => state === "firing")
  const pending = broken.filter(({ state }) => state === "pending")
  return [...firing, ...pending, ...[...ended, ...kept].slice(0, mostResolved)]
}

/** How each rule stands. */
export const standing = (alerts: ReadonlyArray<Alert>, seen: AlertRules.Seen) =>
  AlertRules.rules.map(({ breaches, forMillis, name, severity, threshold, unit, what, windowMillis }) => {
    const own = alerts.filter((alert) => alert.name === name && alert.state !== "resolved")
    const state = own.some((alert) => alert.state === "firing")
      ? "firing"
      : own.length > 0
        ? "pending"
        : breaches(seen) === undefined
          ? "no data"
          : "ok"
    return { name, severity, what, threshold, unit, windowMillis, forMillis, state }
  })
