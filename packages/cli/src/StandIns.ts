/**
 * StandIns: demo services and a stand-in model, started on loopback within this process, as the configuration keys that
 * point at them.
 */
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { script } from "@callsheet/testkit/scripted/MediaScript"
import { ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import type { Timing } from "@callsheet/testkit/scripted/Timing"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The keys that point at these demo services. */
export const keysOf = ({ plex, radarr, sonarr, tmdb }: DemoServices["Service"]) => ({
  PLEX_BASE_URL: plex.baseUrl,
  PLEX_TOKEN: plex.token,
  RADARR_BASE_URL: radarr.baseUrl,
  RADARR_API_KEY: radarr.apiKey,
  SONARR_BASE_URL: sonarr.baseUrl,
  SONARR_API_KEY: sonarr.apiKey,
  TMDB_BASE_URL: tmdb.baseUrl,
  TMDB_API_KEY: tmdb.apiKey
})

/** The four demo services: `measured` takes as long as a household's own were measured to. */
export const services = (delays: "measured" | "none") =>
  Effect.map(Layer.build(DemoServices.layer({ delays })), (context) => keysOf(Context.get(context, DemoServices)))

/** The pace of a small hosted model. */
export const hosted: Timing = { firstToken: Duration.millis(350), tokensPerSecond: 120 }

/** A model that follows written rules and writes at the pace of `timing`. */
export const model = (timing: Timing) =>
  Effect.map(
    Layer.build(ScriptedServer.layer({ script, timing, models: ["offline"], apiKey: "offline" })),
    (context) => ({
      OPENAI_BASE_URL: Context.get(context, ScriptedServer).baseUrl,
      OPENAI_API_KEY: "offline",
      OPENAI_MODEL: "offline",
      OPENAI_API: "responses",
      // The provider's own are for nobody else.
      OPENAI_TRANSPORT: "",
      OPENAI_CUSTOM_HEADERS: "",
      OPENAI_ORG_ID: "",
      OPENAI_PROJECT_ID: ""
    })
  )
