/**
 * useProfile: the profile of a run, once it is over.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

import type { LiveRun } from "../run/LiveRun.ts"
import { useAtom } from "../ui/useAtom.ts"
import { type Loaded, useLoaded } from "../ui/useLoaded.ts"
import * as Profile from "../wire/Profile.ts"

/** A call that was given up may keep the trace of a run open a while after its last event. */
const patient = (runId: string) =>
  Effect.retry(Profile.find(runId), {
    schedule: Schedule.spaced(500),
    times: 6,
    while: ({ isPassing, kind }) => isPassing || kind === "run-under-way"
  })

export const useProfile = (run: LiveRun): Loaded<Profile.Profile> => {
  const { runId, standing } = useAtom(run.state)
  const isThere = runId !== "" && (standing === "finished" || standing === "failed")
  return useLoaded(isThere ? patient(runId) : undefined, runId)
}
