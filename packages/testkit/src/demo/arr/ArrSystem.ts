/**
 * ArrSystem: the resources of Radarr and Sonarr that say nothing about titles: status, health, disks, profiles,
 * clients, tags and commands.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { type DemoRoute, get, json, wholeNumber } from "../DemoApp.ts"
import { nowIso } from "../DemoLibrary.ts"
import { type ArrName, bareQuality, qualityNames } from "./ArrQueue.ts"
import { invalid, malformed, notFound } from "./ArrReply.ts"

export interface ArrSettings {
  readonly appName: ArrName
  readonly version: string
  /** The first is where titles go unless another is asked for. */
  readonly rootFolders: ReadonlyArray<string>
  /** Does what a command asks for. */
  readonly run: (command: Command) => void
}

export const qualityProfiles = [
  { id: 1, name: "Any", names: qualityNames },
  { id: 4, name: "HD-1080p", names: ["WEBDL-1080p", "Bluray-1080p"] },
  { id: 5, name: "Ultra-HD", names: ["WEBDL-2160p", "Bluray-2160p"] }
] as const

const profile = (app: ArrName, { id, name, names }: (typeof qualityProfiles)[number]) => ({
  name,
  upgradeAllowed: true,
  cutoff: bareQuality(app, names.at(-1) ?? "").id,
  items: qualityNames.map((quality) => ({
    quality: bareQuality(app, quality),
    items: [],
    allowed: names.some((own) => own === quality)
  })),
  minFormatScore: 0,
  cutoffFormatScore: 0,
  minUpgradeFormatScore: 1,
  formatItems: [],
  ...(app === "Radarr" ? { language: { id: -2, name: "Original" } } : {}),
  id
})

const arrTags = [
  { label: "kids", id: 1 },
  { label: "keep", id: 2 }
] as const

const totalSpace = 16_000_000_000_000
const freeSpace = 2_350_000_000_000

const status = (settings: ArrSettings) => ({
  appName: settings.appName,
  instanceName: settings.appName,
  version: settings.version,
  buildTime: "2025-01-12T10:00:00Z",
  isDebug: false,
  isProduction: true,
  isAdmin: false,
  isUserInteractive: false,
  startupPath: `/app/${settings.appName.toLowerCase()}/bin`,
  appData: "/config",
  osName: "alpine",
  osVersion: "3.21.0",
  isNetCore: true,
  isLinux: true,
  isOsx: false,
  isWindows: false,
  isDocker: true,
  mode: "console",
  branch: settings.appName === "Radarr" ? "master" : "main",
  databaseType: "sqLite",
  databaseVersion: "3.48.0",
  authentication: "forms",
  migrationVersion: 242,
  urlBase: "",
  runtimeVersion: "6.0.35",
  runtimeName: ".NET",
  startTime: "2025-03-01T06:00:00Z",
  packageVersion: settings.version,
  packageAuthor: "Callsheet demo",
  packageUpdateMechanism: "docker"
})

const provider = (id: number, name: string, implementation: string) => ({
  name,
  fields: [],
  implementationName: implementation,
  implementation,
  configContract: `${implementation}Settings`,
  infoLink: "",
  tags: [],
  id
})

const ids = Schema.optionalKey(Schema.Array(Schema.Int))
const Command = Schema.Struct({
  name: Schema.String,
  movieIds: ids,
  seriesId: Schema.optionalKey(Schema.Int),
  seasonNumber: Schema.optionalKey(Schema.Int),
  episodeIds: ids
})
export type Command = typeof Command.Type
const decodeCommand = Schema.decodeUnknownOption(Command)

/** The shared routes. Commands are accepted, numbered and done at once. */
export const systemRoutes = (settings: ArrSettings): ReadonlyArray<DemoRoute> => {
  const commands: Array<{ readonly id: number; readonly name: string }> = []
  const resource = (command: { readonly id: number; readonly name: string; readonly body: unknown }) => ({
    name: command.name,
    commandName: command.name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " "),
    message: "Completed",
    body: command.body,
    priority: "normal",
    status: "completed",
    result: "successful",
    queued: nowIso,
    started: nowIso,
    ended: nowIso,
    duration: "00:00:00.2000000",
    trigger: "manual",
    stateChangeTime: nowIso,
    sendUpdatesToClient: true,
    updateScheduledTask: true,
    lastExecutionTime: nowIso,
    id: command.id
  })
  return [
    get("/api/v3/system/status", () => json(status(settings))),
    get("/api/v3/health", () =>
      json([
        {
          id: 1,
          source: "IndexerStatusCheck",
          type: "warning",
          message: "Indexers unavailable due to failures: Second Demo Indexer",
          wikiUrl: `https://wiki.servarr.com/${settings.appName.toLowerCase()}/system#indexers-are-unavailable-due-to-failures`
        }
      ])
    ),
    get("/api/v3/diskspace", () =>
      json([
        { path: "/config", label: "", freeSpace: 41_000_000_000, totalSpace: 64_000_000_000 },
        { path: "/media", label: "media", freeSpace, totalSpace }
      ])
    ),
    get("/api/v3/rootfolder", () =>
      json(
        settings.rootFolders.map((path, index) => ({
          path,
          accessible: true,
          freeSpace,
          unmappedFolders: [],
          id: index + 1
        }))
      )
    ),
    get("/api/v3/qualityprofile", () => json(qualityProfiles.map((entry) => profile(settings.appName, entry)))),
    get("/api/v3/qualityprofile/{id}", (request) => {
      const found = qualityProfiles.find((entry) => entry.id === wholeNumber(request.params["id"]))
      return found === undefined ? notFound : json(profile(settings.appName, found))
    }),
    get("/api/v3/indexer", () =>
      json(
        ["Demo Indexer", "Second Demo Indexer"].map((name, index) => ({
          enableRss: true,
          enableAutomaticSearch: true,
          enableInteractiveSearch: true,
          supportsRss: true,
          supportsSearch: true,
          protocol: "torrent",
          priority: 25,
          downloadClientId: 0,
          ...provider(index + 1, name, "Torznab")
        }))
      )
    ),
    get("/api/v3/downloadclient", () =>
      json([
        {
          enable: true,
          protocol: "torrent",
          priority: 1,
          removeCompletedDownloads: true,
          removeFailedDownloads: true,
          ...provider(1, "qBittorrent", "QBittorrent")
        }
      ])
    ),
    get("/api/v3/tag", () => json(arrTags)),
    get("/api/v3/command", () => json(commands.map((command) => resource({ ...command, body: {} })))),
    get("/api/v3/command/{id}", (request) => {
      const found = commands.find((command) => command.id === wholeNumber(request.params["id"]))
      return found === undefined ? notFound : json(resource({ ...found, body: {} }))
    }),
    {
      method: "POST",
      path: "/api/v3/command",
      handle: (request) =>
        Effect.sync(() =>
          Option.match(decodeCommand(request.body), {
            onNone: () => malformed("name", ""),
            onSome: (asked) => {
              const { name } = asked
              if (name === "") {
                return invalid([
                  { propertyName: "Name", errorMessage: "'Name' must not be empty.", errorCode: "NotEmptyValidator" }
                ])
              }
              const command = { id: 501 + commands.length, name }
              commands.push(command)
              settings.run(asked)
              return json(resource({ ...command, body: request.body }), 201)
            }
          })
        )
    }
  ]
}
