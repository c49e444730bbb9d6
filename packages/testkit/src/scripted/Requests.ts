/**
 * Requests: the record of what a scripted server was asked, for tests and benches to read and to wait on.
 */
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"

import * as ApiBody from "./ApiBody.ts"

export interface Served {
  /** From 0, in order of arrival. */
  readonly index: number
  /** `GET` for the opening of a WebSocket as well; `WS` for a request that came over one. */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The body as JSON; text where it is not JSON; `undefined` until it has come and for `GET`. */
  readonly body: unknown
  readonly bodyBytes: number
  /** `abandoned`: the client left, or the server closed, before the reply's end. */
  readonly outcome: "running" | "answered" | "refused" | "abandoned"
}

const maxServed = 1000

export interface Requests {
  /** The last 1,000 requests, oldest first. */
  readonly all: Effect.Effect<ReadonlyArray<Served>>
  /** The same list now and after each change. */
  readonly changes: Stream.Stream<ReadonlyArray<Served>>
  /** Records an arrival; gives its index. */
  arrived(method: string, path: string): Effect.Effect<number>
  update(index: number, change: Partial<Pick<Served, "body" | "bodyBytes" | "outcome">>): Effect.Effect<void>
}

export const make: Effect.Effect<Requests> = Effect.gen(function* () {
  const ref = yield* SubscriptionRef.make<ReadonlyArray<Served>>([])
  let next = 0
  return {
    all: SubscriptionRef.get(ref),
    changes: SubscriptionRef.changes(ref),
    arrived: (method, path) =>
      Effect.suspend(() => {
        const index = next++
        const served: Served = { index, method, path, body: undefined, bodyBytes: 0, outcome: "running" }
        return Effect.as(
          SubscriptionRef.update(ref, (all) => [...all.slice(1 - maxServed), served]),
          index
        )
      }),
    update: (index, change) =>
      SubscriptionRef.update(ref, (all) => {
        const at = index - (all[0]?.index ?? 0)
        const served = all[at]
        return served === undefined ? all : all.with(at, { ...served, ...change })
      })
  }
})

/** Bytes of a request's body, and those of its parts as JSON. */
export interface Weight {
  readonly bodyBytes: number
  /** Of the items or messages, but for those of the system or developer. */
  readonly inputBytes: number
  /** Of those, and of `instructions`. */
  readonly instructionsBytes: number
  readonly toolsBytes: number
}

/** What a request of either API weighs. */
export const weigh = ({ body, bodyBytes }: Served): Weight => {
  const input = ApiBody.raw(body, "input") ?? ApiBody.raw(body, "messages")
  const instructions = ApiBody.raw(body, "instructions")
  let inputBytes = 0
  let instructionsBytes = instructions === undefined ? 0 : jsonBytes(instructions)
  for (const item of Array.isArray(input) ? input : input === undefined ? [] : [input]) {
    const role = ApiBody.raw(item, "role")
    if (role === "system" || role === "developer") instructionsBytes += jsonBytes(item)
    else inputBytes += jsonBytes(item)
  }
  const tools = ApiBody.raw(body, "tools")
  return { bodyBytes, inputBytes, instructionsBytes, toolsBytes: tools === undefined ? 0 : jsonBytes(tools) }
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))
