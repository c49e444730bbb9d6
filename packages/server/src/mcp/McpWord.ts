/**
 * McpWord: a person's word for a call that changes something, asked for through the MCP client (elicitation). A client that cannot ask
 * anybody gives none, so the call does not run.
 */
import type { ApprovalRequest } from "@callsheet/core/schedule/Approval"
import * as McpSchema from "effect/ai/McpSchema"
import * as McpServer from "effect/ai/McpServer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Word = Schema.Struct({
  approved: Schema.Boolean.annotate({ title: "Let it run", description: "Whether it may be done" })
})

const maxInput = 500

const shown = (input: unknown): string => {
  const text = JSON.stringify(input) ?? "nothing"
  return text.length > maxInput ? `${text.slice(0, maxInput)}...` : text
}

/** Asks the client of the request that is being answered. */
export const ask = Effect.fnUntraced(function* ({ input, name }: Pick<ApprovalRequest, "name" | "input">) {
  const client = Option.getOrUndefined(yield* Effect.serviceOption(McpSchema.McpServerClient))
  if (client === undefined || client.clientCapabilities.elicitation === undefined) return false
  const message = `${name} changes something. It would be called with ${shown(input)}.`
  return yield* McpServer.elicit({ message, schema: Word }).pipe(
    Effect.map(({ approved }) => approved),
    Effect.provideService(McpSchema.McpServerClient, client),
    // Who closes the question is as if interrupted, and an answer that is none a defect. Neither is a word for it.
    Effect.catchCause(() => Effect.succeed(false))
  )
})
