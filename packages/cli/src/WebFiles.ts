/**
 * WebFiles: where the web app's files are: beside the built command, or where `npm run build -w @callsheet/web` puts them.
 */
import { WebApp } from "@callsheet/server/WebApp"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"

const platform = Layer.merge(NodeFileSystem.layer, NodePath.layer)

/** The folder; undefined where there is none. */
export const folder: Effect.Effect<string | undefined> = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { dirname } = import.meta
  const places = [path.join(dirname, "web"), path.join(dirname, "../../web/dist")]
  const isThere = (place: string) => Effect.orElseSucceed(files.exists(path.join(place, "index.html")), () => false)
  return Option.getOrUndefined(yield* Effect.findFirst(places, isThere))
}).pipe(Effect.provide(platform))

export const layer = (folder: string) => Layer.provide(WebApp.layer(folder), platform)
