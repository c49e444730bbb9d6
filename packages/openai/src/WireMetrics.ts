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

/** The counts of `upstream`, in the registry of `context`. */
export const make = (upstream: string, context: Context.Context<never>): WireMetrics => {
  const count = (id: string, description: string, attributes?: Readonly<Record<string, string>>) =>
    Metric.counter(id, {
      description,
      incremental: true,
      attributes: { "callsheet.upstream": upstream, ...attributes }
    }).updateUnsafe(1, context)
  return {
    opened: () => count("http.client.connection.opened", "TCP connections that were opened"),
    failed: () => count("http.client.connection.failed", "Connections that were tried and did not come about"),
    sent: (state) =>
      count("http.client.connection.requests", "Requests, by what their connection was", {
        "http.connection.state": state
      }),
    shookHands: (isResumed) =>
      count("tls.client.handshakes", "TLS handshakes that were completed", { "tls.resumed": String(isResumed) }),
    lookedUp: (source) =>
      count("dns.client.lookups", "Host names that a connection needed", { "dns.lookup.source": source })
  }
}
