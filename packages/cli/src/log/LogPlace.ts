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
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"

import { failed } from "../ExitError.ts"
import type { Settings } from "../Settings.ts"

export type LogPlace =
  | { readonly _tag: "File"; readonly path: string; readonly isChosen: boolean }
  | { readonly _tag: "None"; readonly why: string }

/** A folder that the environment names counts where its path is absolute, as the XDG specification has it. */
const folder = Effect.fnUntraced(function* (name: string) {
  const { isAbsolute } = yield* Path.Path
  const environment = yield* ConfigProvider.ConfigProvider
  return Option.getOrUndefined(Option.filter(yield* Config.option(Config.String(name)).parse(environment), isAbsolute))
})

/** Where the log of `settings` is. */
export const of = Effect.fnUntraced(
  function* (settings: Settings) {
    const chosen = settings.values["CALLSHEET_LOG"]?.value.trim()
    if (chosen?.toLowerCase() === "off") return { _tag: "None", why: "CALLSHEET_LOG is off" } satisfies LogPlace
    if (chosen !== undefined) return { _tag: "File", path: chosen, isChosen: true } satisfies LogPlace
    const { join } = yield* Path.Path
    const state = yield* folder("XDG_STATE_HOME")
    const home = yield* folder("HOME")
    const root = state ?? (home === undefined ? undefined : join(home, ".local", "state"))
    return root === undefined
      ? ({ _tag: "None", why: "neither XDG_STATE_HOME nor HOME names a folder for it" } satisfies LogPlace)
      : ({ _tag: "File", path: join(root, "callsheet", "queries.jsonl"), isChosen: false } satisfies LogPlace)
  },
  Effect.mapError((error) => failed(error.message))
)
