/**
 * Pending: a question that was sent and has not begun, kept for this tab: a page that is loaded anew gives it back, since the server
 * takes no question of one who left before it began.
 */

const key = (conversationId: string) => `callsheet.asking.${conversationId}`

/** Storage may be forbidden: then nothing is given back. */
const attempt = <A>(use: () => A): A | undefined => {
  try {
    return use()
  } catch {
    return undefined
  }
}

export const keep = (conversationId: string, question: string): void =>
  attempt(() => sessionStorage.setItem(key(conversationId), question))

export const forget = (conversationId: string): void => attempt(() => sessionStorage.removeItem(key(conversationId)))

/** What is kept, which it is no longer then. */
export const take = (conversationId: string): string => {
  const question = attempt(() => sessionStorage.getItem(key(conversationId))) ?? ""
  forget(conversationId)
  return question
}
