/**
 * Outage: what is said of a collector that does not take what it is sent: one warning, and the next one only after it took
 * something again.
 */
import * as Predicate from "effect/Predicate"

/** What an exporter of OpenTelemetry says of an export; 0 is success. */
export interface Result {
  readonly code: number
  readonly error?: Error
}

export interface Outage {
  /** Hears what came of an export. */
  readonly hear: (result: Result) => void
  /** More waits to be sent than is kept. */
  readonly overflow: () => void
}

/** A status or a code of the system; never an error's own words, which may hold what was sent or where it went. */
const reasonOf = (error: Error | undefined): string => {
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  if (typeof code === "number") return `it answers with HTTP status ${code}`
  return typeof code === "string" && /^[A-Z_0-9]+$/.test(code) ? code : "it is too slow or too busy"
}

/** `collector` as a person knows it, without credentials. `warn` must not throw. */
export const make = (collector: string, warn: (problem: string) => void): Outage => {
  let isTold = false
  const lost = (reason: string) => {
    if (isTold) return
    isTold = true
    warn(
      `Telemetry cannot be sent to ${collector} (${reason}): it is dropped, and runs go on. Check OTEL_EXPORTER_OTLP_ENDPOINT and what listens there.`
    )
  }
  return {
    hear: ({ code, error }) => {
      if (code === 0) isTold = false
      else lost(reasonOf(error))
    },
    overflow: () => lost("more is waiting than is kept")
  }
}
