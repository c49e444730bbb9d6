/**
 * Settings: every key of the configuration, and where its value comes from. The environment wins over `callsheet.yaml`.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

import { ExitError, failed } from "./ExitError.ts"

export interface Key {
  readonly name: string
  readonly describes: string
  readonly isSecret?: true
  /** What holds where the key is not set. */
  readonly otherwise?: string
  /** Its value in the file is a map; as text it is JSON. */
  readonly isMap?: true
}

export const keys: ReadonlyArray<Key> = [
  { name: "OPENAI_API_KEY", describes: "key of the model's provider", isSecret: true },
  { name: "OPENAI_BASE_URL", describes: "address of the model's provider", otherwise: "https://api.openai.com/v1" },
  { name: "OPENAI_MODEL", describes: "the model", otherwise: "gpt-4.1-nano" },
  {
    name: "OPENAI_API",
    describes: "protocol: responses or chat",
    otherwise: "responses at OpenAI and Azure, else chat"
  },
  {
    name: "OPENAI_TRANSPORT",
    describes: "http, or websocket for the Responses API over one socket",
    otherwise: "http"
  },
  { name: "OPENAI_API_VERSION", describes: "Azure's dated API instead of its /openai/v1/" },
  { name: "OPENAI_ORG_ID", describes: "the organization at OpenAI that is charged" },
  { name: "OPENAI_PROJECT_ID", describes: "the project at OpenAI that is charged" },
  { name: "OPENAI_CUSTOM_HEADERS", describes: "headers for the model's provider, one a line", isSecret: true },
  { name: "PLEX_BASE_URL", describes: "address of Plex, as http://192.168.1.5:32400" },
  { name: "PLEX_TOKEN", describes: "token of Plex", isSecret: true },
  { name: "RADARR_BASE_URL", describes: "address of Radarr, as http://192.168.1.5:7878" },
  { name: "RADARR_API_KEY", describes: "key of Radarr", isSecret: true },
  { name: "SONARR_BASE_URL", describes: "address of Sonarr, as http://192.168.1.5:8989" },
  { name: "SONARR_API_KEY", describes: "key of Sonarr", isSecret: true },
  { name: "TMDB_BASE_URL", describes: "address of TMDb", otherwise: "https://api.themoviedb.org" },
  { name: "TMDB_API_KEY", describes: "key or read token of TMDb", isSecret: true },
  { name: "OTEL_EXPORTER_OTLP_ENDPOINT", describes: "where traces are sent, as http://127.0.0.1:4318" },
  {
    name: "CALLSHEET_CACHE",
    describes: "what remembers reads: memory, sqlite:PATH or redis://...",
    otherwise: "memory",
    // Redis's address may hold its password.
    isSecret: true
  },
  {
    name: "CALLSHEET_STATE",
    describes: "what keeps runs, and what they taught: memory or sqlite:PATH",
    otherwise: "memory; the server's is callsheet/state.db in the state folder, but of demo services"
  },
  {
    name: "CALLSHEET_LOG",
    describes: "file that each run adds a line of figures to, or off",
    otherwise: "callsheet/queries.jsonl in the state folder, not of demo services"
  },
  {
    name: "CALLSHEET_MCP_SERVERS",
    describes: "MCP servers whose tools the assistant has too: a map from names, as JSON in the environment",
    // Headers and environments of servers hold their keys.
    isSecret: true,
    isMap: true
  },
  {
    name: "CALLSHEET_TOKEN",
    describes: "token that the server asks for; needed where it listens beyond this machine",
    isSecret: true
  }
]

const isMap = (name: string): boolean => keys.some((key) => key.name === name && key.isMap === true)

export const fileName = "callsheet.yaml"

export interface Setting {
  readonly value: string
  readonly origin: "environment" | typeof fileName
}

export interface Settings {
  /** The keys that are set, by name. A blank value counts as not set. */
  readonly values: Readonly<Record<string, Setting>>
  /** Keys of the file that nothing reads. */
  readonly unknownKeys: ReadonlyArray<string>
}

