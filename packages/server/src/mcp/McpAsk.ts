/**
 * McpAsk: the tool `ask` of an MCP server: a question for the agent, with progress as its run goes on. A client that cancels stops the
 * run; what needs a person's word is asked of the client (`McpWord`).
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import * as AskAnswer from "../AskAnswer.ts"
import * as Entry from "../Entry.ts"
import * as Limits from "../Limits.ts"
import { Runs } from "../Runs.ts"
import type { Batch } from "../Watch.ts"
import * as McpWord from "./McpWord.ts"

const Input = Schema.Struct({
  question: Schema.NonEmptyString.annotate({ description: "What you want to know or have done, in plain words" }),
  conversationId: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^[\w.:-]{1,128}$/)).annotate({
      description: "Chosen by you: questions with the same one follow one another"
    })
  )
})

const decode = Schema.decodeUnknownEffect(Input)

const describe = (agent: string) =>
  Schema.decodeUnknownEffect(McpSchema.Tool)({
    name: "ask",
    description: `Asks the agent ${agent}, which answers in words with all of the tools that it has.`,
    inputSchema: Schema.toJsonSchemaDocument(Input).schema,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true }
  })

const failed = (text: string) => new McpSchema.CallToolResult({ isError: true, content: [{ type: "text", text }] })

/** What a person is told of an event; nothing of most. */
const sentence = (event: AgentEvent): string | undefined => {
  switch (event._tag) {
    case "Routed":
      return event.route === "model" ? "Asking the model" : "Answering without the model"
    case "ToolStarted":
      return `${event.name} runs`
    case "ToolSettled":
      return event.ok ? `${event.name} is done` : `${event.name} failed`
    case "EstimateChanged":
      return `About ${(event.remainingMillis / 1000).toFixed(1)} s left`
    default:
      return undefined
  }
}

const Token = Schema.Struct({ progressToken: McpSchema.ProgressToken })

/** Offers `ask`. A tool of the agent that is named so is a fault of the program. */
export const register = Effect.gen(function* () {
  const { addTool, notifications, tools } = yield* McpServer.McpServer
  if (tools.some(({ tool }) => tool.name === "ask")) {
    return yield* Effect.die(new Error("A tool of the agent is named ask, as the agent itself is over MCP: rename it."))
  }
  const runs = yield* Runs
  const limits = yield* Limits.Current

  const ask = Effect.fnUntraced(function* (payload: unknown) {
    const decoded = yield* Effect.option(decode(payload))
    if (Option.isNone(decoded)) return failed("Send a question, a text that is not empty.")
    if (new TextEncoder().encode(decoded.value.question).length > limits.questionBytes) {
      return failed(`The question has over ${limits.questionBytes} bytes: shorten it.`)
    }
    const { requestMetadata } = yield* McpSchema.McpRequestContext
    const token = Option.getOrUndefined(Schema.decodeUnknownOption(Token)(requestMetadata))
    const run = yield* runs.start({ ...decoded.value, stopWhenLeft: true })
    const batches = Option.getOrElse(yield* runs.watch(run.runId, -1), (): Stream.Stream<Batch> => Stream.empty)
    let progress = 0
    const told = Effect.fnUntraced(function* (event: AgentEvent) {
      if (event._tag === "ApprovalNeeded") {
        // Others may approve as well, so the run is not waited for.
        yield* McpWord.ask(event).pipe(
          Effect.flatMap((approved) => runs.approve(run.runId, event.callId, approved)),
          Effect.ignore,
          Effect.forkScoped
        )
      }
      const message = sentence(event)
      if (message === undefined || token === undefined) return
      yield* notifications["notifications/progress"]({ ...token, progress: ++progress, message })
    })
    yield* Stream.runForEach(batches, (batch) =>
      batch._tag === "Entries"
        ? Effect.forEach(
            batch.entries,
            (entry) =>
              Effect.flatMap(
                entry.event === undefined ? Effect.orDie(Entry.decode(entry.data)) : Effect.succeed(entry.event),
                told
              ),
            { concurrency: 1, discard: true }
          )
        : Effect.void
    )
    const summary = yield* run.outcome
    const { answer, reason, route, runId, wallMillis } = AskAnswer.make(summary)
    return new McpSchema.CallToolResult({
      isError: false,
      content: [{ type: "text", text: answer }],
      structuredContent: { answer, route, reason, wallMillis, runId }
    })
  }, Effect.scoped)

  yield* addTool({
    tool: yield* Effect.orDie(describe(runs.names.agent)),
    annotations: Context.empty(),
    handle: (payload) =>
      Effect.catchCause(
        Effect.catch(ask(payload), ({ message }) => Effect.succeed(failed(message))),
        (cause) =>
          Cause.hasInterruptsOnly(cause)
            ? Effect.interrupt
            : Effect.as(
                Effect.logError("A question over MCP broke.", cause),
                failed("The question broke: this is a fault of the program.")
              )
      )
  })
})
