/**
 * ArrReads: what Radarr and Sonarr do alike, remembered. Every read of `ArrService` but `health`, of which one wants to know
 * how it is now.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as ArrHistory from "./ArrHistory.ts"
import * as ArrQueue from "./ArrQueue.ts"
import { type ArrService, Folder, Named } from "./ArrService.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"

/**
 * What a write rests on is asked for each time, and shared only while it is under way: a person who is told to set up a
 * folder, or who has just taken a film away, is right at once, and the service would refuse what rests on anything older.
 */
export const grounds = { fresh: 0 } as const

export const Nothing = Schema.Struct({})

/** One page of a list of `item`. */
export const pageOf = <A>(item: Schema.Codec<A, unknown>) =>
  Schema.Struct({ total: Schema.Int, items: Schema.Array(item) })

/** What all reads of one service have in common. */
export const common = (name: ReadRules.ArrName, access: Access) =>
  ({ version: 1, identity: ReadRules.household(access), tags: ReadRules.tags(name) }) as const

export interface Records<Queued, Happened, Blocked> {
  readonly queued: Schema.Codec<Queued, unknown>
  readonly happened: Schema.Codec<Happened, unknown>
  readonly blocked: Schema.Codec<Blocked, unknown>
}

/** The same service, its reads remembered in `Cache`. Whoever writes says so to the cache (`Footprint`). */
export const make = Effect.fnUntraced(function* <Queued, Happened, Blocked>(
  name: ReadRules.ArrName,
  access: Access,
  arr: ArrService<Queued, Happened, Blocked>,
  records: Records<Queued, Happened, Blocked>
) {
  const { read } = yield* Cache
  const titles = common(name, access)
  /** Both services look at their download clients once a minute, which ends up in all of these. */
  const downloads = {
    ...titles,
    tags: ReadRules.tags(name, `${name}/downloads`),
    freshness: ArrQueue.freshness
  } as const

  const queue = Read.make(`${name}/queue`, {
    ...downloads,
    argument: Nothing,
    result: Schema.Array(records.queued),
    lookup: () => arr.queue
  })
  const history = Read.make(`${name}/history`, {
    ...downloads,
    argument: Schema.Struct({
      page: Schema.Int,
      event: Schema.optionalKey(ArrHistory.Event),
      titleId: Schema.optionalKey(Schema.Int)
    }),
    result: pageOf(records.happened),
    lookup: arr.history
  })
  const blocklist = Read.make(`${name}/blocklist`, {
    ...downloads,
    argument: Schema.Struct({ page: Schema.Int }),
    result: pageOf(records.blocked),
    lookup: ({ page }) => arr.blocklist(page)
  })
  const qualityProfiles = Read.make(`${name}/qualityProfiles`, {
    ...titles,
    argument: Nothing,
    result: Schema.Array(Named),
    freshness: grounds,
    lookup: () => arr.qualityProfiles
  })
  const rootFolders = Read.make(`${name}/rootFolders`, {
    ...titles,
    argument: Nothing,
    result: Schema.Array(Folder),
    freshness: grounds,
    lookup: () => arr.rootFolders
  })
  const tags = Read.make(`${name}/tags`, {
    ...titles,
    argument: Nothing,
    result: Schema.Array(Named),
    freshness: grounds,
    lookup: () => arr.tags
  })

  const remembered: ArrService<Queued, Happened, Blocked> = {
    queue: read(queue, {}),
    history: ({ event, page, titleId }) =>
      read(history, { page, ...(event && { event }), ...(titleId !== undefined && { titleId }) }),
    blocklist: (page) => read(blocklist, { page }),
    qualityProfiles: read(qualityProfiles, {}),
    rootFolders: read(rootFolders, {}),
    tags: read(tags, {}),
    health: arr.health,
    removeDownload: arr.removeDownload,
    unblock: arr.unblock,
    command: arr.command
  }
  return remembered
})
