/**
 * AskView: a conversation: what was asked and answered, the next question, and beside it where the time of the latest one goes.
 */
import "./ask.css"
import * as Effect from "effect/Effect"
import { useMemo, useRef, useState } from "preact/hooks"

import * as Place from "../Place.ts"
import { useAtom } from "../ui/useAtom.ts"
import { Composer } from "./Composer.tsx"
import * as Conversation from "./Conversation.ts"
import { History } from "./History.tsx"
import * as Pending from "./Pending.ts"
import { SidePanel } from "./SidePanel.tsx"
import { TurnView } from "./TurnView.tsx"
import { useFollowedEnd } from "./useFollowedEnd.ts"
import { Welcome } from "./Welcome.tsx"

const Talk = ({
  conversation,
  isNew
}: {
  readonly conversation: Conversation.Conversation
  readonly isNew: boolean
}) => {
  const { earlier, problem, turns } = useAtom(conversation.shown)
  const box = useRef<HTMLDivElement>(null)
  const pending = useMemo(() => Pending.take(conversation.id), [conversation.id])
  // It may have begun after all.
  const written = turns.some(({ question }) => question === pending) ? "" : pending
  useFollowedEnd(box, conversation.id)

  const ask = (question: string) => {
    conversation.ask(question)
    if (isNew) Place.settle({ view: "ask", conversationId: conversation.id })
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }
  const loadMore = () => Effect.runFork(conversation.load)
  const latest = turns.findLast((turn) => turn.kind !== "asked")

  return (
    <>
      <section class="talk" aria-label="Conversation">
        <div class="turns" ref={box}>
          <div class="turns-inner">
            {problem !== undefined && (
              <p class="notice bad" role="alert">
                {problem.detail}{" "}
                <button type="button" onClick={loadMore}>
                  Try again
                </button>
              </p>
            )}
            {earlier != null && (
              <button type="button" class="quiet" onClick={loadMore}>
                Earlier questions
              </button>
            )}
            {turns.length === 0 && (isNew || earlier === null) ? <Welcome ask={ask} /> : null}
            <ol class="turn-list">
              {turns.map((turn) => (
                <TurnView key={turn.key} conversation={conversation} turn={turn} />
              ))}
            </ol>
          </div>
        </div>
        <Composer key={conversation.id} isFollowUp={turns.length > 0} send={ask} written={written} />
      </section>
      <SidePanel run={latest === undefined ? undefined : Conversation.runOf(latest)} />
    </>
  )
}

export const AskView = ({ place }: { readonly place: Extract<Place.Place, { readonly view: "ask" }> }) => {
  const { conversationId } = place
  const [isListed, setListed] = useState(false)
  // One that was begun here keeps its id when the address takes it.
  const fresh = useRef(Conversation.newId())
  if (conversationId === null && Conversation.isBegun(fresh.current)) fresh.current = Conversation.newId()
  const id = conversationId ?? fresh.current
  const conversation = conversationId === null ? Conversation.begin(id) : Conversation.of(id)
  const { ended } = useAtom(conversation.shown)
  return (
    <div class={`ask ${isListed ? "listed" : ""}`}>
      <button type="button" class="quiet list-button" aria-expanded={isListed} onClick={() => setListed((is) => !is)}>
        {isListed ? "Hide conversations" : "Conversations"}
      </button>
      <History currentId={conversationId} ended={ended} />
      <Talk key={id} conversation={conversation} isNew={conversationId === null} />
    </div>
  )
}
