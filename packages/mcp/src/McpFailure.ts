/**
 * McpFailure: why a call of an MCP server's tool came to nothing, in one sentence for a model and a person.
 */
import type { McpClientError } from "effect/ai/McpClientError"
import * as Schema from "effect/Schema"

export class McpFailure extends Schema.TaggedError<McpFailure>()("McpFailure", {
  server: Schema.String,
  problem: Schema.String,
  isRetryable: Schema.Boolean
}) {
  override get message(): string {
    return this.problem
  }
}

/**
 * Whether the connection may be of no more use.
 *
 * **Details**
 *
 * What is read of a program and is no message ends the transport of Effect's client for good, as a `ProtocolError` without a code; what
 * a server answers as an error has one. Many servers say 400 of a session that they do not know, where the protocol has 404.
 */
export const isGone = ({ reason }: McpClientError): boolean => {
  switch (reason._tag) {
    case "ClosedError":
    case "TransportError":
    case "LimitError":
      return true
    case "ProtocolError":
      return reason.code === undefined
    case "HttpError":
      return reason.status === 400 || reason.status === 404
    default:
      return false
  }
}

/** What is told of a fault of the wire: what a server wrote about itself may be anything, so it is not repeated. */
export const of = (server: string, error: McpClientError): McpFailure => {
  const failure = (problem: string, isRetryable: boolean) => new McpFailure({ server, problem, isRetryable })
  switch (error.reason._tag) {
    case "ClosedError":
    case "TransportError":
      return failure(`The server ${server} cannot be reached: try again in a moment.`, true)
    case "HttpError":
      return failure(`The server ${server} refused the call.`, false)
    case "TimeoutError":
      return failure(`The server ${server} took too long.`, true)
    case "ProtocolError":
      return error.reason.code === undefined
        ? failure(`The server ${server} cannot be reached: try again in a moment.`, true)
        : failure(`The server ${server} did not take the call: check its arguments.`, false)
    case "LimitError":
      return failure(`The server ${server} gave more than may be read.`, false)
    default:
      return failure(
        `The server ${server} did not answer as the protocol has it, or does not take such arguments.`,
        false
      )
  }
}
