/**
 * Chats: which run each chat of the AI SDK has under way in this process, so that a client that comes back finds it.
 */

export interface Chats {
  /** The latest run that was begun for the chat. */
  readonly find: (chatId: string) => { readonly runId: string; readonly isPaused: boolean } | undefined
  readonly begin: (chatId: string, runId: string) => void
  /** Whether the run waits for its person, with nobody watching. */
  readonly pause: (chatId: string, runId: string, isPaused: boolean) => void
  /** Forgets a run that is over. */
  readonly end: (chatId: string, runId: string) => void
}

/** Remembers so many chats; the oldest is forgotten first, whose run is then found by its own id only. */
export const make = (most: number): Chats => {
  const runs = new Map<string, { readonly runId: string; readonly isPaused: boolean }>()
  return {
    find: (chatId) => runs.get(chatId),
    begin: (chatId, runId) => {
      runs.delete(chatId)
      runs.set(chatId, { runId, isPaused: false })
      for (const oldest of runs.keys()) {
        if (runs.size <= most) break
        runs.delete(oldest)
      }
    },
    pause: (chatId, runId, isPaused) => {
      if (runs.get(chatId)?.runId === runId) runs.set(chatId, { runId, isPaused })
    },
    end: (chatId, runId) => {
      if (runs.get(chatId)?.runId === runId) runs.delete(chatId)
    }
  }
}
