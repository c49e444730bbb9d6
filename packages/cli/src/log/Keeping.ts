/**
 * Keeping: a run that is over, written into the query log that the settings name.
 */
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"

import type { Choice } from "../Composition.ts"
import { failed } from "../ExitError.ts"
import type { Settings } from "../Settings.ts"
import * as LogPlace from "./LogPlace.ts"
import * as QueryLog from "./QueryLog.ts"
import * as QueryRecord from "./QueryRecord.ts"
import * as Secrets from "./Secrets.ts"

/** Writes `told`, unless there is no log, or it is of demo services and nobody chose a file for it. */
export const write = Effect.fnUntraced(function* (
  told: QueryRecord.Told,
  settings: Settings,
  { isDemo }: Choice,
  command: QueryRecord.Setup["command"]
) {
  const place = yield* LogPlace.of(settings)
  if (place._tag === "None" || (isDemo && !place.isChosen)) return
  yield* QueryLog.append(place.path, QueryRecord.make(told, { command, isDemo }, Secrets.of(settings))).pipe(
    Effect.mapError(({ message }) =>
      failed(
        `The query log ${place.path} cannot be written (${message}): set CALLSHEET_LOG to another file, or to off.`
      )
    )
  )
}, Effect.provide(NodePath.layer))
