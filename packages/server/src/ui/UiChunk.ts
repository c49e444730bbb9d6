/**
 * UiChunk: what the AI SDK's UI message stream (version 1) is made of, as far as this server says it.
 */

/** Tools of the agent itself are executed where the client has no part in it, and are not known to it before. */
const own = { providerExecuted: true, dynamic: true } as const
type Own = typeof own

export type UiChunk =
  | { readonly type: "start"; readonly messageId: string; readonly messageMetadata: unknown }
  | { readonly type: "start-step" | "finish-step" }
  | { readonly type: "text-start" | "text-end"; readonly id: string }
  | { readonly type: "text-delta"; readonly id: string; readonly delta: string }
  | ({
      readonly type: "tool-input-available"
      readonly toolCallId: string
      readonly toolName: string
      readonly input: unknown
    } & Partial<Own>)
  | ({
      readonly type: "tool-input-error"
      readonly toolCallId: string
      readonly toolName: string
      readonly input: unknown
      readonly errorText: string
    } & Partial<Own>)
  | { readonly type: "tool-approval-request"; readonly approvalId: string; readonly toolCallId: string }
  | ({
      readonly type: "tool-output-available"
      readonly toolCallId: string
      readonly output: unknown
      readonly preliminary?: boolean
    } & Own)
  | ({ readonly type: "tool-output-error"; readonly toolCallId: string; readonly errorText: string } & Own)
  | { readonly type: "tool-output-denied"; readonly toolCallId: string }
  | {
      readonly type: `data-${string}`
      readonly id: string
      readonly data: unknown
      readonly transient?: boolean
    }
  | { readonly type: "error"; readonly errorText: string }
  | {
      readonly type: "finish"
      readonly finishReason: "stop" | "length" | "content-filter" | "tool-calls" | "other"
      readonly messageMetadata?: unknown
    }

export const ownTool = own

const utf8 = new TextEncoder()

/** As server-sent events carry them, in UTF-8. */
export const bytesOf = (chunks: ReadonlyArray<UiChunk>): Uint8Array =>
  utf8.encode(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(""))

/** What ends each stream. */
export const done = utf8.encode("data: [DONE]\n\n")

/** The headers by which a client knows the protocol, beside its type. */
export const headers = {
  "cache-control": "no-store",
  "x-accel-buffering": "no",
  "x-vercel-ai-ui-message-stream": "v1"
} as const
