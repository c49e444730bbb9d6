/**
 * ItemWords: one title of the library in sentences, with each of its files.
 */
import type * as Tool from "effect/ai/Tool"

import type { LibraryItem } from "../ItemTools.ts"
import type { MediaFile } from "../MediaFile.ts"
import { bullets, counted, joined, lines, named, partName, sized, spelled } from "./Prose.ts"

type Item = Tool.Success<typeof LibraryItem>

const nameOf = (item: Item): string => {
  if (item.kind === "episode") return partName(item)
  return item.kind === "season" && item.series !== null ? `${item.series}, ${item.title}` : named(item)
}

const stateOf = ({ episodes, progressPercent, watched, watchedEpisodes }: Item): string => {
  if (episodes !== null) return `${watchedEpisodes ?? 0} of ${counted(episodes, "episode")} watched`
  if (progressPercent > 0) return `${progressPercent}% watched`
  return watched === true ? "watched" : "not watched"
}

const megabits = (kilobits: number): string => `${(kilobits / 1000).toFixed(1)} Mbit/s`

/** "4K HDR10, hevc, mkv, 25.0 Mbit/s, 26.2 GB", its sound and subtitles, and where it is. */
const fileOf = ({ audio, bitrateKbps, codec, container, hdr, path, resolution, sizeBytes, subtitles }: MediaFile) => {
  const picture = [resolution, hdr].filter((part) => part !== null).join(" ")
  const facts = [
    picture,
    codec,
    container,
    bitrateKbps === null ? null : megabits(bitrateKbps),
    sizeBytes === null ? null : sized(sizeBytes)
  ]
  return lines(
    facts.filter((fact) => fact).join(", ") || "A file of which Plex tells nothing",
    audio.length === 0 ? undefined : `  sound: ${joined(audio)}`,
    `  subtitles: ${subtitles.length === 0 ? "none" : joined(subtitles)}`,
    path === null ? undefined : `  ${path}`
  )
}

const playsOf = ({ lastPlayedOn, plays }: Item): string | undefined => {
  if (plays === 0) return undefined
  return `Played ${counted(plays, "time")}${lastPlayedOn === null ? "" : `, last on ${lastPlayedOn}`}.`
}

const extrasOf = (extras: NonNullable<Item["extras"]>): string =>
  extras.length === 0
    ? "It has no trailers or other extras."
    : lines(
        `${counted(extras.length, "extra")}:`,
        bullets(
          extras.map(({ kind, minutes, title }) =>
            [
              title,
              ...(kind === null || kind === title.toLowerCase() ? [] : [spelled(kind)]),
              ...(minutes === null ? [] : [`${minutes} min`])
            ].join(", ")
          ),
          extras.length
        )
      )

export const item = (_: unknown, item: Item): string => {
  const { addedOn, cast, certificate, directors, extras, files, genres, ownRating, overview, rating, runtimeMinutes } =
    item
  const since = addedOn === null ? "" : ` since ${addedOn}`
  const facts = [
    ...(rating === null ? [] : [`rated ${rating.toFixed(1)}`]),
    ...(ownRating === null ? [] : [`by you ${ownRating} of 10`]),
    ...(genres.length === 0 ? [] : [joined(genres)]),
    ...(certificate === null ? [] : [certificate]),
    ...(runtimeMinutes === null ? [] : [`${runtimeMinutes} min`])
  ]
  const about = facts.join(", ")
  return lines(
    `${nameOf(item)} is in ${item.library ?? "your Plex library"}${since}: ${stateOf(item)}.`,
    bullets(files.map(fileOf), files.length),
    playsOf(item),
    about === "" ? undefined : `${about.slice(0, 1).toUpperCase()}${about.slice(1)}.`,
    directors.length === 0 ? undefined : `Directed by ${joined(directors)}.`,
    cast.length === 0 ? undefined : `With ${joined(cast.slice(0, 5))}.`,
    overview,
    extras === undefined ? undefined : extrasOf(extras)
  )
}
