/**
 * LibraryWords: what the library holds, counted, alike and on its shelves, as sentences and lists.
 */
import type * as Tool from "effect/ai/Tool"

import type { SimilarInLibrary } from "../ItemTools.ts"
import type { LibraryOverview } from "../OverviewTools.ts"
import type { LibraryCollections, Playlists } from "../ShelfTools.ts"
import { bullets, counted, described, lines, named, nounOf, partName, trouble } from "./Prose.ts"

type Library = Tool.Success<typeof LibraryOverview>["libraries"][number]

const library = ({ episodes, groups = [], kind, library, titles, unwatched, watched, watchedEpisodes }: Library) => {
  const parts =
    episodes === null
      ? [`${watched} watched`, `${unwatched} not`]
      : [
          `${watched} watched to the end`,
          `${unwatched} not`,
          `${watchedEpisodes ?? 0} of ${counted(episodes, "episode")} watched`
        ]
  return lines(
    titles === 0
      ? `${library}: no ${nounOf(kind, 0)}.`
      : `${library}: ${titles} ${nounOf(kind, titles)}, ${parts.join(", ")}.`,
    bullets(
      groups.map(({ name, titles }) => `${name}: ${titles}`),
      groups.length
    )
  )
}

export const overview = (
  { by, kind }: Tool.Parameters<typeof LibraryOverview>,
  { libraries }: Tool.Success<typeof LibraryOverview>
): string => {
  if (libraries.length === 0)
    return `There is no library of ${kind === undefined ? "films or series" : nounOf(kind, 0)} in Plex.`
  return lines(...libraries.map(library), by === "genre" ? "A title counts once for each of its genres." : undefined)
}

export const similar = (
  { watched }: Tool.Parameters<typeof SimilarInLibrary>,
  { basedOn, items, problem, total }: Tool.Success<typeof SimilarInLibrary>
): string => {
  const state = watched === undefined ? "" : watched ? "watched " : "unwatched "
  if (total === 0)
    return lines(`There are no ${state}titles like ${named(basedOn)} in your Plex library.`, trouble(problem))
  return lines(
    `${counted(total, `${state}title`)} like ${named(basedOn)} in your Plex library, most alike first:`,
    bullets(
      items.map((item) => described(item, true)),
      total
    ),
    trouble(problem)
  )
}

/** The heading of one shelf, and of all; nothing is on an empty one. */
const shelf = (
  what: "collection" | "playlist",
  one: { readonly name: string } | null,
  {
    items,
    problem,
    total
  }: { readonly items: ReadonlyArray<string>; readonly problem?: string; readonly total: number }
): string => {
  const where = one === null ? "in Plex" : `in the ${what} ${one.name}`
  const noun = one === null ? what : "title"
  if (total === 0) return lines(`There are no ${noun}s ${where}.`, trouble(problem))
  return lines(`${counted(total, noun)} ${where}:`, bullets(items, total), trouble(problem))
}

export const collections = (
  _: unknown,
  { collection, items, ...list }: Tool.Success<typeof LibraryCollections>
): string => {
  const words = items.map((item) =>
    "name" in item ? `${item.name}: ${item.titles} ${nounOf(item.kind, item.titles)}` : described(item, true)
  )
  return shelf("collection", collection, { ...list, items: words })
}

export const playlists = (_: unknown, { items, playlist, ...list }: Tool.Success<typeof Playlists>): string => {
  const words = items.map((item) => {
    if ("name" in item) {
      return `${item.name}: ${counted(item.titles, "title")}${item.isSmart ? ", filled by a search" : ""}`
    }
    const { overview, runtimeMinutes, watched } = item
    const name = item.kind === "movie" ? named(item) : partName(item)
    const length = runtimeMinutes === null ? "" : `${runtimeMinutes} min, `
    return `${name}: ${length}${watched ? "watched" : "unwatched"}${overview ? `\n  ${overview}` : ""}`
  })
  return shelf("playlist", playlist, { ...list, items: words })
}
