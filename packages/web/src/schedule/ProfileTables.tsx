/**
 * ProfileTables: where the time of a run went, by component and by tool, and what would have saved most of it.
 */
import * as Words from "../ask/Words.ts"
import { DataTable } from "../ui/DataTable.tsx"
import * as Units from "../ui/Units.ts"
import type { Profile } from "../wire/Profile.ts"
import * as Components from "./Components.ts"

/** Less is noticed by nobody, in milliseconds and as a share of the run. */
const least = { millis: 1, share: 0.005 } as const

const Remedies = ({ profile }: { readonly profile: Profile }) => {
  const remedies = profile.remedies.filter(
    ({ savesMillis }) => savesMillis >= Math.max(least.millis, profile.wallMillis * least.share)
  )
  return (
    <section>
      <h3>What would have saved most</h3>
      {remedies.length === 0 ? (
        <p class="quiet-text small">Nothing that is known would have made this run noticeably faster.</p>
      ) : (
        <ol class="remedies">
          {remedies.map(({ kind, millis, savesMillis, subject, what }) => (
            <li key={`${kind} ${subject}`}>
              <b>{`${Units.duration(savesMillis)} less`}</b>
              {` (${Units.duration(millis)} in all): ${what}`}
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

const ByComponent = ({ profile }: { readonly profile: Profile }) => (
  <section>
    <h3>Where the time went</h3>
    <DataTable
      label="Where the time went"
      columns={["Part", "#Time", "#Share"]}
      rows={Components.shares(profile).map(({ component, millis, share }) => ({
        key: component,
        cells: [
          <>
            <b>{component}</b> <span class="quiet-text">{Components.wordsOf(component)}</span>
          </>,
          Units.duration(millis),
          Units.share(share)
        ]
      }))}
    />
    <p class="quiet-text small">
      {`Together ${Units.duration(profile.wallMillis)}. ${Units.duration(profile.hiddenMillis)} more of calls ran beside them, hidden. `}
      {profile.chainLength > 0 && `${Units.counted(profile.chainLength, "model call")} waited for one another.`}
    </p>
  </section>
)

const ByTool = ({ profile: { tools } }: { readonly profile: Profile }) => {
  const rows = Object.entries(tools).sort(([, one], [, other]) => other.criticalMillis - one.criticalMillis)
  if (rows.length === 0) return null
  return (
    <section>
      <h3>Tools</h3>
      <DataTable
        label="Tools"
        columns={["Tool", "#Calls", "#Time in all", "#Critical"]}
        rows={rows.map(([name, { calls, criticalMillis, millis }]) => ({
          key: name,
          cells: [Words.toolName(name), Units.count(calls), Units.duration(millis), Units.duration(criticalMillis)]
        }))}
      />
    </section>
  )
}

const Findings = ({ profile: { findings } }: { readonly profile: Profile }) =>
  findings.length === 0 ? null : (
    <details>
      <summary>{`Calls that ran one after the other: ${findings.length}`}</summary>
      <ul class="findings">
        {findings.map(({ first, second, verdict, why }) => (
          <li key={`${first} ${second}`}>
            <b>{verdict}</b> {why}
          </li>
        ))}
      </ul>
    </details>
  )

export const ProfileTables = ({
  isCompact = false,
  profile
}: {
  readonly profile: Profile
  readonly isCompact?: boolean
}) => (
  <div class={`tables ${isCompact ? "compact" : ""}`}>
    <Remedies profile={profile} />
    <ByComponent profile={profile} />
    {!isCompact && <ByTool profile={profile} />}
    {!isCompact && <Findings profile={profile} />}
  </div>
)
