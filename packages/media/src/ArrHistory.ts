/**
 * ArrHistory: what became of downloads, and which releases are barred, as Radarr and Sonarr both record it.
 */
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"

/** `deleted` and `renamed` are of files in the library; `ignored` is a download that was taken out of the queue. */
export const Event = Schema.Literals(["grabbed", "imported", "failed", "deleted", "renamed", "ignored"])
export type Event = typeof Event.Type

/** By the services' own names, which say whose the file is. */
const events: Readonly<Record<string, Event>> = {
  grabbed: "grabbed",
  downloadFolderImported: "imported",
  movieFolderImported: "imported",
  seriesFolderImported: "imported",
  downloadFailed: "failed",
  movieFileDeleted: "deleted",
  episodeFileDeleted: "deleted",
  movieFileRenamed: "renamed",
  episodeFileRenamed: "renamed",
  downloadIgnored: "ignored"
}

/** Null for an event that this version does not know. */
export const eventOf = (eventType: string | null | undefined): Event | null => events[eventType ?? ""] ?? null

/** The numbers by which a service is asked for events: its own, which the contract does not tell apart. */
export type EventNumbers = Readonly<Record<Event, ReadonlyArray<number>>>

const text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** What both say of an event. `date` is an instant in UTC. */
export const eventFields = {
  id: Schema.Int,
  eventType: text,
  date: text,
  sourceTitle: text,
  quality: ArrQueue.Quality,
  data: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ indexer: text, downloadClient: text, message: text, reason: text }))
  )
}

/** What both say of a barred release. */
export const blockedFields = {
  id: Schema.Int,
  date: text,
  sourceTitle: text,
  quality: ArrQueue.Quality,
  indexer: text,
  message: text
}
