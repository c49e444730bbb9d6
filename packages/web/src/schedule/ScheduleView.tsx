/**
 * ScheduleView: where the time of a run goes, or went; two runs one above the other; the runs to choose from.
 */
import type { Place } from "../Place.ts"

export const ScheduleView = ({ place }: { readonly place: Extract<Place, { readonly view: "schedule" }> }) => (
  <p>{place.runId}</p>
)
