/**
 * Place: which view of the page an address names, and the address of a place. Addresses are fragments (`#/schedule/run_1`), so the
 * server has one page only.
 */
import * as AtomRef from "effect/reactivity/AtomRef"

export type Place =
  | { readonly view: "ask"; readonly conversationId: string | null }
  /** Of a run; with a second one, both, one above the other. */
  | { readonly view: "schedule"; readonly runId: string | null; readonly otherId: string | null }
  /** Of the last so many milliseconds; null for the usual range. */
  | { readonly view: "dashboards"; readonly rangeMillis: number | null }

/** None of dots alone, which an address would take for a folder. */
const conversation = /^\w[\w.:-]{0,127}$/
const run = /^run_\w{1,64}$/

const matching = (form: RegExp, text: string | undefined): string | null =>
  text !== undefined && form.test(text) ? text : null

/** The place of an address; what it does not know of is a new conversation. */
export const of = (hash: string): Place => {
  const [, view, first, second] = hash.split("/").map((part) => (URL.canParse(`x:${part}`) ? part : ""))
  switch (view) {
    case "schedule":
      return { view, runId: matching(run, first), otherId: matching(run, second) }
    case "dashboards":
      return { view, rangeMillis: /^\d{4,12}$/.test(first ?? "") ? Number(first) : null }
    default:
      return { view: "ask", conversationId: matching(conversation, first) }
  }
}

export const address = (place: Place): string => {
  const parts =
    place.view === "ask"
      ? [place.conversationId]
      : place.view === "schedule"
        ? [place.runId, place.runId === null ? null : place.otherId]
        : [place.rangeMillis]
  return ["#", place.view, ...parts.filter((part) => part !== null)].join("/")
}

/** Where the page is. */
export const here: AtomRef.ReadonlyRef<Place> & { readonly set: (place: Place) => unknown } = AtomRef.make(
  of(globalThis.location?.hash ?? "")
)

/** Follows the address from now on. */
export const follow = (): void => addEventListener("hashchange", () => here.set(of(location.hash)))

/** Goes to `place`; the way back leads here. */
export const go = (place: Place): void => {
  location.hash = address(place)
}

/** Is at `place` from now on, with no way back to where it was. */
export const settle = (place: Place): void => {
  history.replaceState(null, "", address(place))
  here.set(place)
}
