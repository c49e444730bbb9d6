/**
 * TurnView: one question and what became of it.
 */
import * as Place from "../Place.ts"
import * as Units from "../ui/Units.ts"
import type { Conversation, Turn } from "./Conversation.ts"
import { LiveTurn } from "./LiveTurn.tsx"
import { Markdown } from "./Markdown.tsx"
import { Posters } from "./Posters.tsx"

const Past = ({
  askAgain,
  turn
}: {
  readonly askAgain: () => void
  readonly turn: Extract<Turn, { readonly kind: "past" }>
}) => (
  <article class="answer" aria-label="Answer">
    <div class="text">
      <Markdown text={turn.answer} />
    </div>
    <Posters text={turn.answer} />
    {turn.problem !== null && (
      <div class="notice bad">
        <p>{turn.problem}</p>
        <button type="button" onClick={askAgain}>
          Ask again
        </button>
      </div>
    )}
    <footer>
      <p class="quiet-text small">
        {turn.calls > 0 && `${Units.counted(turn.calls, "tool call")} · `}
        <a href={Place.address({ view: "schedule", runId: turn.runId, otherId: null })}>schedule</a>
      </p>
    </footer>
  </article>
)

const Asked = ({
  askAgain,
  dismiss,
  turn
}: {
  readonly askAgain: () => void
  readonly dismiss: () => void
  readonly turn: Extract<Turn, { readonly kind: "asked" }>
}) => (
  <article class="answer" aria-label="Answer">
    {turn.problem === undefined ? (
      <footer>
        <div class="remaining">
          <progress aria-label="Sent" />
          <p class="quiet-text small" role="status">
            Sent; it waits for its turn.
          </p>
        </div>
        <button type="button" class="stop" onClick={turn.takeBack}>
          Take back
        </button>
      </footer>
    ) : (
      <div class="notice bad" role="alert">
        <p>{turn.problem.detail}</p>
        <button type="button" onClick={askAgain}>
          Ask again
        </button>{" "}
        <button type="button" onClick={dismiss}>
          Leave it
        </button>
      </div>
    )}
  </article>
)

export const TurnView = ({ conversation, turn }: { readonly conversation: Conversation; readonly turn: Turn }) => {
  const again = () => {
    if (turn.kind === "asked") conversation.dismiss(turn.key)
    conversation.ask(turn.question)
  }
  return (
    <li class="turn">
      <h2 class="question">
        <span class="unseen">Question: </span>
        {turn.question}
      </h2>
      {turn.kind === "past" && <Past askAgain={again} turn={turn} />}
      {turn.kind === "live" && <LiveTurn askAgain={again} run={turn.run} />}
      {turn.kind === "asked" && <Asked askAgain={again} dismiss={() => conversation.dismiss(turn.key)} turn={turn} />}
    </li>
  )
}
