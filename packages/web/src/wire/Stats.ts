/**
 * Stats: the server over a range of time (`GET /v1/stats`). A series has a value for each bucket of `at`: null where nothing was seen,
 * 0 of counts. Instants are Unix time in milliseconds.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Http from "./Http.ts"
import { Route, Source } from "./RunEvent.ts"

const nullable = Schema.NullOr(Schema.Finite)
const Series = Schema.Array(nullable)
const Counts = Schema.Array(Schema.Finite)

/** When the times of a kind of question changed, and from what to what. */
const Change = Schema.Struct({
  verdict: Schema.Literals(["regression", "improvement"]),
  sinceMillis: Schema.Finite,
  beforeMillis: Schema.Finite,
  nowMillis: Schema.Finite,
  shiftMillis: Schema.Finite,
  interval: Schema.Tuple([Schema.Finite, Schema.Finite]),
  p: Schema.Finite
})

export const Kind = Schema.Struct({
  kind: Schema.String,
  route: Schema.NullOr(Route),
  tools: Schema.Array(Schema.String),
  runs: Schema.Finite,
  failed: Schema.Finite,
  p50Millis: nullable,
  p95Millis: nullable,
  series: Schema.Struct({ runs: Counts, p50Millis: Series, p95Millis: Series }),
  change: Schema.NullOr(Change)
})
export type Kind = typeof Kind.Type

const Upstream = Schema.Struct({
  name: Schema.String,
  breaker: Schema.NullOr(Schema.Literals(["closed", "half-open", "open"])),
  /** 0 closed, 1 half open, 2 open: the worst of each bucket. */
  level: Series,
  opened: Counts,
  requests: Counts,
  reused: Counts,
  failed: Counts
})

export const Stats = Schema.Struct({
  from: Schema.Finite,
  to: Schema.Finite,
  bucket: Schema.Finite,
  at: Counts,
  /** Whether there were more runs than are read for one answer: then the oldest are missing. */
  isPartial: Schema.Boolean,
  runs: Schema.Struct({ total: Counts, failed: Counts }),
  durations: Schema.Struct({ p50Millis: Series, p95Millis: Series }),
  kinds: Schema.Array(Kind),
  components: Schema.Array(
    Schema.Struct({ component: Schema.String, millis: Schema.Finite, share: Schema.Finite, series: Counts })
  ),
  profiledRuns: Schema.Finite,
  modelCalls: Schema.Struct({ mean: nullable, series: Series }),
  tokens: Schema.Struct({ input: Counts, cachedInput: Counts, output: Counts }),
  toolCalls: Schema.Array(Schema.Struct({ source: Source, calls: Schema.Finite, series: Counts })),
  cacheReads: Schema.Array(Schema.Struct({ source: Source, reads: Schema.Finite, series: Counts })),
  saved: Schema.Struct({ rememberedMillis: Counts, parallelMillis: Counts }),
  tools: Schema.Array(
    Schema.Struct({ name: Schema.String, calls: Schema.Finite, failed: Schema.Finite, meanMillis: nullable })
  ),
  upstreams: Schema.Array(Upstream),
  process: Schema.Struct({ rssBytes: Series, heapBytes: Series, eventLoopP99Millis: Series, cpuShare: Series })
})
export type Stats = typeof Stats.Type

/** The last `rangeMillis` up to now. */
export const latest = (rangeMillis: number) =>
  Effect.flatMap(Clock.currentTimeMillis, (to) => Http.get(`v1/stats?from=${to - rangeMillis}&to=${to}`, Stats))

export const Alert = Schema.Struct({
  name: Schema.String,
  subject: Schema.NullOr(Schema.String),
  severity: Schema.Literals(["critical", "warning"]),
  state: Schema.Literals(["pending", "firing", "resolved"]),
  sinceMillis: Schema.Finite,
  firedAtMillis: nullable,
  resolvedAtMillis: nullable,
  value: Schema.Finite,
  unit: Schema.String,
  threshold: Schema.Finite,
  summary: Schema.String,
  description: Schema.String
})
export type Alert = typeof Alert.Type

const Alerts = Schema.Struct({
  atMillis: Schema.Finite,
  alerts: Schema.Array(Alert),
  rules: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      severity: Schema.String,
      what: Schema.String,
      threshold: Schema.Finite,
      unit: Schema.String,
      windowMillis: Schema.Finite,
      forMillis: Schema.Finite,
      state: Schema.String
    })
  )
})

/** Firing ones first, then pending, then those resolved within a day. */
export const alerts = Http.get("v1/alerts", Alerts)
