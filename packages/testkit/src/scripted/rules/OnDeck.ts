/** OnDeck: "What's on deck in Plex?" */
import { ask, found, type Asking, type Rule } from "./Asking.ts"
import { episodeName } from "./Downloads.ts"
import { bullets, counted, lines, troubles } from "./Prose.ts"
import { onDeck as lookup, type OnDeckItem } from "./Tools.ts"

export const onDeck: Rule = (question) =>
  /\bon[- ]deck\b|\b(continue|keep|resume|finish) watching\b|\bhalf[- ]watched\b/i.test(question)
    ? onDecking()
    : undefined

const item = (part: typeof OnDeckItem.Type): string => {
  const { minutesLeft, progressPercent } = part
  const facts = [
    ...(typeof progressPercent === "number"
      ? [progressPercent > 0 ? `${Math.round(progressPercent)}% watched` : "not begun"]
      : []),
    ...(typeof minutesLeft === "number" ? [`${Math.round(minutesLeft)} min left`] : [])
  ]
  return facts.length === 0 ? episodeName(part) : `${episodeName(part)}: ${facts.join(", ")}`
}

function* onDecking(): Asking<string> {
  const deck = yield* ask(lookup)
  const list = found(deck)
  if (list === undefined) return troubles(deck)
  if (list.items.length === 0) return "Nothing is on deck in Plex: there is nothing begun and no next episode."
  const timed = list.items.flatMap((part) =>
    typeof part.minutesLeft === "number" ? [{ name: episodeName(part), minutes: Math.round(part.minutesLeft) }] : []
  )
  const [quickest] = timed.toSorted((one, two) => one.minutes - two.minutes)
  const minutes = timed.reduce((sum, part) => sum + part.minutes, 0)
  return lines(
    `${counted(list.total, "title")} on deck in Plex:`,
    bullets(list.items.map(item), 6, list.total),
    quickest === undefined || timed.length < 2
      ? undefined
      : `The quickest to finish is ${quickest.name}, with ${quickest.minutes} min left; all ${timed.length} together take ${minutes} min.`
  )
}
