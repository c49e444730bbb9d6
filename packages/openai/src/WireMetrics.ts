/**
 * WireMetrics: what connections cost, counted for each upstream (`callsheet.upstream`: `model`, `plex`, ...), as metrics of Effect.
 *
 * | metric | counts | its other attribute |
 * | --- | --- | --- |
 * | `http.client.connection.opened` | TCP connections | |
 * | `http.client.connection.failed` | those that were tried and did not come about, TLS included | |
 * | `http.client.connection.requests` | requests sent | `http.connection.state`: `new`, `warm` (open before it was wanted) or `reused` |
 * | `tls.client.handshakes` | TLS handshakes that were completed | `tls.resumed`: `true` or `false` (full) |
 * | `dns.client.lookups` | host names that a connection needed | `dns.lookup.source`: `resolver`, `shared` (asked a moment ago) or `failed` |
 *
 * What has not happened yet has no series.
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** What a request's connection was: opened for it, open before anybody wanted it, or used before. */
export type State = "new" | "warm" | "reused"

export type LookupSource = "resolver" | "shared" | "failed"

export interface WireMetrics {
  opened(): void
  failed(): void
  sent(state: State): void
  shookHands(isResumed: boolean): void
  lookedUp(source: LookupSource): void
}

const counter = (id: string, description: string) => Metric.counter(id, { description, incremental: true })

/** The counts of `upstream`, in the registry of `context`. */
export const make = (upstream: string, context: Context.Context<never>): WireMetrics => {
  const counts = (id: string, description: string) => {
    const counted = Metric.withAttributes(counter(id, description), { "callsheet.upstream": upstream })
    return {
      add: () => counted.updateUnsafe(1, context),
      addAs: (name: string, value: string) => Metric.withAttributes(counted, { [name]: value }).updateUnsafe(1, context)
    }
  }
  const opened = counts("http.client.connection.opened", "TCP connections that were opened")
  const failed = counts("http.client.connection.failed", "Connections that were tried and did not come about")
  const requests = counts("http.client.connection.requests", "Requests, by what their connection was")
  const handshakes = counts("tls.client.handshakes", "TLS handshakes that were completed")
  const lookups = counts("dns.client.lookups", "Host names that a connection needed")
  return {
    opened: opened.add,
    failed: failed.add,
    sent: (state) => requests.addAs("http.connection.state", state),
    shookHands: (isResumed) => handshakes.addAs("tls.resumed", String(isResumed)),
    lookedUp: (source) => lookups.addAs("dns.lookup.source", source)
  }
}
