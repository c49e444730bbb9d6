/**
 * ReleaseWords: what comes out, what is waited for, and what became of downloads, as lists.
 */
import type * as Tool from "effect/ai/Tool"

import type { Blocklist, DownloadHistory } from "../HistoryTools.ts"
import type { ReleaseCalendar, WantedTitles } from "../ReleaseTools.ts"
import type { Kind } from "../Title.ts"
import { bullets, counted, lines, named, partName, trouble } from "./Prose.ts"
import { moment } from "./WatchingWords.ts"

type Release = Tool.Success<typeof ReleaseCalendar>["items"][number]

const releases: Readonly<Record<Release["release"], string>> = {
  cinema: "in cinemas",
  digital: "digital release",
  physical: "on disc",
  air: "on the air"
}

const span = ({ from, to }: Tool.Parameters<typeof ReleaseCalendar>): string => {
  if (from === undefined) return to === undefined ? "in the next two weeks" : `from today to ${to}`
  if (from === to) return `on ${from}`
  return to === undefined ? `in the two weeks from ${from} on` : `from ${from} to ${to}`
}

/** A film, an episode, or either. */
const subject = (kind: Kind | undefined) =>
  kind === undefined ? "film or episode" : kind === "movie" ? "film" : "episode"

export const calendar = (
  parameters: Tool.Parameters<typeof ReleaseCalendar>,
  { items, problem, total }: Tool.Success<typeof ReleaseCalendar>
): string => {
  const { kind, unmonitored } = parameters
  const which = unmonitored === true ? "" : "monitored "
  if (total === 0) return lines(`No ${which}${subject(kind)} comes out ${span(parameters)}.`, trouble(problem))
  const release = (item: Release): string => {
    const facts = [
      releases[item.release],
      ...(item.downloaded ? ["downloaded"] : []),
      ...(item.monitored ? [] : ["not monitored"])
    ]
    return `- ${partName(item)}: ${facts.join(", ")}`
  }
  const days = Map.groupBy(items, ({ date }) => date)
  return lines(
    `${counted(total, `${which}${kind === undefined ? "release" : kind === "movie" ? "film release" : "episode"}`)} ${span(parameters)}:`,
    ...[...days].flatMap(([day, items]) => [day || "No date", ...items.map(release)]),
    total > items.length ? `and ${total - items.length} more.` : undefined,
    trouble(problem)
  )
}

export const wanted = (
  { kind, why = "missing" }: Tool.Parameters<typeof WantedTitles>,
  { items, problem, total }: Tool.Success<typeof WantedTitles>
): string => {
  const lack = why === "missing" ? "without a file" : "below the quality that is wanted"
  if (total === 0) return lines(`No monitored ${subject(kind)} is ${lack}.`, trouble(problem))
  const title = (item: (typeof items)[number]): string => {
    const facts = [
      ...(item.releasedOn === null ? [] : [`${item.kind === "movie" ? "release" : "air date"} ${item.releasedOn}`]),
      ...(item.quality === null ? [] : [`${item.quality} is there`])
    ]
    const name = item.kind === "movie" ? named(item) : partName(item)
    return facts.length === 0 ? name : `${name}: ${facts.join(", ")}`
  }
  const noun = kind === undefined ? "title" : subject(kind)
  return lines(`${counted(total, `monitored ${noun}`)} ${lack}:`, bullets(items.map(title), total), trouble(problem))
}

type Event = NonNullable<Tool.Parameters<typeof DownloadHistory>["event"]>

const entries: Readonly<Record<Event, string>> = {
  grabbed: "grabbed release",
  imported: "import",
  failed: "failed download",
  deleted: "deleted file",
  renamed: "renamed file",
  ignored: "ignored download"
}

const ofKind = (kind: Kind | undefined): string =>
  kind === undefined ? "" : kind === "movie" ? " of films" : " of series"

/** Of what a number alone says, an empty list does not tell the name: that is left to the model. */
export const history = (
  { event, kind, tmdbId, tvdbId }: Tool.Parameters<typeof DownloadHistory>,
  { items, problem, total }: Tool.Success<typeof DownloadHistory>
): string | undefined => {
  const isOfOne = (tmdbId ?? tvdbId) !== undefined
  const [latest] = items
  if (latest === undefined && isOfOne) return undefined
  const of = latest !== undefined && isOfOne ? ` of ${latest.series ?? latest.title}` : ofKind(kind)
  const [noun, nouns] = event === undefined ? (["entry", "entries"] as const) : [entries[event]]
  if (total === 0) {
    return lines(`There are no ${nouns ?? `${noun}s`} in the download history${of}.`, trouble(problem))
  }
  const entry = (item: (typeof items)[number]): string => {
    const { downloadClient, indexer, quality, reason, release } = item
    const facts = [item.event ?? "an event of another kind", quality, reason, release, indexer, downloadClient]
    return `${moment(item.date)}: ${partName(item)}: ${facts.filter((fact) => fact).join(", ")}`
  }
  return lines(
    `${counted(total, noun, nouns)} in the download history${of}, newest first (times are UTC):`,
    bullets(items.map(entry), total),
    trouble(problem)
  )
}

export const blocklist = (
  { kind }: Tool.Parameters<typeof Blocklist>,
  { items, problem, total }: Tool.Success<typeof Blocklist>
): string => {
  if (total === 0) return lines(`No releases${ofKind(kind)} are on the blocklist.`, trouble(problem))
  const release = ({ date, indexer, quality, reason, release, title }: (typeof items)[number]): string => {
    const facts = [release, quality, indexer, reason].filter((fact) => fact)
    return `${moment(date)}: ${title}${facts.length === 0 ? "" : `: ${facts.join(", ")}`}`
  }
  return lines(
    `${counted(total, "release")}${ofKind(kind)} on the blocklist, last barred first (times are UTC):`,
    bullets(items.map(release), total),
    trouble(problem)
  )
}
