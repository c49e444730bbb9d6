/**
 * ServiceWords: what Radarr and Sonarr look after, how they are and what they offer, as sentences and lists.
 */
import type * as Tool from "effect/ai/Tool"

import { names } from "../BothServices.ts"
import type { ManagedTitles } from "../ManagedTools.ts"
import type { SeriesEpisodes } from "../SeriesTools.ts"
import type { DownloadOptions, MediaHealth } from "../ServiceTools.ts"
import type { Kind } from "../Title.ts"
import { bullets, counted, joined, lines, named, nounOf, placed, sized, spelled, trouble } from "./Prose.ts"

const watchedOver = (isMonitored: boolean): string => (isMonitored ? "monitored" : "not monitored")

const managed = (item: Tool.Success<typeof ManagedTitles>["items"][number], kind: Kind | undefined): string => {
  const { addedOn, downloaded, episodes, monitored, path, qualityProfile, sizeBytes, status, tags = [] } = item
  const facts = [
    ...(kind === undefined ? [item.kind === "movie" ? "film" : "series"] : []),
    watchedOver(monitored),
    episodes === null
      ? downloaded
        ? "downloaded"
        : "not downloaded"
      : `${episodes.files} of ${counted(episodes.wanted, "episode")} downloaded`,
    ...(sizeBytes > 0 ? [sized(sizeBytes)] : []),
    ...(status === null ? [] : [spelled(status)]),
    ...(qualityProfile ? [`profile ${qualityProfile}`] : []),
    ...(tags.length === 0 ? [] : [`${tags.length === 1 ? "tag" : "tags"} ${joined(tags)}`]),
    ...(addedOn ? [`added ${addedOn}`] : []),
    ...(path ? [path] : [])
  ]
  return `${named(item)}: ${facts.join(", ")}`
}

const orders = { title: "by title", size: "largest first", added: "last added first" } as const

export const titles = (
  { downloaded, kind, monitored, sort = "title", title }: Tool.Parameters<typeof ManagedTitles>,
  { items, problem, total }: Tool.Success<typeof ManagedTitles>
): string => {
  const states = [
    ...(monitored === undefined ? [] : [watchedOver(monitored)]),
    ...(downloaded === undefined ? [] : [downloaded ? "downloaded" : "not downloaded"])
  ]
  const where = kind === undefined ? "Radarr or Sonarr" : kind === "movie" ? "Radarr" : "Sonarr"
  const like = title === undefined ? "" : ` named like ${title}`
  const state = states.length === 0 ? "" : ` that ${total === 1 ? "is" : "are"} ${joined(states)}`
  const what = `${nounOf(kind, total)}${like} in ${where}${state}`
  if (total === 0) return lines(`There are no ${what}.`, trouble(problem))
  return lines(
    `${total} ${what}, ${orders[sort]}:`,
    bullets(
      items.map((item) => managed(item, kind)),
      total
    ),
    trouble(problem)
  )
}

/** Season by season, with those of its episodes that the call lists. */
export const episodes = (
  { downloaded, season: asked }: Tool.Parameters<typeof SeriesEpisodes>,
  { items, problem, series, total }: Tool.Success<typeof SeriesEpisodes>
): string => {
  const episode = (item: (typeof items)[number]): string => {
    const facts = [
      ...(item.airedOn === null ? [] : [item.airedOn]),
      item.downloaded ? "downloaded" : "not downloaded",
      ...(item.monitored ? [] : ["not monitored"]),
      ...(item.quality ? [item.quality] : []),
      ...(item.sizeBytes ? [sized(item.sizeBytes)] : [])
    ]
    return `- ${placed(item.season, item.episode)}, ${item.title}: ${facts.join(", ")}`
  }
  const of = asked === undefined ? "" : asked === 0 ? " among the specials" : ` of season ${asked}`
  const state = downloaded === undefined ? "" : downloaded ? ", downloaded" : ", not downloaded"
  const status = series.status === null ? "" : `, ${spelled(series.status)}`
  const listed = total === 0 ? `No episodes${of}${state}.` : `${counted(total, "episode")}${of}${state}:`
  return lines(
    `${named(series)} is ${watchedOver(series.monitored)} in Sonarr${status}. ${listed}`,
    ...series.seasons.flatMap((season) => {
      if (asked !== undefined && season.season !== asked) return []
      const name = season.season === 0 ? "Specials" : `Season ${season.season}`
      const size = season.sizeBytes > 0 ? `, ${sized(season.sizeBytes)}` : ""
      return [
        `${name}: ${season.files} of ${counted(season.episodes, "episode")} downloaded${size}, ${watchedOver(season.monitored)}`,
        ...items.filter((item) => item.season === season.season).map(episode)
      ]
    }),
    total > items.length ? `and ${counted(total - items.length, "more episode", "more episodes")}.` : undefined,
    trouble(problem)
  )
}

const switched = (all: ReadonlyArray<{ readonly name: string; readonly enabled: boolean }>): string =>
  all.length === 0 ? "none" : joined(all.map(({ enabled, name }) => (enabled ? name : `${name} (switched off)`)))

/** A service that does not answer is told of as what it is: the answer. */
export const health = (_: unknown, { services }: Tool.Success<typeof MediaHealth>): string =>
  lines(
    ...services.map(({ disks = [], downloadClients = [], indexers = [], messages = [], problem, service, version }) => {
      if (problem !== undefined) return `${names[service]}: ${problem}`
      const warnings = messages.filter(({ level }) => level !== "ok")
      const facts = [
        ...warnings.map(({ level, message }) => `${level}: ${message}`),
        ...disks.map(({ freeBytes, path, totalBytes }) => `${path}: ${sized(freeBytes)} free of ${sized(totalBytes)}`),
        `indexers: ${switched(indexers)}`,
        `download clients: ${switched(downloadClients)}`
      ]
      const state = warnings.length === 0 ? "no warnings" : counted(warnings.length, "message")
      return lines(`${names[service]}${version ? ` ${version}` : ""}: ${state}.`, bullets(facts, facts.length))
    })
  )

export const options = (_: unknown, { problem, services }: Tool.Success<typeof DownloadOptions>): string =>
  lines(
    ...services.map(({ qualityProfiles, rootFolders, service, tags }) => {
      const folders = rootFolders.map(({ freeBytes, path }) =>
        freeBytes === null ? path : `${path} (${sized(freeBytes)} free)`
      )
      const facts = [
        `quality profiles: ${joined(qualityProfiles) || "none"}`,
        `root folders: ${joined(folders) || "none"}`,
        `tags: ${joined(tags) || "none"}`
      ]
      return lines(`${names[service]}:`, bullets(facts, facts.length))
    }),
    "The first profile and the first folder are taken where none is named.",
    trouble(problem)
  )
