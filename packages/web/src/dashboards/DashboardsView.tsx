/**
 * DashboardsView: how the server does over time: how long questions take, what their time is made of, what is saved, and what is wrong.
 */
import "./dashboards.css"
import * as Place from "../Place.ts"
import { useLoaded } from "../ui/useLoaded.ts"
import * as Stats from "../wire/Stats.ts"
import { AlertList } from "./AlertList.tsx"
import * as Questions from "./QuestionPanels.tsx"
import * as Services from "./ServicePanels.tsx"
import { Kinds, Tools, Upstreams } from "./Tables.tsx"

const hourMillis = 3_600_000

const ranges = [
  ["10 minutes", hourMillis / 6],
  ["1 hour", hourMillis],
  ["6 hours", 6 * hourMillis],
  ["24 hours", 24 * hourMillis],
  ["7 days", 168 * hourMillis],
  ["30 days", 720 * hourMillis]
] as const

const standardMillis = hourMillis

const All = ({ stats }: { readonly stats: Stats.Stats }) => (
  <>
    {stats.isPartial && (
      <p class="notice">
        There were more questions in this time than are read for one view: the oldest are missing here.
      </p>
    )}
    <div class="panels">
      <Questions.Durations stats={stats} />
      <Questions.Components stats={stats} />
      <Kinds stats={stats} />
      <Questions.Runs stats={stats} />
      <Questions.ModelCalls stats={stats} />
      <Questions.Saved stats={stats} />
      <Services.ToolCalls stats={stats} />
      <Services.Cache stats={stats} />
      <Services.Reuse stats={stats} />
      <Services.Breakers stats={stats} />
      <Upstreams stats={stats} />
      <Questions.Tokens stats={stats} />
      <Services.Memory stats={stats} />
      <Services.EventLoop stats={stats} />
      <Tools stats={stats} />
    </div>
  </>
)

export const DashboardsView = ({
  place
}: {
  readonly place: Extract<Place.Place, { readonly view: "dashboards" }>
}) => {
  const rangeMillis = place.rangeMillis ?? standardMillis
  const { problem, value } = useLoaded(Stats.latest(rangeMillis), String(rangeMillis), {
    everyMillis: rangeMillis <= hourMillis ? 10_000 : 60_000
  })
  return (
    <div class="dashboards">
      <header>
        <h1>Dashboards</h1>
        <nav aria-label="Range of time">
          {ranges.map(([name, millis]) => (
            <a
              key={millis}
              href={Place.address({ view: "dashboards", rangeMillis: millis })}
              aria-current={millis === rangeMillis ? "true" : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
      </header>
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          {problem.detail}
          {value !== undefined && " What is shown is from before."}
        </p>
      )}
      <AlertList />
      {value === undefined ? (
        <p class="quiet-text">{problem === undefined ? "Reading…" : ""}</p>
      ) : (
        <All stats={value} />
      )}
    </div>
  )
}
