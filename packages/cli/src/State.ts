/**
 * State: where what cannot be fetched again is kept, from `CALLSHEET_STATE`.
 *
 * | value | keeps |
 * | --- | --- |
 * | `memory` (or nothing) | in this process, until it ends |
 * | `sqlite:PATH` | in a file, for this and other processes of the machine |
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as KeyValueStore from "effect/persistence/KeyValueStore"

import { type ExitError, failed } from "./ExitError.ts"

export type State = { readonly store: "memory" } | { readonly store: "sqlite"; readonly path: string }

const fromString = (text: string): State | undefined => {
  const value = text.trim()
  if (value === "" || value === "memory") return { store: "memory" }
  return /^sqlite:./.test(value) ? { store: "sqlite", path: value.slice("sqlite:".length) } : undefined
}

/** Prints as its sentence alone, since a person reads it. */
class WrongConfiguration extends ConfigProvider.SourceError {
  override toString(): string {
    return this.message
  }
}

const wrong = "CALLSHEET_STATE names no state: write memory or sqlite:PATH."

export const config: Config.Config<State> = Config.String("CALLSHEET_STATE").pipe(
  Config.withDefault("memory"),
  Config.mapEffect((text) => {
    const parsed = fromString(text)
    return parsed === undefined
      ? Effect.fail(new Config.ConfigError(new WrongConfiguration({ message: wrong })))
      : Effect.succeed(parsed)
  })
)

/** In the store that `CALLSHEET_STATE` names. Fails where a file is there that cannot be used: it is left as it is. */
export const layer: Layer.Layer<
  KeyValueStore.KeyValueStore,
  Config.ConfigError | ExitError,
  FileSystem.FileSystem | Path.Path
> = Layer.unwrap(
  Effect.gen(function* () {
    const state = yield* config
    if (state.store === "memory") return KeyValueStore.layerMemory
    // Loaded only where there is a file: `node:sqlite` is.
    const StateFile = yield* Effect.promise(() => import("./StateFile.ts"))
    return Layer.effect(
      KeyValueStore.KeyValueStore,
      Effect.mapError(StateFile.make(state.path), ({ message }) => failed(message))
    )
  })
)
