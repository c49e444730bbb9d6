/**
 * AskView: a conversation: what was asked and answered, and the next question.
 */
import type { Place } from "../Place.ts"

export const AskView = ({ place }: { readonly place: Extract<Place, { readonly view: "ask" }> }) => (
  <p>{place.conversationId}</p>
)
