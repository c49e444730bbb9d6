/**
 * RunsRoute: `GET /v1/runs?before=&limit=`: the runs that are kept, the newest first, each with what it came to.
 */
import * as Effect from "effect/Effect"

import * as Methods from "../Methods.ts"
import * as Page from "../Page.ts"
import * as Places from "../Places.ts"
import { Runs } from "../Runs.ts"
import type { RunRecord } from "../RunStore.ts"

/** A list holds the beginning of an answer; `GET /v1/runs/{id}` all of it. */
const answerLength = 400

const short = (record: RunRecord): RunRecord =>
  record.answer !== null && record.answer.length > answerLength
    ? { ...record, answer: `${record.answer.slice(0, answerLength)}...` }
    : record

const list = Effect.gen(function* () {
  const { cursor = Places.end, limit } = yield* Page.asked("before", Places.decode)
  const runs = yield* Runs
  const found = yield* runs.list(cursor, limit + 1)
  const { next, page } = Page.cut(found, limit, (run) => Places.encode(Places.ofRun(run)))
  return yield* Page.respond(JSON.stringify({ runs: page.map(short), next }), "before", next)
})

export const layer = Methods.layer("/v1/runs", { GET: list })
