/**
 * FindTool: the one tool by which the model finds tools that it was not offered. What it finds is offered from the next step on.
 */
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Annotations from "../schedule/Annotations.ts"
import * as Handlers from "../schedule/Handlers.ts"

export const name = "find_tools"

/** Why an agent whose own toolkit has that name cannot select its tools. */
export const taken = `A tool of this agent is named ${name}, as the tool that finds others is: rename it, or offer all tools.`

export const Found = Schema.Struct({
  tools: Schema.Array(Schema.Struct({ name: Schema.String, description: Schema.String })),
  problem: Schema.optionalKey(Schema.String)
})

/** It reads nothing that a tool writes, so it waits for none. */
export const tool = Tool.make(name, {
  description: "Finds more tools by what they do. Those found can be called in the next step.",
  parameters: Schema.Struct({ query: Schema.String }),
  success: Found
})
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.TagsRead, [])

const toolkit = Toolkit.make(tool)

/** `handled` and this tool, which `find` answers. */
export const beside = Effect.fnUntraced(function* <R>(
  handled: Handlers.Handled<R>,
  find: (query: string) => typeof Found.Type
): Effect.fn.Return<Handlers.Handled<R>> {
  const handlers = toolkit.toHandlers({ [name]: ({ query }) => Effect.sync(() => find(query)) })
  const own = yield* Effect.provide(Handlers.resolve(toolkit), yield* handlers)
  return {
    ...handled,
    tools: { ...handled.tools, [name]: tool },
    handle: (called, parameters, callId) => (called === name ? own : handled).handle(called, parameters, callId),
    askOf: (called) => (called === name ? own : handled).askOf?.(called)
  }
})
