/**
 * Steps: the tool calls of a run, as they run: what each is given, how far it is, what it came to.
 */
import type { Call } from "../run/RunState.ts"
import * as Words from "./Words.ts"

const signs = { waiting: "?", running: "…", done: "✓", failed: "✕", client: "→" } as const

const Step = ({ call }: { readonly call: Call }) => {
  const { share } = Words.progress(call.progress)
  const line = Words.inputLine(call.input)
  return (
    <li class={`step ${call.standing}`}>
      <span class="sign" aria-hidden="true">
        {signs[call.standing]}
      </span>
      <span class="what">
        <b>{Words.toolName(call.name)}</b>
        {line !== "" && (
          <span class="quiet-text" title={line}>
            {line}
          </span>
        )}
      </span>
      <span class="outcome">
        {call.standing === "running" && share !== null && <progress value={share} aria-label="Progress" />}
        {Words.callWords(call)}
      </span>
    </li>
  )
}

/** Of many, the newest are shown; all are in the schedule. */
const most = 50

export const Steps = ({ calls }: { readonly calls: ReadonlyArray<Call> }) => {
  if (calls.length === 0) return null
  const hidden = Math.max(0, calls.length - most)
  return (
    <div class="steps">
      {hidden > 0 && <p class="quiet-text small">{`${hidden} earlier steps are in the schedule.`}</p>}
      <ol aria-label="Steps">
        {calls.slice(-most).map((call) => (
          <Step key={call.callId} call={call} />
        ))}
      </ol>
    </div>
  )
}
