/**
 * Nothing that the program says of a run, in whatever happens to it, holds a key or a token.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"

import * as Recorder from "@callsheet/core/explain/Recorder"
import * as Shared from "@callsheet/core/schedule/Shared"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { script } from "@callsheet/testkit/scripted/MediaScript"
import { ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Duration, Effect, Layer, Logger, References, Stream } from "effect"

import * as Composition from "../src/Composition.ts"
import { mediaAgent } from "../src/MediaAgent.ts"
import type * as Settings from "../src/Settings.ts"
import { keysOf } from "../src/StandIns.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as Collector from "./support/collector.ts"
import { callsheet } from "./support/command.ts"
import * as Hostile from "./support/hostile.ts"

/** By what each is. None of them is a part of another, or of anything else. */
const secrets = {
  openaiKey: "sk-proj-Zq8vN3openai",
  gatewayKey: "gw-Zq8vN3gateway",
  modelPassword: "Zq8vN3modelpassword",
  plexToken: "Zq8vN3plextoken",
  radarrKey: "a1Zq8vN3radarr00000000000000000000",
  radarrPassword: "Zq8vN3radarrpassword",
  sonarrKey: "b2Zq8vN3sonarr00000000000000000000",
  // Thirty-two hexadecimal digits: a key of TMDb's version 3, which travels in the query.
  tmdbKey: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  redisPassword: "Zq8vN3redispassword",
  serverToken: "Zq8vN3servertoken"
} as const

const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString("base64")

/** As they may be written, too. */
const forms = [
  ...Object.values(secrets),
  basic("me", secrets.modelPassword),
  basic("me", secrets.radarrPassword)
].flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64").replace(/=+$/, "")])

/** Where a secret stands in `said`, with what stands around it. */
const found = (
  said: ReadonlyArray<readonly [where: string, text: string]>,
  looked: ReadonlyArray<string> = forms
): ReadonlyArray<string> =>
  said.flatMap(([where, text]) =>
    looked.flatMap((form) => {
      const at = text.indexOf(form)
      return at === -1 ? [] : [`${where}: ...${text.slice(Math.max(0, at - 120), at + form.length + 40)}...`]
    })
  )

const settingsOf = (values: Readonly<Record<string, string>>): Settings.Settings => ({
  values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, origin: "environment" }])),
  unknownKeys: []
})

/** Addresses on one port of loopback, each with the secrets that are sent there. */
const addresses = (model: string, services: string) => ({
  OPENAI_API_KEY: secrets.openaiKey,
  OPENAI_BASE_URL: model,
  OPENAI_CUSTOM_HEADERS: `X-Gateway-Key: ${secrets.gatewayKey}`,
  OPENAI_MODEL: "offline",
  OPENAI_API: "responses",
  PLEX_BASE_URL: services,
  PLEX_TOKEN: secrets.plexToken,
  RADARR_BASE_URL: services.replace("//", `//me:${secrets.radarrPassword}@`),
  RADARR_API_KEY: secrets.radarrKey,
  SONARR_BASE_URL: services,
  SONARR_API_KEY: secrets.sonarrKey,
  TMDB_BASE_URL: services,
  TMDB_API_KEY: secrets.tmdbKey,
  CALLSHEET_TOKEN: secrets.serverToken
})

/** A folder that goes with the scope. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-secrets-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name)).toString("latin1")] as const)

const whole = (value: unknown): string => inspect(value, { depth: 12, maxStringLength: null, showHidden: true })

/** Asks all of `questions`, and returns all that is said of it: events, errors, spans, logs of all levels, and files. */
const said = Effect.fnUntraced(function* (
  values: Readonly<Record<string, string>>,
  questions: ReadonlyArray<string>,
  limit: Duration.Input = "20 seconds"
) {
  const kept = yield* folder
  const collector = yield* Collector.start()
  const said: Array<readonly [string, string]> = []
  const logger = Logger.make(({ cause, message }) =>
    said.push(["log", `${whole(message)} ${Cause.pretty(cause)} ${whole(cause)}`])
  )
  const recorder = Recorder.make()
  const settings = settingsOf({
    CALLSHEET_CACHE: `sqlite:${join(kept, "cache.db")}`,
    CALLSHEET_STATE: `sqlite:${join(kept, "state.db")}`,
    ...values
  })
  const ask = (question: string) =>
    mediaAgent.run({ question }).pipe(
      Stream.runForEach((event) => Effect.sync(() => said.push(["event", `${JSON.stringify(event)} ${whole(event)}`]))),
      Effect.timeoutOption(limit),
      Effect.catchCause((cause) =>
        Effect.sync(() => said.push(["error", `${Cause.pretty(cause)} ${whole(cause)} ${JSON.stringify(cause)}`]))
      )
    )
  yield* recorder.record(Effect.forEach(questions, ask, { concurrency: "unbounded" })).pipe(
    Effect.provideService(Recorder.Content, true),
    // A circuit that opens here is nobody else's.
    Effect.provideServiceEffect(Shared.Shared, Shared.make),
    // Its own scope: what closes it is heard too.
    Effect.provide(Composition.layer(settings, { model: "openai", hasModel: true, isDemo: false })),
    Effect.catchCause((cause) => Effect.sync(() => said.push(["error", `${Cause.pretty(cause)} ${whole(cause)}`]))),
    Effect.provide(Layer.provideMerge(Telemetry.layer(collector.url), Logger.layer([logger]))),
    Effect.provideService(References.MinimumLogLevel, "All"),
    Effect.scoped
  )
  for (const span of recorder.spans) said.push([`span ${span.name}`, whole(span)])
  for (const { body, path } of collector.sent) said.push([path, JSON.stringify(body)])
  for (const [name, text] of filesIn(kept)) said.push([name, text])
  return { said, spans: recorder.spans }
})

