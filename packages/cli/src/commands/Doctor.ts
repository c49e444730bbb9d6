/**
 * `callsheet doctor`: every setting and where it comes from, every configured service reached, and what is wrong with how to
 * mend it. Ends with status 1 where something is wrong.
 */
import * as CacheConfig from "@callsheet/cache/CacheConfig"
import type { MediaError } from "@callsheet/media/MediaError"
import { Plex } from "@callsheet/media/Plex"
import { Radarr } from "@callsheet/media/Radarr"
import * as ServiceConfig from "@callsheet/media/ServiceConfig"
import { Sonarr } from "@callsheet/media/Sonarr"
import { Tmdb } from "@callsheet/media/Tmdb"
import * as OpenAiConfig from "@callsheet/openai/OpenAiConfig"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import * as CacheStore from "../CacheStore.ts"
import * as Composition from "../Composition.ts"
import { failed } from "../ExitError.ts"
import * as Settings from "../Settings.ts"
import { oneLine } from "../TerminalText.ts"
import { duration } from "../TimeLine.ts"

/** One line of the report; `problem` says what is wrong and how to mend it. */
type Finding = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string }

type Check = Effect.Effect<
  ReadonlyArray<Finding>,
  { readonly message: string },
  HttpClient.HttpClient | FileSystem.FileSystem
>

const settingLine = (settings: Settings.Settings, key: Settings.Key): string => {
  const set = settings.values[key.name]
  const name = key.name.padEnd(28)
  if (set === undefined) return `  ${name} not set (${key.describes}${key.otherwise ? `; then ${key.otherwise}` : ""})`
  const value = key.isSecret ? "set" : UrlParams.redactUrl(set.value)
  return `  ${name} ${value}, from ${set.origin}`
}

/** Reaches one service, if it is configured. A check that takes over 10 s counts as failed. */
const check = Effect.fnUntraced(function* <R>(
  config: Config.Config<Option.Option<ServiceConfig.Access>>,
  reach: (
    access: ServiceConfig.Access
  ) => Effect.Effect<{ readonly name: string; readonly version: string | null }, MediaError, R>
) {
  const access = yield* config
  if (Option.isNone(access)) return []
  const address = UrlParams.redactUrl(access.value.baseUrl)
  const [took, { name, version }] = yield* Effect.timed(reach(access.value)).pipe(
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () => Effect.fail(failed(`${address} did not answer within 10 seconds: check the address.`))
    })
  )
  const text = `${name}${version === null ? "" : ` ${version}`} at ${address} (${duration(Duration.toMillis(took))})`
  return [{ ok: true, text } satisfies Finding]
})

const asFinding = <R>(
  findings: Effect.Effect<ReadonlyArray<Finding>, { readonly message: string }, R>
): Effect.Effect<ReadonlyArray<Finding>, never, R> =>
  Effect.catch(findings, ({ message }) => Effect.succeed([{ ok: false, problem: message }]))

const services = [
  check(ServiceConfig.plex, (access) =>
    Effect.provide(
      Effect.flatMap(Plex, ({ version }) => version),
      Plex.layerNoDeps(access)
    )
  ),
  check(ServiceConfig.tmdb, (access) =>
    Effect.provide(
      Effect.flatMap(Tmdb, ({ version }) => version),
      Tmdb.layerNoDeps(access)
    )
  ),
  check(ServiceConfig.radarr, (access) =>
    Effect.provide(
      Effect.flatMap(Radarr, ({ version }) => version),
      Radarr.layerNoDeps(access)
    )
  ),
  check(ServiceConfig.sonarr, (access) =>
    Effect.provide(
      Effect.flatMap(Sonarr, ({ version }) => version),
      Sonarr.layerNoDeps(access)
    )
  )
]

