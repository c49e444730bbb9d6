/**
 * ServerState: where a server keeps its runs and conversations, and what they taught: in the file that `CALLSHEET_STATE` names, or else in the user's
 * state folder. Runs and conversations lie in a file of their own beside it, `PATH.runs`, since they are written all the time and may be lost by a
 * power cut, which what was taught may not.
 *
 * Demo services begin anew with each process, and so does what is kept of them, unless a file is named.
 */
import type { ConversationStore } from "@callsheet/server/ConversationStore"
import type { StoreFailed } from "@callsheet/server/RunError"
import type { RunStore } from "@callsheet/server/RunStore"
import type { StatsStore } from "@callsheet/server/StatsStore"
import * as MemoryConversationStore from "@callsheet/server/store/MemoryConversationStore"
import * as MemoryRunStore from "@callsheet/server/store/MemoryRunStore"
import * as MemoryStatsStore from "@callsheet/server/store/MemoryStatsStore"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { Choice } from "./Composition.ts"
import type { ExitError } from "./ExitError.ts"
import * as Settings from "./Settings.ts"
import * as State from "./State.ts"
import * as StateFolder from "./StateFolder.ts"

/** `settings` with the state that a server has where none is named. */
export const settled = Effect.fnUntraced(function* (settings: Settings.Settings, { isDemo }: Choice) {
  if (isDemo || Settings.isSet(settings, "CALLSHEET_STATE")) return settings
  const path = yield* StateFolder.file("state.db")
  if (path === undefined) return settings
  const state = { value: `sqlite:${path}`, origin: "environment" } as const
  return { ...settings, values: { ...settings.values, CALLSHEET_STATE: state } }
})

/** What keeps the runs, conversations and figures of a server with `settings`. */
export const runs = (
  settings: Settings.Settings
): Layer.Layer<RunStore | ConversationStore | StatsStore, Config.ConfigError | ExitError | StoreFailed> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const state = yield* State.config
      if (state.store === "memory")
        return Layer.mergeAll(MemoryRunStore.layer(), MemoryConversationStore.layer(), MemoryStatsStore.layer())
      // Loaded only where there is a file: `node:sqlite` is.
      const SqliteRunStore = yield* Effect.promise(() => import("@callsheet/server/store/SqliteRunStore"))
      const SqliteConversationStore = yield* Effect.promise(
        () => import("@callsheet/server/store/SqliteConversationStore")
      )
      const SqliteStatsStore = yield* Effect.promise(() => import("@callsheet/server/store/SqliteStatsStore"))
      const path = `${state.path}.runs`
      return Layer.mergeAll(
        SqliteRunStore.layer(path),
        SqliteConversationStore.layer(path),
        SqliteStatsStore.layer(path)
      )
    }).pipe(Effect.provide(Settings.layer(settings)))
  )
