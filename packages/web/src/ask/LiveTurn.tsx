/**
 * LiveTurn: a question that this page follows: its steps, its text as it comes, what it waits for, and how it ended.
 */
import * as Effect from "effect/Effect"
import { useMemo, useState } from "preact/hooks"

import * as Place from "../Place.ts"
import type { LiveRun } from "../run/LiveRun.ts"
import * as RunState from "../run/RunState.ts"
import { useAtom } from "../ui/useAtom.ts"
import { ApprovalCard } from "./ApprovalCard.tsx"
import { Markdown } from "./Markdown.tsx"
import { Posters } from "./Posters.tsx"
import { Remaining } from "./Remaining.tsx"
import { Steps } from "./Steps.tsx"
import * as Words from "./Words.ts"

const StopButton = ({ run }: { readonly run: LiveRun }) => {
  const [isAsked, setAsked] = useState(false)
  const stop = () => {
    setAsked(true)
    // One that is over meanwhile needs no stopping; one that cannot be stopped can be tried again.
    Effect.runFork(Effect.catch(run.stop, () => Effect.sync(() => setAsked(false))))
  }
  return (
    <button type="button" class="stop" disabled={isAsked} onClick={stop}>
      Stop
    </button>
  )
}

const statusOf = (state: RunState.RunState): string => {
  switch (state.standing) {
    case "running":
      return state.calls.some(({ standing }) => standing === "waiting") ? "Your approval is needed." : "Answering."
    case "finished":
      return "The answer is there."
    default:
      return state.problem ?? "The question was not answered."
  }
}

export const LiveTurn = ({
  askAgain,
  run
}: {
  readonly askAgain: (question: string) => void
  readonly run: LiveRun
}) => {
  const state = useAtom(run.state)
  const isConnected = useAtom(run.isConnected)
  const isRunning = !RunState.isOver(state)
  const shortfall = Words.shortfall(state.reason)
  return (
    <article class="answer" aria-busy={isRunning} aria-label="Answer">
      <p class="unseen" role="status">
        {statusOf(state)}
      </p>
      {useMemo(
        () => (
          <>
            <Steps calls={state.calls} />
            {state.calls
              .filter(({ standing }) => standing === "waiting")
              .map((call) => (
                <ApprovalCard key={call.callId} call={call} run={run} />
              ))}
          </>
        ),
        [state.calls, run]
      )}
      <div class="text">
        <Markdown text={state.text} />
      </div>
      <Posters text={isRunning ? state.text.slice(0, state.text.lastIndexOf("\n") + 1) : state.text} />
      {!isConnected && (
        <p class="notice" role="status">
          The server does not answer. It is asked again; the run goes on there meanwhile.
        </p>
      )}
      {shortfall !== undefined && <p class="notice">{shortfall}</p>}
      {(state.standing === "failed" || state.standing === "lost") && (
        <div class="notice bad" role="alert">
          <p>{state.problem}</p>
          <button type="button" onClick={() => askAgain(state.question)}>
            Ask again
          </button>
        </div>
      )}
      <footer>
        {isRunning ? (
          <>
            <Remaining estimate={state.estimate} run={run} />
            <StopButton run={run} />
          </>
        ) : (
          <p class="quiet-text small">
            {Words.answeredWords(state)}
            {" · "}
            <a href={Place.address({ view: "schedule", runId: state.runId, otherId: null })}>schedule</a>
          </p>
        )}
      </footer>
    </article>
  )
}
