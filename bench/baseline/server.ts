/**
 * The household and the model of `bench/baseline.ts`, in one process: demo services that take their measured time and some that
 * take none, and stand-in models at the pace of a hosted one and at none.
 *
 * Its greeting says where they are. Asked `delays`, it tells those of the services since the last time; asked `tools`, the
 * bytes of tool definitions of each model request since.
 */
import * as DemoServices from "@callsheet/testkit/demo/DemoServices"
import { script } from "@callsheet/testkit/scripted/MediaScript"
import * as ScriptedServer from "@callsheet/testkit/scripted/ScriptedServer"
import { instant, type Timing } from "@callsheet/testkit/scripted/Timing"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"

import * as Planner from "./Planner.ts"
import * as Player from "./Player.ts"

/** The pace of a small hosted model. */
const hosted: Timing = { firstToken: Duration.millis(350), tokensPerSecond: 120 }

const services = Effect.fnUntraced(function* (delays: "measured" | "none") {
  return Context.get(yield* Layer.build(DemoServices.DemoServices.layer({ delays })), DemoServices.DemoServices)
})

const environmentOf = ({ plex, radarr, sonarr, tmdb }: DemoServices.DemoServices["Service"]) => ({
  PLEX_BASE_URL: plex.baseUrl,
  PLEX_TOKEN: plex.token,
  RADARR_BASE_URL: radarr.baseUrl,
  RADARR_API_KEY: radarr.apiKey,
  SONARR_BASE_URL: sonarr.baseUrl,
  SONARR_API_KEY: sonarr.apiKey,
  TMDB_BASE_URL: tmdb.baseUrl,
  TMDB_API_KEY: tmdb.apiKey
})

const model = Effect.fnUntraced(function* (timing: Timing, year: number) {
  const layer = ScriptedServer.ScriptedServer.layer({ script: Planner.script(Player.script(year, script)), timing })
  return Context.get(yield* Layer.build(layer), ScriptedServer.ScriptedServer)
})

const toolBytes = (body: unknown): number =>
  Predicate.hasProperty(body, "tools") ? Buffer.byteLength(JSON.stringify(body.tools)) : 0

const served = Effect.gen(function* () {
  const year = DateTime.getPartUtc(yield* DateTime.now, "year")
  const slow = yield* services("measured")
  const fast = yield* services("none")
  const paced = yield* model(hosted, year)
  const unpaced = yield* model(instant, year)
  const fork = Effect.runForkWith(yield* Effect.context())
  let delaysTold = 0
  let toolsTold = 0

  const answers: Readonly<Record<string, Effect.Effect<ReadonlyArray<unknown>>>> = {
    delays: Effect.map(slow.requests, (all) => {
      const since = all.slice(delaysTold)
      delaysTold = all.length
      return since.map(({ delayedMillis }) => delayedMillis)
    }),
    tools: Effect.map(paced.requests, (all) => {
      const since = all.filter(({ index }) => index >= toolsTold)
      toolsTold = (all.at(-1)?.index ?? -1) + 1
      return since.map(({ body }) => toolBytes(body))
    })
  }
  process.on("message", (message) => {
    if (!Predicate.hasProperty(message, "ask") || !Predicate.hasProperty(message, "id")) return
    const { id } = message
    const answer = answers[String(message.ask)] ?? Effect.succeed([])
    fork(Effect.map(answer, (list) => process.send?.({ id, list })))
  })
  process.send?.({
    measured: { environment: environmentOf(slow), model: paced.baseUrl },
    instant: { environment: environmentOf(fast), model: unpaced.baseUrl }
  })
  return yield* Effect.never
})

process.once("disconnect", () => process.exit())
NodeRuntime.runMain(Effect.scoped(served))
