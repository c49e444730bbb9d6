import { readFileSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

import * as Head from "@callsheet/openai/Head"
import * as OpenAiConfig from "@callsheet/openai/OpenAiConfig"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer, Redacted } from "effect"

import * as Composition from "../src/Composition.ts"
import * as Settings from "../src/Settings.ts"

/** The settings of a working directory that holds `file`, in `environment`. */
const load = (file: string | undefined, environment: Readonly<Record<string, string>> = {}) =>
  Effect.provide(
    Settings.load,
    Layer.merge(
      FileSystem.layerNoop({
        exists: () => Effect.succeed(file !== undefined),
        readFileString: () => Effect.succeed(file ?? "")
      }),
      ConfigProvider.layer(ConfigProvider.fromUnknown(environment))
    )
  )

const set = (...names: ReadonlyArray<string>): Settings.Settings => ({
  values: Object.fromEntries(names.map((name) => [name, { value: "x", origin: "environment" }])),
  unknownKeys: []
})

describe("Settings", () => {
  it.effect("takes values of the file as they are written", () =>
    Effect.gen(function* () {
      const file =
        "PLEX_TOKEN: 0123\nOPENAI_MODEL: 1e5\nRADARR_API_KEY: 0x1F\nTMDB_API_KEY: yes\nSONARR_API_KEY: !!js null"
      const { values } = yield* load(file)
      assert.deepStrictEqual(
        Object.entries(values).map(([name, { value }]) => [name, value]),
        [
          ["OPENAI_MODEL", "1e5"],
          ["PLEX_TOKEN", "0123"],
          ["RADARR_API_KEY", "0x1F"],
          ["SONARR_API_KEY", "null"],
          ["TMDB_API_KEY", "yes"]
        ]
      )
    })
  )

  it.effect("counts a blank value as not set, and lets the environment win", () =>
    Effect.gen(function* () {
      const file = "PLEX_TOKEN: file\nRADARR_API_KEY:\nSONARR_API_KEY: '  '\nOPENAI_MODEL: file"
      const { values } = yield* load(file, { PLEX_TOKEN: " ", OPENAI_MODEL: "environment" })
      assert.deepStrictEqual(values, {
        OPENAI_MODEL: { value: "environment", origin: "environment" },
        PLEX_TOKEN: { value: "file", origin: "callsheet.yaml" }
      })
    })
  )

  it.effect("is empty without a file, and with an empty one", () =>
    Effect.gen(function* () {
      for (const file of [undefined, "", "# nothing\n"]) {
        assert.deepStrictEqual(yield* load(file), { values: {}, unknownKeys: [] })
      }
    })
  )

  it.effect("refuses lists and maps, what is no map, and what is no YAML", () =>
    Effect.gen(function* () {
      assert.match((yield* Effect.flip(load("PLEX_TOKEN: [a\n"))).message, /^callsheet\.yaml is not YAML [^\n]*\.$/)
      assert.match((yield* Effect.flip(load("PLEX_TOKEN: [a]"))).message, /PLEX_TOKEN must be one value/)
      assert.match((yield* Effect.flip(load("just text"))).message, /KEY: value/)
    })
  )

  it.effect("reach the head of a request to the model, wherever they are set", () =>
    Effect.gen(function* () {
      const file = "OPENAI_ORG_ID: org-1\nOPENAI_CUSTOM_HEADERS: |\n  X-Team: films\n  X-Trace: on\n"
      const settings = yield* load(file, { OPENAI_PROJECT_ID: "proj-1" })
      assert.deepStrictEqual(settings.unknownKeys, [])
      const { headers } = yield* Effect.provide(
        Head.make(OpenAiConfig.resolve({ apiKey: Redacted.make("k") }), "POST", "/responses"),
        Settings.layer(settings)
      )
      for (const value of ["org-1", "proj-1", "films", "on"]) assert.include(headers, value)
    })
  )

  it("are all that the model's package reads, and hide what may hold a secret", () => {
    const folder = fileURLToPath(new URL(".", import.meta.resolve("@callsheet/openai/OpenAiConfig")))
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts"))
    const read = files.flatMap(
      (name) => readFileSync(`${folder}/${name}`, "utf8").match(/(?<=\(")OPENAI_\w+(?="\))/g) ?? []
    )
    assert.includeMembers(read, ["OPENAI_API_KEY", "OPENAI_CUSTOM_HEADERS"])
    assert.includeMembers(
      Settings.keys.map(({ name }) => name),
      read
    )
    const secret = Settings.keys.flatMap(({ isSecret, name }) => (isSecret && name.startsWith("OPENAI_") ? [name] : []))
    assert.deepStrictEqual(secret, ["OPENAI_API_KEY", "OPENAI_CUSTOM_HEADERS"])
  })

  it.effect("takes only an address to send traces to", () =>
    Effect.gen(function* () {
      const at = (value: string): Settings.Settings => ({
        values: { OTEL_EXPORTER_OTLP_ENDPOINT: { value, origin: "environment" } },
        unknownKeys: []
      })
      for (const wrong of ["garbage", "localhost:4318", "http://", "file:///x"]) {
        assert.match((yield* Effect.flip(Settings.collector(at(wrong)))).message, /OTEL_EXPORTER_OTLP_ENDPOINT is not/)
      }
      assert.strictEqual(yield* Settings.collector(at(" http://127.0.0.1:4318 ")), "http://127.0.0.1:4318")
      assert.strictEqual(yield* Settings.collector(set()), undefined)
    })
  )
})

describe("Composition", () => {
  it("takes half of a service for a slip, never for a wish for the demo", () => {
    for (const name of ["PLEX_TOKEN", "RADARR_API_KEY", "SONARR_API_KEY", "TMDB_BASE_URL", "PLEX_BASE_URL"]) {
      assert.isFalse(Composition.choose(set(name), undefined).isDemo, name)
    }
    assert.isTrue(Composition.choose(set("OPENAI_API_KEY", "CALLSHEET_CACHE"), undefined).isDemo)
  })

  it.effect("names the half that is missing", () =>
    Effect.gen(function* () {
      for (const [name, missing] of [
        ["PLEX_TOKEN", "PLEX_BASE_URL"],
        ["RADARR_API_KEY", "RADARR_BASE_URL"],
        ["SONARR_API_KEY", "SONARR_BASE_URL"],
        ["TMDB_BASE_URL", "TMDB_API_KEY"],
        ["PLEX_BASE_URL", "PLEX_TOKEN"]
      ] as const) {
        const settings = set(name)
        const built = Layer.build(Composition.layer(settings, Composition.choose(settings, undefined)))
        assert.match(
          (yield* Effect.flip(Effect.scoped(built))).message,
          new RegExp(`${missing} is not set: ${name} is`)
        )
      }
    })
  )

  it("says what stands in, and why", () => {
    const notice = (asked: Composition.ModelChoice | undefined, ...names: ReadonlyArray<string>) =>
      Composition.notice(Composition.choose(set(...names), asked)) ?? ""
    assert.match(notice(undefined), /^Nothing is configured/)
    assert.match(notice(undefined, "TMDB_API_KEY"), /^No model is configured/)
    assert.match(notice(undefined, "OPENAI_API_KEY"), /^No service is configured/)
    assert.strictEqual(notice(undefined, "OPENAI_API_KEY", "TMDB_API_KEY"), "")
    assert.match(notice("offline", "OPENAI_API_KEY", "TMDB_API_KEY"), /^The configured model is not asked \(--model/)
    assert.match(notice("offline", "OPENAI_API_KEY"), /^The configured model is not asked.*demo services/)
  })
})
