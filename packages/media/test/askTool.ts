/** Asks a tool of the demo household, and takes what it gives by the tool's own schema. */
import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"

import { callTool } from "./callTool.ts"
import * as DemoHousehold from "./demoHousehold.ts"

export const DemoLayer = DemoHousehold.layer().pipe(
  Layer.provideMerge([DemoServices.layer({ delays: "none" }), Cache.layerMemory()])
)

interface Asked<A> {
  readonly name: string
  readonly successSchema: Schema.Decoder<A>
}

type Parameters = Readonly<Record<string, unknown>>

/** Virtual time passes while a call waits for others to share its request. */
export const ask = Effect.fnUntraced(function* <A>({ name, successSchema }: Asked<A>, parameters: Parameters = {}) {
  const result = yield* settle(callTool(name, parameters))
  assert.isFalse(result.isFailure, result.text)
  return yield* Schema.decodeUnknownEffect(successSchema)(result.value, { onExcessProperty: "error" })
})

/** The sentence by which a call fails. */
export const refusal = Effect.fnUntraced(function* ({ name }: Asked<unknown>, parameters: Parameters = {}) {
  const result = yield* settle(callTool(name, parameters))
  assert.isTrue(result.isFailure, result.text)
  return result.text
})

interface Page<A> {
  readonly total: number
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

/** Every item of a list, page by page. */
export const askAll = Effect.fnUntraced(function* <A>(tool: Asked<Page<A>>, parameters: Parameters) {
  const first = yield* ask(tool, parameters)
  const items = [...first.items]
  for (let cursor = first.nextCursor; cursor !== null;) {
    const page = yield* ask(tool, { ...parameters, cursor })
    assert.strictEqual(page.total, first.total)
    items.push(...page.items)
    cursor = page.nextCursor
  }
  assert.strictEqual(items.length, first.total)
  return items
})
