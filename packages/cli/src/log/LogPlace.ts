/**
 * LogPlace: the file of the query log, from `CALLSHEET_LOG`.
 *
 * | value | is |
 * | --- | --- |
 * | a path | that file, also for what demo services answer |
 * | `off` | none |
 * | nothing | `callsheet/queries.jsonl` in the user's state folder: `XDG_STATE_HOME`, else `.local/state` in `HOME`; none where neither is set |
 *
 * Of demo services nothing is kept where no path is given: their figures say nothing of the household's.
 */
import * as Effect from "effect/Effect"

import { failed } from "../ExitError.ts"
import type { Settings } from "../Settings.ts"
import * as StateFolder from "../StateFolder.ts"

export type LogPlace =
  | { readonly _tag: "File"; readonly path: string; readonly isChosen: boolean }
  | { readonly _tag: "None"; readonly why: string }

/** Where the log of `settings` is. */
export const of = Effect.fnUntraced(
  function* (settings: Settings) {
    const chosen = settings.values["CALLSHEET_LOG"]?.value.trim()
    if (chosen?.toLowerCase() === "off") return { _tag: "None", why: "CALLSHEET_LOG is off" } satisfies LogPlace
    if (chosen !== undefined) return { _tag: "File", path: chosen, isChosen: true } satisfies LogPlace
    const path = yield* StateFolder.file("queries.jsonl")
    return path === undefined
      ? ({ _tag: "None", why: "neither XDG_STATE_HOME nor HOME names a folder for it" } satisfies LogPlace)
      : ({ _tag: "File", path, isChosen: false } satisfies LogPlace)
  },
  Effect.mapError((error) => failed(error.message))
)
