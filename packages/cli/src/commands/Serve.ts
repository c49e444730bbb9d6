/**
 * `callsheet serve`: the household's assistant over HTTP, until a signal ends it.
 *
 * The first SIGINT or SIGTERM stops accepting, lets runs end within their limit, and ends with status 0; a second one ends the
 * process at once.
 */
import * as RunMetrics from "@callsheet/core/explain/RunMetrics"
import { ServiceMetrics } from "@callsheet/core/explain/ServiceMetrics"
import { MediaToolkit } from "@callsheet/media/MediaToolkit"
import * as NodeServer from "@callsheet/server/NodeServer"
import * as McpRoute from "@callsheet/server/routes/McpRoute"
import { Runs } from "@callsheet/server/Runs"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

import * as Composition from "../Composition.ts"
import { ExitError, failed } from "../ExitError.ts"
import * as ServerLog from "../log/ServerLog.ts"
import { mediaAgent } from "../MediaAgent.ts"
import * as ProcessMetrics from "../ProcessMetrics.ts"
import * as ServerState from "../ServerState.ts"
import * as Settings from "../Settings.ts"
import { version } from "../Version.ts"
import * as WebFiles from "../WebFiles.ts"

export interface Options {
  readonly host: string
  readonly port: number
  readonly model: Option.Option<Composition.ModelChoice>
}

/** What a client's model is told of the server at `/mcp`. */
const about =
  "The household's media: what is in Plex, what Radarr and Sonarr are fetching, and what TMDb knows. Ask takes a question in words; the other tools answer one thing each."

/** What counts runs, services and the process; a collector that is configured brings its own. */
const metrics = (settings: Settings.Settings) =>
  Settings.isSet(settings, "OTEL_EXPORTER_OTLP_ENDPOINT")
    ? Layer.empty
    : Layer.mergeAll(RunMetrics.layer, ServiceMetrics.layer, ProcessMetrics.layer)

const program = (
  { host, port }: Options,
  settings: Settings.Settings,
  choice: Composition.Choice,
  web: string | undefined
) => {
  const token = settings.values["CALLSHEET_TOKEN"]?.value
  const mcp = McpRoute.layer({
    name: "callsheet",
    version,
    instructions: about,
    toolkit: MediaToolkit
  })
  return NodeServer.layerWith({ host, port, token: token === undefined ? undefined : Redacted.make(token) }, mcp).pipe(
    Layer.provide(web === undefined ? Layer.empty : WebFiles.layer(web)),
    Layer.provide(Runs.layer(mediaAgent)),
    Layer.provide(ServerState.runs(settings)),
    Layer.provide(ServerLog.layer(settings, choice)),
    Layer.provide(metrics(settings)),
    Layer.provide(Composition.lasting(settings, choice))
  )
}

/** Why the port could not be had. */
const portProblem = ({ host, port }: Options, cause: unknown): string => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : undefined
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is in use: stop what uses it, or choose another with --port.`
    case "EACCES":
      return `Port ${port} is not for everybody to take: choose one above 1023 with --port.`
    default:
      return `The server cannot listen on ${host}, port ${port} (${String(code ?? cause)}): choose others with --host and --port.`
  }
}

export const serve = Effect.fnUntraced(function* (options: Options) {
  const given = yield* Settings.load
  const choice = Composition.choose(given, Option.getOrUndefined(options.model))
  if (choice.model === "openai" && !choice.hasModel) {
    return yield* failed("No model is configured: set OPENAI_API_KEY, or leave out --model openai.")
  }
  const settings = yield* ServerState.settled(given, choice)
  const notice = Composition.notice(choice)
  if (notice !== undefined) yield* Console.log(notice)
  yield* NodeServer.exitOnSecondSignal
  const web = yield* WebFiles.folder
  const layer = program(options, settings, choice, web)
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const { url } = Context.get(yield* Layer.build(layer), NodeServer.Address)
      const access = Settings.isSet(settings, "CALLSHEET_TOKEN")
        ? "who asks needs the token (CALLSHEET_TOKEN)"
        : "for programs of this machine, without a token"
      yield* Console.log(`Listening on ${url}, ${access}.`)
      if (web === undefined) yield* Console.log("There is no page at it yet: npm run build -w @callsheet/web makes it.")
      return yield* Effect.never
    })
  ).pipe(
    Effect.catchTags({
      Unsafe: ({ problem }) => Effect.fail(new ExitError({ status: 2, problem })),
      ServeError: ({ cause }) => Effect.fail(failed(portProblem(options, cause)))
    }),
    Effect.mapError((error) => (error._tag === "ExitError" ? error : failed(error.message))),
    Effect.withTracerEnabled(Settings.isSet(settings, "OTEL_EXPORTER_OTLP_ENDPOINT"))
  )
})
