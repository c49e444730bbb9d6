/**
 * ScheduleView: where the time of a run goes, or went; two runs one above the other; the runs to choose from.
 */
import { useState } from "preact/hooks"

import * as Place from "../Place.ts"
import { Compare } from "./Compare.tsx"
import { RunList } from "./RunList.tsx"
import { RunPage } from "./RunPage.tsx"

const Choice = () => {
  const [isWrong, setWrong] = useState(false)
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const id = new FormData(event.currentTarget).get("run")
    const place = Place.of(`#/schedule/${typeof id === "string" ? id.trim() : ""}`)
    if (place.view === "schedule" && place.runId !== null) Place.go(place)
    else setWrong(true)
  }
  return (
    <>
      <header class="run-head">
        <h1>Runs</h1>
        <form class="by-id" onSubmit={open}>
          <label for="run">A run by its id</label>
          <input id="run" name="run" placeholder="run_…" autocomplete="off" aria-invalid={isWrong} />
          <button type="submit">Open</button>
        </form>
        {isWrong && (
          <p class="notice bad" role="alert">
            That is no id of a run: it begins with run_ and has letters and digits.
          </p>
        )}
      </header>
      <RunList
        link={({ question, runId }) => (
          <a href={Place.address({ view: "schedule", runId, otherId: null })}>{question === "" ? runId : question}</a>
        )}
      />
    </>
  )
}

export const ScheduleView = ({ place }: { readonly place: Extract<Place.Place, { readonly view: "schedule" }> }) => {
  const { otherId, runId } = place
  return (
    <div class="schedule">
      {runId === null ? (
        <Choice />
      ) : otherId === null ? (
        <RunPage key={runId} runId={runId} />
      ) : (
        <Compare key={`${runId} ${otherId}`} runId={runId} otherId={otherId} />
      )}
    </div>
  )
}
