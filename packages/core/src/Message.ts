/**
 * Message: one message of a conversation, as a model reads it and as it is kept.
 */

/** A tool call the model asked for. */
export interface Call {
  /** The provider's id of this call: the result is returned under it. */
  readonly id: string
  readonly name: string
  /** The arguments exactly as the model wrote them: sent back byte for byte, so that the provider's prompt cache holds. */
  readonly inputText: string
  /** `inputText` read as JSON; `undefined` where `fault` says why it cannot be read. */
  readonly input: unknown
  /** Why `inputText` is not JSON; `undefined` for readable arguments. */
  readonly fault: string | undefined
}

/**
 * One message of the conversation.
 *
 * A message is never changed once made: implementations may keep what they derived from it (a serialized form) by identity.
 */
export type Message =
  | { readonly role: "system"; readonly text: string }
  | {
      readonly role: "user"
      readonly text: string
      /** Pictures beside the text: `data:` or `https:` addresses. */
      readonly images?: ReadonlyArray<string> | undefined
    }
  | {
      readonly role: "assistant"
      readonly text: string
      readonly calls: ReadonlyArray<Call>
      /** What the provider wants back unread, in order (`Echo` parts: reasoning items and the like). */
      readonly echo: ReadonlyArray<unknown>
      /** The provider's id of the response that this message came from. */
      readonly responseId: string | undefined
    }
  | {
      readonly role: "tool"
      readonly callId: string
      readonly name: string
      /** The result as the model reads it: JSON text. */
      readonly text: string
      readonly isFailure: boolean
    }