const model = Effect.gen(function* () {
  const options = yield* OpenAiConfig.config
  const { baseUrl, model: name } = OpenAiConfig.resolve(options)
  const address = UrlParams.redactUrl(baseUrl)
  const [took, { hasModel, models }] = yield* Effect.timed(OpenAiModel.probe(options)).pipe(
    Effect.mapError((error) => failed(error.reason.message))
  )
  if (hasModel === false) {
    const problem = `${address} answers but does not offer the model ${name}: set OPENAI_MODEL to one of its ${models}.`
    return [{ ok: false, problem } satisfies Finding]
  }
  const text = `the model ${name} at ${address} (${duration(Duration.toMillis(took))})`
  return [{ ok: true, text } satisfies Finding]
})

/** The cache, where it is kept outside of this process. */
const cache = Effect.gen(function* () {
  const config = yield* CacheConfig.config
  if (config.store === "memory") return []
  const place = CacheStore.placeOf(config)
  const [took, size] = yield* Effect.timed(CacheStore.sizeOf(config))
  const text = `the cache, ${place} (${CacheStore.sizeText(size)}; ${duration(Duration.toMillis(took))})`
  return [{ ok: true, text } satisfies Finding]
})

const collector = Effect.fnUntraced(function* (settings: Settings.Settings) {
  const endpoint = yield* Settings.collector(settings)
  if (endpoint === undefined) return []
  const address = UrlParams.redactUrl(endpoint)
  yield* HttpClient.get(`${endpoint.replace(/\/+$/, "")}/v1/traces`).pipe(
    Effect.timeout("10 seconds"),
    Effect.mapError(() => failed(`Nothing takes traces at ${address}: check OTEL_EXPORTER_OTLP_ENDPOINT.`))
  )
  return [{ ok: true, text: `the collector at ${address}` } satisfies Finding]
})

const mcpServers = Effect.fnUntraced(function* (settings: Settings.Settings) {
  if (!Settings.isSet(settings, "CALLSHEET_MCP_SERVERS")) return []
  const McpServers = yield* Effect.promise(() => import("../McpServers.ts"))
  return Array.from(yield* McpServers.offered(settings), ({ isTrusted, name, tools }): Finding => {
    const trust = isTrusted ? "trusted" : "not trusted: each call waits for approval"
    return tools === 0
      ? {
          ok: false,
          problem: `The MCP server ${name} offers no tools: check its command or address, its keys, and which tools are wanted.`
        }
      : { ok: true, text: `the MCP server ${name} (${tools} tools; ${trust})` }
  })
})

export const doctor = Effect.gen(function* () {
  const settings = yield* Settings.load
  yield* Console.log("Settings")
  for (const key of Settings.keys) yield* Console.log(oneLine(settingLine(settings, key)))
  for (const name of settings.unknownKeys) {
    yield* Console.log(`  ${name.padEnd(28)} in ${Settings.fileName}, but nothing reads it: check the spelling`)
  }

  const choice = Composition.choose(settings, undefined)
  const checks: ReadonlyArray<Check> = [
    ...services,
    ...Settings.missingAddresses(settings).map((problem) => Effect.fail(failed(problem))),
    ...(choice.model === "openai" ? [model] : []),
    cache,
    mcpServers(settings),
    collector(settings)
  ]
  // Each check waits for another server: all at once, since they are few.
  const findings = yield* Effect.forEach(checks, asFinding, { concurrency: "unbounded" }).pipe(
    Effect.map((all) => all.flat()),
    Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Settings.layer(settings)))
  )

  yield* Console.log("\nReached")
  if (findings.length === 0) yield* Console.log("  nothing: no service and no model is configured")
  for (const finding of findings) {
    yield* Console.log(oneLine(finding.ok ? `  ✓ ${finding.text}` : `  ✗ ${finding.problem}`))
  }
  const notice = Composition.notice(choice)
  if (notice !== undefined) yield* Console.log(`\n${notice}`)

  const wrong = findings.filter(({ ok }) => !ok).length
  if (wrong > 0) return yield* failed(`${wrong} of ${findings.length} checks failed: see the lines marked ✗.`)
})
