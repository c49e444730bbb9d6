/**
 * RunPage: one run, live or past: its chart, its figures, its answer, and ways on from it.
 */
import { useState } from "preact/hooks"

import { Markdown } from "../ask/Markdown.tsx"
import * as Words from "../ask/Words.ts"
import * as Place from "../Place.ts"
import * as LiveRun from "../run/LiveRun.ts"
import * as RunState from "../run/RunState.ts"
import { useAtom } from "../ui/useAtom.ts"
import type { Profile } from "../wire/Profile.ts"
import { ProfileTables } from "./ProfileTables.tsx"
import { RunList } from "./RunList.tsx"
import { useProfile } from "./useProfile.ts"
import { WaterfallOf } from "./Waterfall.tsx"

/** Gives the profile to the browser as a file. */
const save = (runId: string, profile: Profile) => {
  const address = URL.createObjectURL(new Blob([JSON.stringify(profile, undefined, 2)], { type: "application/json" }))
  const anchor = document.createElement("a")
  anchor.href = address
  anchor.download = `${runId}.json`
  anchor.click()
  URL.revokeObjectURL(address)
}

export const RunPage = ({ runId }: { readonly runId: string }) => {
  const run = LiveRun.of(runId)
  const state = useAtom(run.state)
  const isConnected = useAtom(run.isConnected)
  const profile = useProfile(run)
  const [isComparing, setComparing] = useState(false)
  const isRunning = !RunState.isOver(state)

  return (
    <>
      <header class="run-head">
        <p class="small">
          <a href={Place.address({ view: "schedule", runId: null, otherId: null })}>All runs</a>
        </p>
        <h1>{state.question === "" ? runId : state.question}</h1>
        <p class="quiet-text small">
          {isRunning ? "Under way · " : state.standing === "lost" ? "" : `${Words.answeredWords(state)} · `}
          {runId}
        </p>
      </header>
      {!isConnected && (
        <p class="notice" role="status">
          The server does not answer. It is asked again.
        </p>
      )}
      {state.problem !== null && <p class="notice bad">{state.problem}</p>}
      <WaterfallOf run={run} profile={profile} />
      <p class="buttons">
        <button type="button" aria-expanded={isComparing} onClick={() => setComparing((is) => !is)}>
          Compare with another run
        </button>
        {profile.value !== undefined && (
          <button type="button" onClick={() => profile.value !== undefined && save(runId, profile.value)}>
            Save the profile
          </button>
        )}
      </p>
      {isComparing && (
        <RunList
          first={state.question}
          link={(other) =>
            other.runId === runId ? (
              <span class="quiet-text">{`${other.question} (this run)`}</span>
            ) : (
              <a href={Place.address({ view: "schedule", runId, otherId: other.runId })}>{other.question}</a>
            )
          }
        />
      )}
      {profile.problem !== undefined && <p class="notice">{profile.problem.detail}</p>}
      {profile.value !== undefined && <ProfileTables profile={profile.value} />}
      {state.text !== "" && (
        <details>
          <summary>The answer</summary>
          <div class="answer">
            <div class="text">
              <Markdown text={state.text} />
            </div>
          </div>
        </details>
      )}
    </>
  )
}
