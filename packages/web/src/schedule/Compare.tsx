/**
 * Compare: two runs one above the other on one scale, and in what they differ.
 */
import { useMemo } from "preact/hooks"

import * as Place from "../Place.ts"
import * as LiveRun from "../run/LiveRun.ts"
import { DataTable } from "../ui/DataTable.tsx"
import * as Units from "../ui/Units.ts"
import { useAtom } from "../ui/useAtom.ts"
import type { Profile } from "../wire/Profile.ts"
import * as Chart from "./Chart.ts"
import { ChartView } from "./ChartView.tsx"
import * as Components from "./Components.ts"
import { useProfile } from "./useProfile.ts"

const Both = ({ before, now }: { readonly before: Profile; readonly now: Profile }) => {
  const charts = useMemo(() => [before, now].map(Chart.ofProfile), [before, now])
  const endMillis = Math.max(1, before.wallMillis, now.wallMillis)
  return (
    <>
      {charts.map((chart, index) => (
        <section key={index}>
          <h2>{`${index === 0 ? "First" : "Second"} run: ${Units.duration(chart.wallMillis)}`}</h2>
          <ChartView
            chart={chart}
            endMillis={endMillis}
            label={`Schedule of the ${index === 0 ? "first" : "second"} run`}
          />
        </section>
      ))}
      <DataTable
        label="Differences between the two runs"
        columns={["Part", "#First", "#Second", "#Difference"]}
        rows={Components.differences(before, now).map(({ beforeMillis, component, millis, nowMillis }) => ({
          key: component ?? "",
          cells: [
            <>
              <b>{component ?? "in all"}</b>{" "}
              <span class="quiet-text">{component === null ? "" : Components.wordsOf(component)}</span>
            </>,
            Units.duration(beforeMillis),
            Units.duration(nowMillis),
            `${millis > 0 ? "+" : ""}${Units.duration(millis)}${beforeMillis > 0 ? ` (${millis > 0 ? "+" : ""}${Units.share(millis / beforeMillis)})` : ""}`
          ]
        }))}
      />
    </>
  )
}

const useRun = (runId: string) => {
  const run = LiveRun.of(runId)
  return { state: useAtom(run.state), profile: useProfile(run) }
}

const Why = ({ name, problem }: { readonly name: string; readonly problem: string }) => (
  <p class="notice">{`The ${name} run cannot be compared: ${problem}`}</p>
)

export const Compare = ({ otherId, runId }: { readonly runId: string; readonly otherId: string }) => {
  const first = useRun(runId)
  const second = useRun(otherId)
  const runs = [
    ["first", first, runId],
    ["second", second, otherId]
  ] as const
  return (
    <>
      <header class="run-head">
        <p class="small">
          <a href={Place.address({ view: "schedule", runId: null, otherId: null })}>All runs</a>
          {" · "}
          <a href={Place.address({ view: "schedule", runId: otherId, otherId: runId })}>The other way round</a>
        </p>
        <h1>Two runs compared</h1>
        {runs.map(([name, { state }, id]) => (
          <p key={name} class="small">
            {`${name === "first" ? "First" : "Second"}: `}
            <a href={Place.address({ view: "schedule", runId: id, otherId: null })}>
              {state.question === "" ? id : state.question}
            </a>
          </p>
        ))}
      </header>
      {runs.map(([name, { profile, state }]) => {
        if (profile.problem !== undefined) return <Why key={name} name={name} problem={profile.problem.detail} />
        if (state.standing === "lost") return <Why key={name} name={name} problem={state.problem ?? ""} />
        if (state.standing === "running" && state.lastSeq >= 0) {
          return <Why key={name} name={name} problem="It is under way." />
        }
        return null
      })}
      {first.profile.value !== undefined && second.profile.value !== undefined && (
        <Both before={first.profile.value} now={second.profile.value} />
      )}
    </>
  )
}