const local = (port: number) => `http://127.0.0.1:${port}`

/** At once. */
const timing = { firstToken: Duration.zero, tokensPerSecond: 100_000 }

/** A model that follows written rules, so that the tools are called. */
const scripted = Effect.map(
  Layer.build(ScriptedServer.layer({ script, models: ["offline"], timing, apiKey: secrets.openaiKey })),
  (context) => Context.get(context, ScriptedServer).baseUrl
)

/** Among them, all four services are asked. */
const questions = [
  "What's on deck in Plex?",
  "What's downloading right now?",
  "Search for Inception",
  "What are the most popular movies from 2023 that I don't have?"
]

describe("secrets", { concurrent: true, timeout: 60_000 }, () => {
  for (const [name, answer] of Object.entries(Hostile.manners)) {
    // Long enough for a busy machine to ask at all.
    const limit = name === "does not answer" ? "4 seconds" : "20 seconds"

    it.live(`are told nowhere where a service ${name}`, () =>
      Effect.gen(function* () {
        const { heard, port } = yield* Hostile.start(answer)
        const { said: all, spans } = yield* said(addresses(yield* scripted, local(port)), questions, limit)
        // It is no wonder that nothing is told where nothing was sent.
        for (const secret of [secrets.plexToken, secrets.tmdbKey, secrets.radarrKey, secrets.sonarrKey]) {
          assert.include(heard.join("\n"), secret)
        }
        assert.isTrue(spans.some(({ name }) => name.startsWith("execute_tool")))
        assert.deepStrictEqual(found(all), [])
      })
    )

    for (const transport of ["http", "websocket"]) {
      it.live(`are told nowhere where the model ${name} (${transport})`, () =>
        Effect.gen(function* () {
          const { heard, port } = yield* Hostile.start(answer)
          const base = `http://me:${secrets.modelPassword}@127.0.0.1:${port}/v1`
          const values = { ...addresses(base, local(port)), OPENAI_TRANSPORT: transport }
          const { said: all } = yield* said(
            values,
            ["Recommend something similar to The Matrix but more recent"],
            limit
          )
          assert.include(heard.join("\n"), secrets.openaiKey)
          assert.include(heard.join("\n"), secrets.gatewayKey)
          assert.deepStrictEqual(found(all), [])
        })
      )
    }
  }

  it.live("are told nowhere where all goes well", () =>
    Effect.gen(function* () {
      const services = yield* Layer.build(DemoServices.layer({ delays: "none" }))
      const keys = keysOf(Context.get(services, DemoServices))
      const { said: all, spans } = yield* said({ ...addresses(yield* scripted, ""), ...keys }, questions)
      const own = [keys.PLEX_TOKEN, keys.RADARR_API_KEY, keys.SONARR_API_KEY, keys.TMDB_API_KEY]
      assert.isTrue(spans.some(({ name, problem }) => name.startsWith("execute_tool") && problem === undefined))
      assert.isAbove(all.filter(([where]) => where === "cache.db").length, 0)
      assert.deepStrictEqual(found(all), [])
      assert.deepStrictEqual(found(all, own), [])
    })
  )

  it.live("are told nowhere where nothing listens", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(Hostile.start(() => {}))
      const base = `http://me:${secrets.modelPassword}@127.0.0.1:${port}/v1`
      const redis = `redis://:${secrets.redisPassword}@127.0.0.1:${port}`
      const values = { ...addresses(base, local(port)), CALLSHEET_CACHE: redis }
      const { said: all } = yield* said(values, questions)
      assert.isTrue(all.some(([where]) => where === "log"))
      assert.deepStrictEqual(found(all), [])
    })
  )

  it.live("are told nowhere by the command, whichever way it ends", () =>
    Effect.gen(function* () {
      const { port } = yield* Hostile.start(Hostile.manners["refuses it with status 400"] ?? assert.fail("no such"))
      const closed = (yield* Effect.scoped(Hostile.start(() => {}))).port
      const env = {
        ...addresses(`http://me:${secrets.modelPassword}@127.0.0.1:${port}/v1`, local(port)),
        CALLSHEET_CACHE: `redis://:${secrets.redisPassword}@127.0.0.1:${closed}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://me:${secrets.serverToken}@127.0.0.1:${closed}`
      }
      const lines = [["ask", "--json", "Search for Inception"], ["ask", questions[3] ?? ""], ["doctor"]]
      const ends = yield* Effect.promise(() => Promise.all(lines.map((line) => callsheet(line, { env }))))
      for (const [index, { status, stderr, stdout }] of ends.entries()) {
        assert.notStrictEqual(status, 0, lines[index]?.join(" "))
        assert.deepStrictEqual(found([[`${lines[index]?.join(" ")}`, stdout + stderr]]), [])
      }
    })
  )
})
