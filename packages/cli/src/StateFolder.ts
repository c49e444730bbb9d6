/**
 * StateFolder: the user's folder for what cannot be fetched again: `callsheet` in `XDG_STATE_HOME`, else in `.local/state` of `HOME`.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"

/** A folder that the environment names counts where its path is absolute, as the XDG specification has it. */
const folder = Effect.fnUntraced(function* (name: string) {
  const { isAbsolute } = yield* Path.Path
  const environment = yield* ConfigProvider.ConfigProvider
  return Option.getOrUndefined(Option.filter(yield* Config.option(Config.String(name)).parse(environment), isAbsolute))
})

/** The path of the file `name` in it; undefined where the environment names no folder. */
export const file = Effect.fnUntraced(function* (name: string) {
  const { join } = yield* Path.Path
  const state = yield* folder("XDG_STATE_HOME")
  const home = yield* folder("HOME")
  const root = state ?? (home === undefined ? undefined : join(home, ".local", "state"))
  return root === undefined ? undefined : join(root, "callsheet", name)
})
