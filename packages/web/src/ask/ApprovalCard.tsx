/**
 * ApprovalCard: a call that changes something, and waits for a person's word.
 */
import * as Effect from "effect/Effect"
import { useState } from "preact/hooks"

import type { LiveRun } from "../run/LiveRun.ts"
import type { Call } from "../run/RunState.ts"
import * as Words from "./Words.ts"

export const ApprovalCard = ({ call, run }: { readonly call: Call; readonly run: LiveRun }) => {
  const [isSent, setSent] = useState(false)
  const [problem, setProblem] = useState<string>()
  const inputs = Words.inputs(call.input)
  const name = Words.toolName(call.name)

  const say = (approved: boolean) => {
    setSent(true)
    Effect.runFork(
      Effect.catch(run.approve(call.callId, approved), ({ detail, kind }) =>
        Effect.sync(() => {
          // Another page may have given its word before.
          if (kind === "call-not-waiting") return
          setProblem(detail)
          setSent(false)
        })
      )
    )
  }

  return (
    <section class="approval card" role="alert" aria-label={`${name} needs your approval`}>
      <h3>{`May this be done? ${name}`}</h3>
      <dl>
        {inputs.map(([field, value]) => (
          <div key={field}>
            <dt>{field === "" ? "value" : field}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {problem !== undefined && <p class="notice bad">{problem}</p>}
      <p class="buttons">
        <button type="button" class="primary" disabled={isSent} onClick={() => say(true)}>
          Approve
        </button>
        <button type="button" disabled={isSent} onClick={() => say(false)}>
          Refuse
        </button>
      </p>
    </section>
  )
}
