/**
 * Decompression: an answer that a server, or a proxy before it, compressed though it was asked not to, as the bytes it
 * stands for. A boundary to the byte API.
 *
 * Each chunk gives all that it holds, so that events come as early as they were sent.
 */
import type { Transform } from "node:stream"
import type * as Zlib from "node:zlib"

import * as Effect from "effect/Effect"

import type { Chunks } from "./Exchange.ts"

export interface Decompression {
  /**
   * What `chunks` stand for; nothing where they only begin something. Fails with a complaint where they are wrong or all
   * that came stands for more than `maxBytes`.
   */
  readonly push: (chunks: Chunks) => Effect.Effect<Chunks, string>
  readonly close: () => void
}

/** By their names in `Content-Encoding`. */
const streams = new Map<string, (zlib: typeof Zlib) => Transform>([
  ["gzip", (zlib) => zlib.createGunzip()],
  ["x-gzip", (zlib) => zlib.createGunzip()],
  ["deflate", (zlib) => zlib.createInflate()],
  ["br", (zlib) => zlib.createBrotliDecompress()],
  ["zstd", (zlib) => zlib.createZstdDecompress()]
])

/** For one answer of `encoding`; `undefined` where it is none that can be read. */
export const make = Effect.fnUntraced(function* (
  encoding: string,
  maxBytes: number
): Effect.fn.Return<Decompression | undefined> {
  const open = streams.get(encoding)
  return open === undefined ? undefined : over(open(yield* Effect.promise(() => import("node:zlib"))), maxBytes)
})

const over = (stream: Transform, maxBytes: number): Decompression => {
  let out: Array<Uint8Array> = []
  let bytes = 0
  let isOver = false
  let fault: Error | undefined
  let settle = () => {}
  const end = (cause?: Error) => {
    isOver = true
    fault = cause
    settle()
  }
  stream.on("data", (piece: Uint8Array) => {
    out.push(piece)
    bytes += piece.length
    // A few bytes may stand for very many.
    if (bytes > maxBytes) stream.destroy(new Error("it is longer than any model's"))
  })
  stream.on("end", () => end())
  stream.on("error", end)

  const pushOne = (chunk: Uint8Array) =>
    Effect.callback<void>((resume) => {
      // What follows the end is no part of the answer.
      if (isOver) return resume(Effect.void)
      settle = () => resume(Effect.void)
      stream.write(chunk, settle)
    })

  return {
    push: Effect.fnUntraced(function* (chunks) {
      out = []
      yield* Effect.forEach(chunks, pushOne, { concurrency: 1, discard: true })
      // What came before a fault comes before it.
      return fault === undefined || out.length > 0 ? out : yield* Effect.fail(fault.message)
    }),
    close: () => stream.destroy()
  }
}
