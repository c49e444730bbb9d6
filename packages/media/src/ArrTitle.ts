/**
 * ArrTitle: a film or a series as Radarr and Sonarr both keep it, and how both are asked for titles.
 */
import * as Schema from "effect/Schema"

import { pageSize } from "./ArrService.ts"

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))

/** `status` is the service's word for how far a title is out, such as `released` or `continuing`. */
export const fields = {
  id: Schema.optionalKey(Schema.Int),
  title: text,
  sortTitle: text,
  year: Schema.optionalKey(Schema.Int),
  tmdbId: Schema.optionalKey(Schema.Int),
  monitored: Schema.optionalKey(Schema.Boolean),
  status: text,
  qualityProfileId: number,
  path: text,
  rootFolderPath: text,
  tags: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Int))),
  added: text
}

/** Why a title is wanted: it lacks a file, or its file is worse than its quality profile wants. */
export const Want = Schema.Literals(["missing", "cutoff"])
export type Want = typeof Want.Type

/** Days from `from` to `to`, both `YYYY-MM-DD` and both included. */
export interface Span {
  readonly from: string
  readonly to: string
  /** With what is not monitored. */
  readonly unmonitored: boolean
}

/** The span as instants, its days those of UTC. */
export const spanQuery = ({ from, to, unmonitored }: Span) => ({
  start: `${from}T00:00:00Z`,
  end: `${to}T23:59:59Z`,
  unmonitored
})

/** `page` is from 1. */
export const wantedQuery = (page: number) => ({ page, pageSize, sortDirection: "ascending", monitored: true })

/** What of a title is to be another; what is missing stays. */
export interface Change {
  readonly monitored?: boolean | undefined
  readonly qualityProfileId?: number | undefined
  readonly rootFolderPath?: string | undefined
  /** Ids of all the title's tags from then on. */
  readonly tags?: ReadonlyArray<number> | undefined
}

/** As both services' editors take it. */
export const changeBody = ({ monitored, qualityProfileId, rootFolderPath, tags }: Change) => ({
  ...(monitored !== undefined && { monitored }),
  ...(qualityProfileId !== undefined && { qualityProfileId }),
  ...(rootFolderPath !== undefined && { rootFolderPath, moveFiles: false }),
  ...(tags !== undefined && { tags, applyTags: "replace" })
})
