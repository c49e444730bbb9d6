/** Calls a tool of the `MediaToolkit` in the context, as an agent does: encoded parameters in, the encoded result out. */
import { Effect, Stream } from "effect"

import { MediaToolkit } from "../src/MediaToolkit.ts"

export const callTool = Effect.fnUntraced(function* (name: string, parameters: Readonly<Record<string, unknown>> = {}) {
  const toolkit = yield* MediaToolkit
  const results = yield* Effect.flatMap(toolkit.handle(name, parameters), Stream.runCollect)
  const [result] = results
  if (result === undefined || results.length > 1) return yield* Effect.die(`${name} gave ${results.length} results`)
  return { isFailure: result.isFailure, value: result.encodedResult, text: JSON.stringify(result.encodedResult) }
})
