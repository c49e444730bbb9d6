/**
 * StatsRoute: `GET /v1/stats?from=&to=&bucket=`: what the server did over a range of time, in buckets (`Stats`). `from` and `to` are
 * Unix time in milliseconds or ISO 8601, the last day where they are absent; `bucket` is in milliseconds.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"

import * as Etag from "../Etag.ts"
import * as Methods from "../Methods.ts"
import { Monitor } from "../Monitor.ts"
import { Problem } from "../Problem.ts"
import { RunError } from "../RunError.ts"
import * as Buckets from "../stats/Buckets.ts"

const invalid = (detail: string) => new Problem({ kind: "invalid-range", detail })

/** Beyond this no date is. */
const mostMillis = 8_640_000_000_000_000

const instantOf = (name: string, text: string | null) => {
  if (text === null) return Effect.undefined
  const millis = /^\d{1,16}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  return millis >= 0 && millis <= mostMillis
    ? Effect.succeed(millis)
    : Effect.fail(invalid(`${name} is no instant: give Unix time in milliseconds, or ISO 8601.`))
}

const bucketsOf = Effect.fnUntraced(function* (url: string) {
  const query = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1])
  const to = (yield* instantOf("to", query.get("to"))) ?? (yield* Clock.currentTimeMillis)
  const from = (yield* instantOf("from", query.get("from"))) ?? Math.max(0, to - Buckets.standardRangeMillis)
  if (from >= to) return yield* invalid("from is not before to.")
  const bucket = query.get("bucket")
  if (bucket === null) return Buckets.of(from, to)
  if (!/^\d{1,15}$/.test(bucket) || Number(bucket) < Buckets.leastBucketMillis) {
    return yield* invalid(`bucket is a number of milliseconds, from ${Buckets.leastBucketMillis} on.`)
  }
  const buckets = Buckets.of(from, to, Number(bucket))
  return buckets.count > Buckets.mostBuckets
    ? yield* invalid(`That would be ${buckets.count} buckets, more than ${Buckets.mostBuckets}: choose longer ones.`)
    : buckets
})

const show = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { stats } = yield* Monitor
  const buckets = yield* bucketsOf(request.url)
  return Etag.json(request, yield* Effect.mapError(stats(buckets), (reason) => new RunError({ reason })))
})

export const layer = Methods.layer("/v1/stats", { GET: show })
