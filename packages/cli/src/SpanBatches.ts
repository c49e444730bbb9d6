/**
 * SpanBatches: spans that have ended, written down at once and sent together.
 *
 * **Details**
 *
 * A span is bytes as soon as it ends: nothing of it stays on the heap, and what waits to be sent is bounded by its bytes. A batch
 * is one request of OTLP; it is sent when it is full, or when it is asked for, one after the other. Where a batch does not
 * arrive, it is gone: there is no second try but those of the transport.
 */
import { Buffer } from "node:buffer"

import * as Effect from "effect/Effect"

/** Sends the body of one request, and calls back once it knows what became of it. */
export type Send = (body: Uint8Array, done: () => void) => void

export interface SpanBatches {
  /** Takes a span as `SpanText` writes it. */
  readonly add: (text: string) => void
  /** Sends what there is, whether a batch is full or not. */
  readonly push: () => void
  /** Waits until nothing waits to be sent. */
  readonly empty: Effect.Effect<void>
}

/** A batch is sent when it holds so much, in bytes. */
const batchBytes = 256 * 1024
/** Batches that wait, at most: 8 MiB in all. */
const maxWaiting = 32

/**
 * `head` and `tail` stand around the spans of each request. `lost` is called for a span that found no place, since too much was
 * waiting.
 */
export const make = (options: {
  readonly head: string
  readonly tail: string
  readonly send: Send
  readonly lost: () => void
}): SpanBatches => {
  const { lost, send } = options
  const head = Buffer.from(options.head)
  const tail = Buffer.from(options.tail)
  const waiting: Array<Uint8Array> = []
  const onEmpty: Array<() => void> = []
  let batch = Buffer.alloc(0)
  /** Nothing, or the head and at least one span. */
  let length = 0
  let isSending = false

  const seal = () => {
    if (length === 0) return
    length += tail.copy(batch, length)
    waiting.push(batch.subarray(0, length))
    batch = Buffer.alloc(0)
    length = 0
  }

  const next = (): void => {
    if (isSending) return
    if (onEmpty.length > 0) seal()
    const body = waiting.shift()
    if (body === undefined) {
      for (const resume of onEmpty.splice(0)) resume()
      return
    }
    isSending = true
    send(body, () => {
      isSending = false
      next()
    })
  }

  const push = () => {
    seal()
    next()
  }

  return {
    add: (text) => {
      // A comma, and three bytes a character at most.
      const room = 1 + text.length * 3 + tail.length
      if (length > 0 && length + room > batch.length) push()
      if (length === 0) {
        if (waiting.length >= maxWaiting) return lost()
        batch = Buffer.allocUnsafeSlow(Math.max(batchBytes, head.length + room))
        length = head.copy(batch)
      } else length += batch.write(",", length)
      length += batch.write(text, length)
    },
    push,
    empty: Effect.callback((resume) => {
      onEmpty.push(() => resume(Effect.void))
      push()
    })
  }
}
