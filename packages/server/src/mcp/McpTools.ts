/**
 * McpTools: a toolkit as the tools of an MCP server, with its annotations as hints. Each call is scheduled as an agent's is: limits,
 * retries, breakers and caches hold, and what changes something needs a person's word (`McpWord`).
 */
import { Approval } from "@callsheet/core/schedule/Approval"
import type * as Handlers from "@callsheet/core/schedule/Handlers"
import * as ScheduledToolkit from "@callsheet/core/schedule/ScheduledToolkit"
import * as AiError from "effect/ai/AiError"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as McpWord from "./McpWord.ts"

const failed = (text: string) => new McpSchema.CallToolResult({ isError: true, content: [{ type: "text", text }] })

/** Results are what tools give: JSON as text, and as structured content where it is an object. */
const resultOf = ({ encodedResult, isFailure }: Tool.HandlerResult<Tool.Any>) =>
  new McpSchema.CallToolResult({
    isError: isFailure,
    content: encodedResult === undefined ? [] : [{ type: "text", text: JSON.stringify(encodedResult) }],
    ...(!isFailure && Predicate.isReadonlyObject(encodedResult) && { structuredContent: encodedResult })
  })

const sentence = (error: unknown): string | undefined => {
  const told = AiError.isAiError(error) ? error.reason : error
  return Predicate.hasProperty(told, "message") && Predicate.isString(told.message) && told.message !== ""
    ? told.message.replaceAll(/\s+/g, " ")
    : undefined
}

const decodeDescription = Schema.decodeUnknownEffect(McpSchema.Tool)

const describe = (tool: Tool.Any) => {
  const { annotations } = tool
  const title = Option.getOrUndefined(Context.getOption(annotations, Tool.Title))
  return decodeDescription({
    name: tool.name,
    // Some clients ask for one.
    description: Tool.getDescription(tool) ?? tool.name,
    inputSchema: { properties: {}, ...Tool.getJsonSchema(tool), type: "object" },
    annotations: {
      ...(title !== undefined && { title }),
      readOnlyHint: Context.get(annotations, Tool.Readonly),
      destructiveHint: Context.get(annotations, Tool.Destructive),
      idempotentHint: Context.get(annotations, Tool.Idempotent),
      openWorldHint: Context.get(annotations, Tool.OpenWorld)
    }
  })
}

const registered = Effect.fnUntraced(function* <Tools extends Record<string, Tool.Any>, R>(
  toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R>
) {
  const { addTool } = yield* McpServer.McpServer
  const handled = yield* toolkit
  const services = yield* Effect.context<Tool.HandlerServices<Tools[keyof Tools]>>()

  /** By itself: nothing of a call is left when it is over. */
  const call = Effect.fnUntraced(function* (name: string, input: unknown) {
    const scheduled = yield* ScheduledToolkit.make(handled)
    const asked: Handlers.Handled<Tool.HandlerServices<Tools[keyof Tools]>> = scheduled.toolkit
    const results = yield* asked.handle(name, input)
    const last = yield* Stream.runLast(results)
    return Option.match(last, { onNone: () => failed("The tool gave nothing."), onSome: resultOf })
  }, Effect.scoped)

  for (const name of Object.keys(handled.tools)) {
    const tool = handled.tools[name]
    if (tool === undefined) continue
    yield* addTool({
      tool: yield* Effect.orDie(describe(tool)),
      annotations: tool.annotations,
      handle: (input) =>
        Effect.gen(function* () {
          const client = yield* Effect.context<never>()
          const word: Context.Service.Shape<typeof Approval> = (request) =>
            Effect.provideContext(McpWord.ask(request), client)
          return yield* call(name, input ?? {}).pipe(
            Effect.provideService(Approval, word),
            Effect.provideContext(services)
          )
        }).pipe(
          // What a tool fails with is said in its author's words, wrong arguments among them.
          Effect.catch((error) => Effect.succeed(failed(sentence(error) ?? `${name} failed: try again later.`))),
          Effect.catchCause((cause) =>
            Cause.hasInterruptsOnly(cause)
              ? Effect.interrupt
              : Effect.as(
                  Effect.logError(`The tool ${name} broke.`, cause),
                  failed(`${name} broke: this is a fault of the program.`)
                )
          )
        )
    })
  }
})

/** Offers the tools of `toolkit`. Its handlers have what the context has where this is done. */
export function register<Tools extends Record<string, Tool.Any>, R>(
  toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R>
): Effect.Effect<void, never, McpServer.McpServer | R | Handlers.ServicesOf<Tools>>
export function register<Tools extends Record<string, Tool.Any>, R>(
  toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R>
): Effect.Effect<void, never, McpServer.McpServer | R | Tool.HandlerServices<Tools[keyof Tools]>> {
  return registered(toolkit)
}
