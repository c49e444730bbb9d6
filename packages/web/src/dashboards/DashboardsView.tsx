/**
 * DashboardsView: how the server does over time: how long questions take, what their time is made of, what is saved, and what is wrong.
 */
import type { Place } from "../Place.ts"

export const DashboardsView = ({ place }: { readonly place: Extract<Place, { readonly view: "dashboards" }> }) => (
  <p>{place.rangeMillis}</p>
)
