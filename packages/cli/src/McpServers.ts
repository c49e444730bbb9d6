/**
 * McpServers: the MCP servers that `CALLSHEET_MCP_SERVERS` names, and their tools. Loaded only where it is set.
 *
 * ```yaml
 * CALLSHEET_MCP_SERVERS:
 *   files: { command: mcp-server-filesystem, args: [/srv/media], trusted: true }
 *   home: { url: "http://127.0.0.1:8123/mcp", headers: { Authorization: Bearer ... }, tools: [turn_on] }
 * ```
 */
import * as McpToolkit from "@callsheet/mcp/McpToolkit"
import type { ServerConfig } from "@callsheet/mcp/ServerConfig"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import { failed } from "./ExitError.ts"
import { ExtraTools } from "./ExtraTools.ts"
import type { Settings } from "./Settings.ts"

export const key = "CALLSHEET_MCP_SERVERS"

/** In a file every value is text. */
const Truth = Schema.Union([Schema.Boolean, Schema.Literals(["true", "false"])])
const Secrets = Schema.Record(Schema.String, Schema.String)

const common = {
  trusted: Schema.optionalKey(Truth),
  /** The only tools that are offered. */
  tools: Schema.optionalKey(Schema.Array(Schema.String)),
  /** How long what read-only tools of a trusted server gave stays true. */
  freshSeconds: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.FiniteFromString]))
}

const Server = Schema.Union([
  Schema.Struct({
    ...common,
    command: Schema.NonEmptyString,
    args: Schema.optionalKey(Schema.Array(Schema.String)),
    env: Schema.optionalKey(Secrets)
  }),
  Schema.Struct({
    ...common,
    url: Schema.String.check(Schema.isPattern(/^https?:\/\/\S+$/i)),
    headers: Schema.optionalKey(Secrets)
  })
])

const Servers = Schema.fromJsonString(
  Schema.Record(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_-]{0,23}$/)), Server)
)

const redacted = (values: typeof Secrets.Type = {}) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Redacted.make(value)]))

const configOf = (name: string, server: typeof Server.Type): ServerConfig => ({
  name,
  at:
    "url" in server
      ? { url: server.url, headers: redacted(server.headers) }
      : { command: server.command, args: server.args ?? [], env: redacted(server.env) },
  isTrusted: server.trusted === true || server.trusted === "true",
  ...(server.tools !== undefined && { only: server.tools }),
  ...(server.freshSeconds !== undefined && { freshness: server.freshSeconds * 1000 })
})

const wrong = failed(
  `${key} is not as it should be: write a map from names to { command, args, env } or { url, headers }, each with trusted and tools where you want.`
)

/** Those of `settings`, in order. What is wrong is not repeated: it may hold secrets. */
export const of = (settings: Settings) => {
  const text = settings.values[key]?.value
  if (text === undefined) return Effect.succeed([])
  return Schema.decodeEffect(Servers)(text).pipe(
    Effect.map((servers) => Object.entries(servers).map(([name, server]) => configOf(name, server))),
    Effect.mapError(() => wrong)
  )
}

const path = Effect.flatMap(ConfigProvider.ConfigProvider, (environment) =>
  Effect.orElseSucceed(
    Config.withDefault(Config.String("PATH"), "/usr/local/bin:/usr/bin:/bin").parse(environment),
    () => ""
  )
)

/** The tools of `servers`, until the scope is closed. */
export const tools = Effect.fnUntraced(
  function* (servers: ReadonlyArray<ServerConfig>) {
    return yield* McpToolkit.make(servers, { path: yield* path })
  },
  // Standard output is the answer's.
  Effect.provideService(Logger.LogToStderr, true),
  Effect.provide(Layer.merge(NodeServices.layer, NodeHttpClient.layerUndici))
)

/** Offers the tools of the servers that `settings` name. */
export const layer = (settings: Settings) => Layer.effect(ExtraTools, Effect.flatMap(of(settings), tools))

/** What each server of `settings` offers, for whoever looks at the configuration: how many tools, none where it cannot be reached. */
export const offered = Effect.fnUntraced(function* (settings: Settings) {
  return yield* Effect.forEach(
    yield* of(settings),
    (server) =>
      Effect.scoped(tools([server])).pipe(
        Effect.flatMap(({ toolkit }) => toolkit),
        Effect.map((kit) => ({
          name: server.name,
          isTrusted: server.isTrusted === true,
          tools: Object.keys(kit.tools).length
        }))
      ),
    { concurrency: "unbounded" }
  )
})
