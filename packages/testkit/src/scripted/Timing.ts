/**
 * Timing: when each token of a reply comes, so that a run's length can be computed on paper.
 *
 * Token `k` (from 0) comes `firstToken + k * 1000 / tokensPerSecond` milliseconds after the request, to the nearest whole
 * millisecond; the finish comes with the last token. It proves scheduling, never intelligence: real models vary.
 */
import * as Duration from "effect/Duration"

import type { Reply } from "./Script.ts"

export interface Timing {
  /** From the request to the first token. */
  readonly firstToken: Duration.Duration
  /** Above zero; `Infinity` brings all tokens together with the first. */
  readonly tokensPerSecond: number
}

/** Everything at once: for tests of what is said, not when. */
export const instant: Timing = { firstToken: Duration.zero, tokensPerSecond: Infinity }

/** One token of a reply. `atMillis` is counted from the request. */
export type Chunk =
  | { readonly _tag: "Text"; readonly atMillis: number; readonly delta: string; readonly isLast: boolean }
  | {
      readonly _tag: "Arguments"
      readonly atMillis: number
      /** Which of the reply's calls. */
      readonly call: number
      readonly delta: string
      readonly isFirst: boolean
      readonly isLast: boolean
    }

const bytesPerToken = 4

/** Bytes of UTF-8 that a UTF-16 unit stands for; each half of a surrogate pair has 2 of its 4. */
const utf8Bytes = (unit: number): number => (unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3)

/** Calls `found` with the end of each token of `text`. */
const eachToken = (text: string, found: (end: number) => void): void => {
  let bytes = 0
  for (let index = 0; index < text.length; index++) {
    bytes += utf8Bytes(text.charCodeAt(index))
    const isWithinPair = (text.charCodeAt(index) & 0xfc00) === 0xd800
    if (bytes >= bytesPerToken && !isWithinPair) {
      found(index + 1)
      bytes = 0
    }
  }
  if (bytes > 0) found(text.length)
}

/**
 * Splits `text` into tokens: runs of whole characters that reach 4 bytes of UTF-8. Plain ASCII of n characters has
 * exactly ceil(n / 4). An approximation that needs no vocabulary; real tokenizers differ by a fifth or so for English.
 */
export const tokens = (text: string): ReadonlyArray<string> => {
  const out: Array<string> = []
  let start = 0
  eachToken(text, (end) => {
    out.push(text.slice(start, end))
    start = end
  })
  return out
}

export const tokenCount = (text: string): number => {
  let count = 0
  eachToken(text, () => count++)
  return count
}

/** Tokens of text and arguments. A call's name and id come with its first argument token, at no cost of their own. */
export const replyTokens = (reply: Reply): number =>
  reply.calls.reduce((sum, call) => sum + tokenCount(JSON.stringify(call.input)), tokenCount(reply.text))

const tokenMillis = (timing: Timing, index: number): number =>
  Math.round(Duration.toMillis(timing.firstToken) + (index * 1000) / timing.tokensPerSecond)

/** Milliseconds from the request to the finish. */
export const replyMillis = (reply: Reply, timing: Timing): number =>
  tokenMillis(timing, Math.max(0, replyTokens(reply) - 1))

/** The reply's tokens in order: the text's, then each call's arguments. An empty reply has none and only finishes. */
export const timeline = (reply: Reply, timing: Timing): ReadonlyArray<Chunk> => {
  const out: Array<Chunk> = []
  const at = () => tokenMillis(timing, out.length)
  const text = tokens(reply.text)
  for (const [index, delta] of text.entries()) {
    out.push({ _tag: "Text", atMillis: at(), delta, isLast: index === text.length - 1 })
  }
  for (const [call, { input }] of reply.calls.entries()) {
    const pieces = tokens(JSON.stringify(input))
    for (const [index, delta] of pieces.entries()) {
      const isLast = index === pieces.length - 1
      out.push({ _tag: "Arguments", atMillis: at(), call, delta, isFirst: index === 0, isLast })
    }
  }
  return out
}
