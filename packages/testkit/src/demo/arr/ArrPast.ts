/**
 * ArrPast: what Radarr and Sonarr did before the demo began: how each file came, and the releases that failed on the way.
 * It follows from the library and a seed.
 */
import { between, unit } from "../Seeded.ts"
import { atMinutesFromNow, type ArrName, type Queued } from "./ArrQueue.ts"

/** A film or an episode. */
export interface ArrSubject {
  readonly id: number
  /** The film's or the series' id. */
  readonly titleId: number
  /** The name of its releases, but for their quality. */
  readonly release: string
  /** The file that came, and when, in seconds since 1970. */
  readonly file: { readonly quality: string; readonly addedAt: number } | undefined
}

export interface ArrHappening {
  readonly id: number
  readonly subjectId: number
  /** In the service's words. */
  readonly eventType: string
  readonly date: string
  readonly release: string
  readonly quality: string
  readonly data: Readonly<Record<string, string>>
}

export interface ArrPast {
  /** Oldest first. */
  readonly events: ReadonlyArray<ArrHappening>
  readonly blocked: ReadonlyArray<ArrHappening>
}

/** The numbers by which events are asked for. */
export const eventTypes: Readonly<Record<ArrName, Readonly<Record<number, string>>>> = {
  Radarr: {
    1: "grabbed",
    3: "downloadFolderImported",
    4: "downloadFailed",
    6: "movieFileDeleted",
    7: "movieFolderImported",
    8: "movieFileRenamed",
    9: "downloadIgnored"
  },
  Sonarr: {
    1: "grabbed",
    2: "seriesFolderImported",
    3: "downloadFolderImported",
    4: "downloadFailed",
    5: "episodeFileDeleted",
    6: "episodeFileRenamed",
    7: "downloadIgnored"
  }
}

/** How many of all came only at the second try. */
const failing: Readonly<Record<ArrName, number>> = { Radarr: 0.06, Sonarr: 0.01 }

const iso = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

type Step = Omit<ArrHappening, "id">

const stepsOf =
  (app: ArrName) =>
  ({ file, id, release }: ArrSubject): ReadonlyArray<Step> => {
    if (file === undefined) return []
    const { addedAt, quality } = file
    const took = between(25, 240, "took", app, id) * 60
    const grabbed = { subjectId: id, eventType: "grabbed", quality, data: { indexer: "Demo Indexer" } }
    const imported = { subjectId: id, quality, data: { downloadClient: "qBittorrent" } }
    const came: ReadonlyArray<Step> = [
      { ...grabbed, date: iso(addedAt - took), release: `${release}.${quality}.DEMO` },
      { ...imported, eventType: "downloadFolderImported", date: iso(addedAt), release: `${release}.${quality}.DEMO` }
    ]
    if (unit("failed", app, id) >= failing[app]) return came
    const lost = `${release}.${quality}.BROKEN`
    return [
      { ...grabbed, date: iso(addedAt - took - 7200), release: lost },
      {
        ...imported,
        eventType: "downloadFailed",
        date: iso(addedAt - took - 3600),
        release: lost,
        data: { message: "The download is damaged and cannot be repaired", downloadClient: "qBittorrent" }
      },
      ...came
    ]
  }

/** How the files of `subjects` came, and how what is in the `queue` was grabbed. */
export const arrPast = (
  app: ArrName,
  subjects: ReadonlyArray<ArrSubject>,
  queue: ReadonlyArray<Queued & { readonly subjectId: number }>
): ArrPast => {
  const steps = [
    ...subjects.flatMap(stepsOf(app)),
    ...queue.map(({ added, download, release, subjectId }): Step => ({
      subjectId,
      eventType: "grabbed",
      date: added,
      release,
      quality: download.quality,
      data: { indexer: "Demo Indexer" }
    }))
  ]
  const events = steps
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.subjectId - b.subjectId))
    .map((step, index) => ({ ...step, id: index + 1 }))
  return { events, blocked: events.filter(({ eventType }) => eventType === "downloadFailed") }
}

/** When the download at that place of the queue was grabbed. */
export const grabbedAt = (index: number): string => atMinutesFromNow(-35 * (index + 1))

/** What is made only when it is asked for, and once for all servers. */
export const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}