const readFile = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  if (!(yield* files.exists(fileName))) return {}
  const text = yield* files.readFileString(fileName)
  const { parse } = yield* Effect.promise(() => import("yaml"))
  const document = yield* Effect.try({
    // Every value is text, as in the environment: a key 0123 is no number.
    try: (): unknown => parse(text, { schema: "failsafe", logLevel: "error" }),
    catch: (cause) =>
      failed(
        `${fileName} is not YAML (${Predicate.isError(cause) ? cause.message.split("\n")[0] : String(cause)}): mend it.`
      )
  })
  if (document === null || document === "") return {}
  if (!Predicate.isObject(document)) {
    return yield* new ExitError({ status: 1, problem: `${fileName} must hold lines of the form KEY: value.` })
  }
  const wrong = Object.entries(document).find(
    ([name, value]) => !Predicate.isString(value) && !(isMap(name) && Predicate.isObject(value))
  )
  if (wrong !== undefined) {
    return yield* new ExitError({
      status: 1,
      problem: `${fileName}: ${wrong[0]} must be one value, not a list or a map.`
    })
  }
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, Predicate.isString(value) ? value : JSON.stringify(value)])
  )
}).pipe(
  Effect.catchTag("PlatformError", (error) =>
    Effect.fail(failed(`${fileName} cannot be read (${error.message}): check its permissions.`))
  )
)

/**
 * Reads the environment and `callsheet.yaml` in the working directory.
 *
 * Fails with `ExitError` where the file is there but cannot be read, is not YAML or holds anything but single values.
 */
export const load = Effect.gen(function* () {
  const file = yield* readFile
  const environment = yield* ConfigProvider.ConfigProvider
  const values: Record<string, Setting> = {}
  for (const { name } of keys) {
    const set = yield* Config.option(Config.String(name)).parse(environment)
    const written: unknown = Object.hasOwn(file, name) ? Reflect.get(file, name) : undefined
    if (Option.isSome(set) && set.value.trim() !== "") {
      values[name] = { value: set.value, origin: "environment" }
    } else if (Predicate.isString(written) && written.trim() !== "") {
      values[name] = { value: written, origin: fileName }
    }
  }
  const unknownKeys = Object.keys(file).filter((name) => keys.every((key) => key.name !== name))
  return { values, unknownKeys } satisfies Settings
}).pipe(Effect.catchTag("ConfigError", (error) => Effect.fail(failed(error.message))))

/** The settings as Effect's `Config` reads them, with `overrides` in front. */
export const layer = (settings: Settings, overrides: Readonly<Record<string, string>> = {}) =>
  ConfigProvider.layer(
    ConfigProvider.fromUnknown({
      ...Object.fromEntries(Object.entries(settings.values).map(([name, { value }]) => [name, value])),
      ...overrides
    })
  )

export const isSet = (settings: Settings, ...names: ReadonlyArray<string>): boolean =>
  names.some((name) => Object.hasOwn(settings.values, name))

const pairs = [
  ["PLEX_BASE_URL", "PLEX_TOKEN"],
  ["RADARR_BASE_URL", "RADARR_API_KEY"],
  ["SONARR_BASE_URL", "SONARR_API_KEY"]
] as const

/** A sentence for each service whose secret is set without its address, which would else count as not configured. */
export const missingAddresses = (settings: Settings): ReadonlyArray<string> =>
  pairs
    .filter(([address, secret]) => isSet(settings, secret) && !isSet(settings, address))
    .map(([address, secret]) => `${address} is not set: ${secret} is, and needs it.`)

/** Where traces are sent; undefined where nowhere. Fails where the value is no address. */
export const collector = (settings: Settings): Effect.Effect<string | undefined, ExitError> => {
  const endpoint = settings.values["OTEL_EXPORTER_OTLP_ENDPOINT"]?.value.trim()
  return endpoint === undefined || (/^https?:\/\//i.test(endpoint) && URL.canParse(endpoint))
    ? Effect.succeed(endpoint)
    : Effect.fail(failed("OTEL_EXPORTER_OTLP_ENDPOINT is not an address: write it like http://127.0.0.1:4318."))
}
