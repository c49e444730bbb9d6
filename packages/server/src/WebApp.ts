/**
 * WebApp: the files of the web app, which the server gives to browsers: the page, and what it loads by names that change with what is in
 * them (`assets/`). Read once, at the start: what is not among them cannot be asked for.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"

import * as Etag from "./Etag.ts"

/** A file beside another, with the same content packed: `main.js.br`. In the order of preference. */
const packings = [
  ["br", ".br"],
  ["gzip", ".gz"]
] as const

export interface WebFile {
  readonly type: string
  /** Of the content, however it is packed. */
  readonly etag: string
  readonly bytes: Uint8Array
  /** The same packed, the smallest first, where that is there. */
  readonly packed: ReadonlyArray<readonly [encoding: string, bytes: Uint8Array]>
}

export class WebApp extends Context.Service<
  WebApp,
  {
    readonly page: WebFile
    /** The file of a path, as `/assets/main-1a2b.js`; undefined where there is none. */
    readonly find: (path: string) => WebFile | undefined
  }
>()("@callsheet/server/WebApp") {
  /** The files in `folder`, which `npm run build -w @callsheet/web` makes. Fails where they cannot be read. */
  static readonly layer = (
    folder: string
  ): Layer.Layer<WebApp, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
    Layer.effect(WebApp, make(folder))
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".map": "application/json",
  ".woff2": "font/woff2",
  ".png": "image/png"
}

const make = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path

  const fileOf = Effect.fnUntraced(function* (name: string, names: ReadonlySet<string>) {
    const bytes = yield* files.readFile(path.join(folder, name))
    const packed = yield* Effect.forEach(
      packings.filter(([, ending]) => names.has(name + ending)),
      ([encoding, ending]) =>
        Effect.map(files.readFile(path.join(folder, name + ending)), (bytes) => [encoding, bytes] as const),
      { concurrency: 1 }
    )
    const type = types[path.extname(name)] ?? "application/octet-stream"
    return { type, etag: Etag.tagOf(bytes), bytes, packed } satisfies WebFile
  })

  const page = yield* fileOf("index.html", new Set(yield* files.readDirectory(folder)))
  const names = new Set(yield* files.readDirectory(path.join(folder, "assets")))
  const own = [...names].filter((name) => !packings.some(([, ending]) => name.endsWith(ending)))
  const inAssets = new Set([...names].map((name) => path.join("assets", name)))
  const found = new Map<string, WebFile>(
    yield* Effect.forEach(
      own,
      (name) => Effect.map(fileOf(path.join("assets", name), inAssets), (file) => [`/assets/${name}`, file] as const),
      { concurrency: 8 }
    )
  )
  return { page, find: (path: string) => found.get(path) }
})
