/**
 * ResultTool: the one tool by which the model reads on in a result that it was shown compact.
 */
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Annotations from "./Annotations.ts"
import * as Handlers from "./Handlers.ts"
import { NothingToRead, type Results } from "./Results.ts"

export const name = "read_result"

/** Why an agent whose own toolkit has that name cannot be offered it. */
export const taken = `A tool of this agent is named ${name}, as the tool that reads on in large results is: rename it, or leave policy.resultBytes out.`

/** It reads nothing that a tool writes, so it waits for none. */
export const tool = Tool.make(name, {
  description: `Reads on in a result that was cut. Its input is the "more" that stands there.`,
  parameters: Schema.Struct({
    reference: Schema.String,
    from: Schema.optionalKey(Schema.Int),
    count: Schema.optionalKey(Schema.Int)
  }),
  success: Schema.Unknown,
  failure: NothingToRead,
  failureMode: "return"
})
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.TagsRead, [])

const toolkit = Toolkit.make(tool)

/** `handled` and this tool, which reads `results`. */
export const beside = Effect.fnUntraced(function* <R>(
  handled: Handlers.Handled<R>,
  results: Results
): Effect.fn.Return<Handlers.Handled<R>> {
  const own = yield* Effect.provide(Handlers.resolve(toolkit), yield* toolkit.toHandlers({ [name]: results.read }))
  return {
    ...handled,
    tools: { ...handled.tools, [name]: tool },
    handle: (called, parameters, callId) => (called === name ? own : handled).handle(called, parameters, callId),
    askOf: (called) => (called === name ? own : handled).askOf?.(called)
  }
})
