/**
 * UiClient: a chat as `useChat` has it, by the `ai` package's own transport and chat, which check every chunk by its schema.
 */
import {
  AbstractChat,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  type UIMessage
} from "ai"
import { Effect } from "effect"

const stateOf = (initial: ReadonlyArray<UIMessage>): ChatState<UIMessage> => {
  const state: ChatState<UIMessage> = {
    status: "ready",
    error: undefined,
    messages: [...initial],
    pushMessage: (message) => {
      state.messages = [...state.messages, message]
    },
    popMessage: () => {
      state.messages = state.messages.slice(0, -1)
    },
    replaceMessage: (index, message) => {
      state.messages = state.messages.with(index, structuredClone(message))
    },
    snapshot: (thing) => structuredClone(thing)
  }
  return state
}

class Chat extends AbstractChat<UIMessage> {}

export interface Options {
  readonly id?: string
  readonly messages?: ReadonlyArray<UIMessage>
  /** Beside what the transport sends. */
  readonly body?: object
  readonly headers?: Record<string, string>
}

/** A chat with the server at `url`, which sends a person's words for calls by itself. */
export const make = (url: string, { body = {}, headers = {}, id, messages = [] }: Options = {}) => {
  const transport = new DefaultChatTransport<UIMessage>({ api: `${url}/v1/ui`, body, headers })
  let finished = () => {}
  const chat = new Chat({
    ...(id === undefined ? {} : { id }),
    state: stateOf(messages),
    transport,
    onFinish: () => finished(),
    sendAutomaticallyWhen: (chat) =>
      lastAssistantMessageIsCompleteWithApprovalResponses(chat) ||
      (chat.messages.at(-1)?.parts.some((part) => part.type.startsWith("tool-")) === true &&
        lastAssistantMessageIsCompleteWithToolCalls(chat))
  })
  const nextEnd = () =>
    new Promise<void>((resolve) => {
      finished = resolve
    })
  const status = (): ChatStatus => chat.status
  const parts = () => chat.lastMessage?.parts ?? []
  return {
    chat,
    transport,
    status,
    parts,
    /** Sends it, and waits until the answer's stream has ended. */
    send: (text: string) => Effect.promise(() => chat.sendMessage({ text })),
    /** Gives a person's word for a call, and waits until the stream has ended that the chat asks for with it. */
    decide: (id: string, approved: boolean) =>
      Effect.promise(async () => {
        const ended = nextEnd()
        await chat.addToolApprovalResponse({ id, approved })
        await ended
      }),
    /** The same with what a tool of the client gave. */
    give: (tool: string, toolCallId: string, output: unknown) =>
      Effect.promise(async () => {
        const ended = nextEnd()
        await chat.addToolOutput({ tool, toolCallId, output })
        await ended
      }),
    text: () => parts().flatMap((part) => (part.type === "text" ? [part.text] : [])),
    tools: () => parts().flatMap((part) => (part.type === "dynamic-tool" ? [part] : []))
  }
}
