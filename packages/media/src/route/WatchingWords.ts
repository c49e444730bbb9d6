/**
 * WatchingWords: what is played in Plex and what was, as sentences and lists.
 */
import type * as Tool from "effect/ai/Tool"

import type { NowPlaying, WatchHistory } from "../ActivityTools.ts"
import { bullets, counted, lines, partName, trouble } from "./Prose.ts"

type Session = Tool.Success<typeof NowPlaying>["items"][number]

const session = (session: Session): string => {
  const { audio, bandwidthKbps, device, kind, location, minutesLeft, player, progressPercent, state } = session
  const facts = [
    ...(state === null || state === "playing" ? [] : [state]),
    `${progressPercent}% played`,
    ...(minutesLeft === null ? [] : [`${minutesLeft} min left`]),
    session.transcoding ? "transcoded" : "not transcoded",
    ...(player ? [player] : []),
    ...(session.video === undefined ? [] : [`video ${session.video}`]),
    ...(audio === undefined ? [] : [`audio ${audio}`]),
    ...(location ? [location === "home" ? "at home" : "away from home"] : []),
    ...(bandwidthKbps ? [`${(bandwidthKbps / 1000).toFixed(1)} Mbit/s`] : [])
  ]
  const place = device === null ? "" : ` on ${device}`
  return `${session.user ?? "Somebody"} ${kind === "other" ? "plays" : "watches"} ${partName(session)}${place}: ${facts.join(", ")}`
}

export const playing = (_: unknown, { items, problem, total }: Tool.Success<typeof NowPlaying>): string => {
  const [only] = items
  if (only === undefined) return lines("Nothing is playing in Plex right now.", trouble(problem))
  return lines(
    total === 1
      ? `${session(only)}.`
      : lines(`${total} streams in Plex right now:`, bullets(items.map(session), total)),
    trouble(problem)
  )
}

/** "2025-03-09", or with its time "2025-03-09 20:15". */
export const moment = (date: string): string => date.slice(0, 16).replace("T", " ")

const span = ({ from, to }: Tool.Parameters<typeof WatchHistory>): string => {
  if (from !== undefined && from === to) return ` on ${from}`
  return `${from === undefined ? "" : ` from ${from} on`}${to === undefined ? "" : ` up to ${to}`}`
}

export const history = (
  parameters: Tool.Parameters<typeof WatchHistory>,
  { items, of, problem, total }: Tool.Success<typeof WatchHistory>
): string => {
  if (total === 0) {
    const what = of === undefined ? "Nothing was" : `${of} was not`
    return lines(`${what} watched in Plex${span(parameters)}.`, trouble(problem))
  }
  const whose = of === undefined ? "" : ` of ${of}`
  return lines(
    `${counted(total, "play")}${whose} in Plex${span(parameters)}, last first${parameters.detail === "full" ? " (times are UTC)" : ""}:`,
    bullets(
      items.map((play) => `${play.watchedOn === null ? "no date" : moment(play.watchedOn)}: ${partName(play)}`),
      total
    ),
    trouble(problem)
  )
}
