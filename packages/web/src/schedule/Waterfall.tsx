/**
 * Waterfall: a run on a time axis, as it goes; once it is over, as its profile tells it.
 */
import { useMemo } from "preact/hooks"

import type { LiveRun } from "../run/LiveRun.ts"
import * as RunState from "../run/RunState.ts"
import { useAtom } from "../ui/useAtom.ts"
import type { Loaded } from "../ui/useLoaded.ts"
import type { Profile } from "../wire/Profile.ts"
import * as Axis from "./Axis.ts"
import * as Chart from "./Chart.ts"
import { ChartView } from "./ChartView.tsx"
import * as LiveChart from "./LiveChart.ts"
import { ProfileTables } from "./ProfileTables.tsx"
import { useNow } from "./useNow.ts"
import { useProfile } from "./useProfile.ts"

const Running = ({ isCompact, run }: { readonly run: LiveRun; readonly isCompact: boolean }) => {
  const state = useAtom(run.state)
  const isRunning = !RunState.isOver(state)
  const chart = LiveChart.ofRun(state, useNow(run, isRunning))
  const { estimate } = state
  const expectedMillis = estimate === null ? 0 : estimate.atMillis + estimate.remainingMillis
  const endMillis = isRunning ? Axis.reach(chart.wallMillis, expectedMillis) : Math.max(1, chart.wallMillis)
  return <ChartView chart={chart} endMillis={endMillis} isCompact={isCompact} label="Schedule of the run" />
}

const Over = ({ isCompact, profile }: { readonly profile: Profile; readonly isCompact: boolean }) => {
  const chart = useMemo(() => Chart.ofProfile(profile), [profile])
  return (
    <ChartView
      chart={chart}
      endMillis={Math.max(1, chart.wallMillis)}
      isCompact={isCompact}
      label="Schedule of the run"
    />
  )
}

/** With `profile` where whoever shows it has that already. */
export const WaterfallOf = ({
  isCompact = false,
  profile,
  run
}: {
  readonly run: LiveRun
  readonly isCompact?: boolean
  readonly profile: Loaded<Profile>
}) =>
  profile.value === undefined ? (
    <Running run={run} isCompact={isCompact} />
  ) : (
    <Over profile={profile.value} isCompact={isCompact} />
  )

export const Waterfall = ({ isCompact = false, run }: { readonly run: LiveRun; readonly isCompact?: boolean }) => {
  const profile = useProfile(run)
  return (
    <>
      <WaterfallOf run={run} isCompact={isCompact} profile={profile} />
      {profile.value !== undefined && <ProfileTables profile={profile.value} isCompact={isCompact} />}
    </>
  )
}
