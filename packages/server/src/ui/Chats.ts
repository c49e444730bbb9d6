/**
 * Chats: which run each chat of the AI SDK has under way in this process, so that a client that comes back finds it.
 */

export interface Chat {
  readonly runId: string
  /** Of a message that the run goes on with; undefined where it has one of its own. */
  readonly messageId: string | undefined
  /** Whether the run waits for its person's word, with nobody watching. */
  readonly isPaused: boolean
}

export interface Chats {
  /** The latest run that was begun for the chat. */
  readonly find: (chatId: string) => Chat | undefined
  readonly begin: (chatId: string, runId: string, messageId: string | undefined) => void
  readonly pause: (chatId: string, runId: string, isPaused: boolean) => void
  /** Forgets a run that is over. */
  readonly end: (chatId: string, runId: string) => void
}

/** Remembers so many chats; the oldest is forgotten first, whose run is then found by its own id only. */
export const make = (most: number): Chats => {
  const chats = new Map<string, Chat>()
  return {
    find: (chatId) => chats.get(chatId),
    begin: (chatId, runId, messageId) => {
      chats.delete(chatId)
      chats.set(chatId, { runId, messageId, isPaused: false })
      for (const oldest of chats.keys()) {
        if (chats.size <= most) break
        chats.delete(oldest)
      }
    },
    pause: (chatId, runId, isPaused) => {
      const chat = chats.get(chatId)
      if (chat?.runId === runId) chats.set(chatId, { ...chat, isPaused })
    },
    end: (chatId, runId) => {
      if (chats.get(chatId)?.runId === runId) chats.delete(chatId)
    }
  }
}
