/**
 * App: the page: its navigation, and the view that the address names. Views but the first are loaded when they are wanted.
 */
import type { ComponentType } from "preact"
import { useEffect, useState } from "preact/hooks"

import { AskView } from "./ask/AskView.tsx"
import icon from "./icon.svg"
import * as Place from "./Place.ts"
import { Door } from "./session/Door.tsx"
import * as Session from "./session/Session.ts"
import { ThemeButton } from "./ui/Theme.tsx"
import { useAtom } from "./ui/useAtom.ts"

const names = { ask: "Ask", schedule: "Schedule", dashboards: "Dashboards" } as const

const places: ReadonlyArray<Place.Place> = [
  { view: "ask", conversationId: null },
  { view: "schedule", runId: null, otherId: null },
  { view: "dashboards", rangeMillis: null }
]

interface Loading<P extends Place.Place> {
  readonly load: () => Promise<ComponentType<{ readonly place: P }>>
}

const schedule: Loading<Extract<Place.Place, { readonly view: "schedule" }>> = {
  load: () => import("./schedule/ScheduleView.tsx").then(({ ScheduleView }) => ScheduleView)
}
const dashboards: Loading<Extract<Place.Place, { readonly view: "dashboards" }>> = {
  load: () => import("./dashboards/DashboardsView.tsx").then(({ DashboardsView }) => DashboardsView)
}

/** A view whose files come with its first use. */
const Late = <P extends Place.Place>({ loading, place }: { readonly loading: Loading<P>; readonly place: P }) => {
  const [loaded, setLoaded] = useState<{ readonly View: ComponentType<{ readonly place: P }> }>()
  const [isFailed, setFailed] = useState(false)
  useEffect(() => {
    let isWanted = true
    loading.load().then(
      (View) => isWanted && setLoaded({ View }),
      () => isWanted && setFailed(true)
    )
    return () => {
      isWanted = false
    }
  }, [loading])
  if (isFailed) {
    return (
      <p class="notice bad" role="alert">
        This part of the page cannot be loaded: the server does not answer, or has become another. Load the page again.
      </p>
    )
  }
  return loaded === undefined ? <p class="quiet-text" /> : <loaded.View place={place} />
}

const View = ({ place }: { readonly place: Place.Place }) => {
  switch (place.view) {
    case "ask":
      return <AskView place={place} />
    case "schedule":
      return <Late key="schedule" loading={schedule} place={place} />
    case "dashboards":
      return <Late key="dashboards" loading={dashboards} place={place} />
  }
}

const toView = (event: Event) => {
  event.preventDefault()
  document.getElementById("view")?.focus()
}

export const App = () => {
  const isOpen = useAtom(Session.isOpen)
  const place = useAtom(Place.here)
  useEffect(() => {
    document.title = place.view === "ask" ? "Callsheet" : `${names[place.view]} · Callsheet`
  }, [place.view])
  if (!isOpen) return <Door />
  return (
    <div class="frame">
      <header class="bar">
        <a class="skip" href="#view" onClick={toView}>
          To the content
        </a>
        <a class="name" href={Place.address({ view: "ask", conversationId: null })}>
          <img src={icon} alt="" />
          <span>Callsheet</span>
        </a>
        <nav aria-label="Views">
          {places.map((to) => (
            <a key={to.view} href={Place.address(to)} aria-current={to.view === place.view ? "page" : undefined}>
              {names[to.view]}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </header>
      <main class="view" id="view" tabIndex={-1}>
        <View place={place} />
      </main>
    </div>
  )
}
