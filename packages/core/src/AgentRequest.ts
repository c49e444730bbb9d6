/**
 * AgentRequest: a question that an agent accepts. A bad one ends here, before anything runs.
 */
import * as Effect from "effect/Effect"
import type * as JsonSchema from "effect/JsonSchema"

import { AgentError, InvalidQuestion } from "./AgentError.ts"
import * as History from "./History.ts"
import type { Message } from "./Message.ts"

/** A tool that the client runs: a run that calls it ends there, and the client goes on with the result. */
export interface ClientTool {
  readonly name: string
  readonly description: string | undefined
  /** The JSON Schema of its arguments. They are the client's to check. */
  readonly parameters: JsonSchema.JsonSchema
}

/** What an agent is asked. */
export interface AgentRequest {
  /** Empty only where `history` ends with results of the client's tools, which the model is to go on with. */
  readonly question: string
  /** Pictures that belong to the question: `data:` or `https:` addresses. */
  readonly images?: ReadonlyArray<string> | undefined
  /** How long the run may take, in milliseconds. */
  readonly deadlineMillis?: number | undefined
  /** What was said before, oldest first, without the agent's own instructions. */
  readonly history?: ReadonlyArray<Message> | undefined
  /** The client's own instructions: they follow the agent's. */
  readonly instructions?: string | undefined
  /** None may be named as one of the agent's own. */
  readonly clientTools?: ReadonlyArray<ClientTool> | undefined
  /** Of `clientTools`, in the first step. `auto` if absent. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly tool: string } | undefined
}

const invalid = (problem: string) => new AgentError({ reason: new InvalidQuestion({ problem }) })

const encoder = new TextEncoder()

/** A picture's address as providers take them. */
const isPicture = (address: string): boolean =>
  /^data:image\/[\w.+-]+;base64,\S/i.test(address) || (/^https:\/\//i.test(address) && URL.canParse(address))

/** All pictures of a conversation and its question. */
const picturesOf = ({ history = [], images = [] }: AgentRequest): ReadonlyArray<string> => [
  ...history.flatMap((message) => (message.role === "user" ? (message.images ?? []) : [])),
  ...images
]

/**
 * Whether nothing but the question says what is asked, so that what is known of such a question holds of this one.
 */
export const isPlain = ({ clientTools = [], history = [], images = [], instructions = "" }: AgentRequest): boolean =>
  clientTools.length === 0 && history.length === 0 && images.length === 0 && instructions === ""

/** Whether a model must see it: no rule reads pictures, results of a client's tools, or what is to be called. */
export const isForModel = ({ images = [], question, toolChoice = "auto" }: AgentRequest): boolean =>
  question.trim() === "" || images.length > 0 || toolChoice === "required" || typeof toolChoice === "object"

/**
 * The question without surrounding white space.
 *
 * Fails with `InvalidQuestion` where nothing is left, unless `history` ends with results that the model is to go on with; where it has
 * more than `maxBytes` bytes of UTF-8; where a picture's address is none, of the question's or of the conversation's, and where a provider would refuse `history`.
 */
export const validate = Effect.fnUntraced(function* (request: AgentRequest, maxBytes: number) {
  const { history = [], images = [] } = request
  const question = request.question.trim()
  if (question === "" && images.length === 0 && history.at(-1)?.role !== "tool") {
    return yield* invalid("The question is empty: write what you want to know.")
  }
  // A string has at least as many bytes as UTF-16 units, so the count itself is bounded too.
  const bytes = question.length > maxBytes ? question.length : encoder.encode(question).length
  if (bytes > maxBytes) {
    return yield* invalid(`The question is too long (over ${maxBytes} bytes): shorten it.`)
  }
  if (!picturesOf(request).every(isPicture)) {
    return yield* invalid("A picture must be an https address, or a data URL of base64 with its type.")
  }
  const problem = History.problem(history)
  return problem === undefined ? question : yield* invalid(`The conversation cannot go on. ${problem}`)
})
