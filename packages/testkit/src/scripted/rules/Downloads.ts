/** Downloads: "What's downloading right now?" */
import { ask, found, type Asking, type Rule } from "./Asking.ts"
import { bullets, counted, lines, troubles } from "./Prose.ts"
import { type Download, downloadQueue, type OnDeckItem } from "./Tools.ts"

export const downloads: Rule = (question) =>
  /\bdownload(s|ing|ed)?\b|\bqueued?\b/i.test(question) ? downloading() : undefined

type Part = typeof OnDeckItem.Type

/** "Severance S02E03, Who Is Alive?" for an episode, else the title. */
export const episodeName = ({ episode, season, series, title }: Part): string => {
  if (!series) return title
  const pad = (count: number) => count.toString().padStart(2, "0")
  const place = typeof season === "number" && typeof episode === "number" ? ` S${pad(season)}E${pad(episode)}` : ""
  return `${series}${place}, ${title}`
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

const item = (download: typeof Download.Type): string => {
  const { minutesLeft, problem, progressPercent, quality, service, sizeLeftBytes, status } = download
  const facts = [
    ...(status ? [status] : []),
    ...(typeof progressPercent === "number" ? [`${Math.round(progressPercent)}% done`] : []),
    ...(typeof sizeLeftBytes === "number" ? [`${gigabytes(sizeLeftBytes)} left`] : []),
    ...(typeof minutesLeft === "number" ? [`about ${Math.round(minutesLeft)} min to go`] : []),
    ...(quality ? [quality] : []),
    ...(service ? [`by ${service === "radarr" ? "Radarr" : service === "sonarr" ? "Sonarr" : service}`] : []),
    ...(problem ? [`problem: ${problem}`] : [])
  ]
  return `${episodeName(download)}: ${facts.join(", ")}`
}

function* downloading(): Asking<string> {
  const queue = yield* ask(downloadQueue)
  const list = found(queue)
  if (list === undefined) return troubles(queue)
  if (list.items.length === 0) return lines("Nothing is downloading right now: the queue is empty.", troubles(queue))
  const bytes = list.items.reduce((sum, download) => sum + (download.sizeLeftBytes ?? 0), 0)
  const ailing = list.items.filter((download) => download.problem).length
  return lines(
    `${counted(list.total, "download")} in the queue:`,
    bullets(list.items.map(item), 6, list.total),
    list.items.length > 1 && bytes > 0 ? `${gigabytes(bytes)} are left to fetch in all.` : undefined,
    ailing > 0 ? `${counted(ailing, "download needs", "downloads need")} your attention.` : undefined,
    troubles(queue)
  )
}
