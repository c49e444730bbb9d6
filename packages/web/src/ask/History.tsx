/**
 * History: the conversations that the server keeps, the newest first; each can be gone on with, or forgotten.
 */
import * as Effect from "effect/Effect"
import { useEffect, useRef, useState } from "preact/hooks"

import * as Place from "../Place.ts"
import { nowMillis } from "../ui/Now.ts"
import * as Units from "../ui/Units.ts"
import { useLoaded } from "../ui/useLoaded.ts"
import * as Conversations from "../wire/Conversations.ts"
import * as Conversation from "./Conversation.ts"

const page = 30

/** Asks before a conversation is gone for good. */
const Sure = ({ forget, keep }: { readonly forget: () => void; readonly keep: () => void }) => {
  const first = useRef<HTMLButtonElement>(null)
  // The button that was pressed is gone: who has no mouse would be nowhere.
  useEffect(() => first.current?.focus(), [])
  return (
    <p class="doomed">
      Forget it?
      <button type="button" ref={first} onClick={forget}>
        Forget
      </button>
      <button type="button" onClick={keep}>
        Keep
      </button>
    </p>
  )
}

export const History = ({
  currentId,
  ended
}: {
  readonly currentId: string | null
  /** How many questions have come to their end: with each the list is another. */
  readonly ended: number
}) => {
  const [limit, setLimit] = useState(page)
  const [forgotten, setForgotten] = useState(0)
  /** The one that a person is asked about, before it is gone. */
  const [doomed, setDoomed] = useState<string>()
  const { problem, value } = useLoaded(Conversations.list(limit), `${limit} ${currentId} ${ended} ${forgotten}`, {
    everyMillis: 30_000
  })

  const forget = (id: string) =>
    Effect.runFork(
      Effect.map(Effect.exit(Conversations.forget(id)), () => {
        Conversation.drop(id)
        setDoomed(undefined)
        if (id === currentId) Place.go({ view: "ask", conversationId: null })
        setForgotten((count) => count + 1)
      })
    )

  return (
    <nav class="history" aria-label="Conversations">
      <a class="new" href={Place.address({ view: "ask", conversationId: null })}>
        New conversation
      </a>
      {problem !== undefined && <p class="quiet-text small">{problem.detail}</p>}
      <ul>
        {value?.conversations.map(({ atMillis, conversationId, question, turns }) => (
          <li key={conversationId}>
            <a
              href={Place.address({ view: "ask", conversationId })}
              aria-current={conversationId === currentId ? "page" : undefined}
            >
              <span class="asked">{question}</span>
              <span class="quiet-text small">
                {`${Units.instant(atMillis, nowMillis())} · ${Units.counted(turns, "question")}`}
              </span>
            </a>
            {doomed === conversationId ? (
              <Sure forget={() => forget(conversationId)} keep={() => setDoomed(undefined)} />
            ) : (
              <button
                type="button"
                class="quiet"
                title="Forget this conversation"
                aria-label={`Forget the conversation: ${question}`}
                onClick={() => setDoomed(conversationId)}
              >
                ✕
              </button>
            )}
          </li>
        ))}
      </ul>
      {value?.next != null && (
        <button type="button" class="quiet" onClick={() => setLimit(Math.min(200, limit + page))}>
          Earlier ones
        </button>
      )}
    </nav>
  )
}
