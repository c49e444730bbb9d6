/**
 * OpenAiConfig: which model is asked, where, and how. Plain options, or read from the environment.
 *
 * | variable | meaning | default |
 * | --- | --- | --- |
 * | `OPENAI_API_KEY` | the key; local servers need none | none |
 * | `OPENAI_BASE_URL` | OpenAI, Azure, OpenRouter, Ollama, vLLM, ... | `https://api.openai.com/v1` |
 * | `OPENAI_MODEL` | the model; with `OPENAI_API_VERSION` the deployment | `gpt-4.1-nano` |
 * | `OPENAI_API` | `responses` or `chat` | `responses` at OpenAI and Azure (not dated), else `chat` |
 * | `OPENAI_TRANSPORT` | `http`, or `websocket` for one socket that many runs share and that only new items travel over | `http` |
 * | `OPENAI_API_VERSION` | at Azure: its dated API instead of `/openai/v1/` | none |
 * | `OPENAI_ORG_ID`, `OPENAI_PROJECT_ID` | at OpenAI: whose account is charged; `Head` reads them | the key's |
 * | `OPENAI_CUSTOM_HEADERS` | headers to add, one a line as `Name: value`; `Head` reads them | none |
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

export type Api = "responses" | "chat"

export type Transport = "http" | "websocket"

/** How the conversation so far reaches the model: sent whole each time, or kept by the provider and continued by id. */
export type Continuation = "resend" | "previousResponse"

export interface Options {
  readonly apiKey?: Redacted.Redacted<string> | undefined
  readonly baseUrl?: string | undefined
  readonly model?: string | undefined
  readonly api?: Api | undefined
  /** For `ModelStream` only: `LanguageModel` streams in `streamText` and nowhere else. On by default. */
  readonly streaming?: boolean | undefined
  /** `resend` by default. `previousResponse` needs the Responses API and lets the provider store responses. */
  readonly continuation?: Continuation | undefined
  readonly azureApiVersion?: string | undefined
  /**
   * `http` by default. `websocket` needs the Responses API, and at Azure its undated form; it is for calls that stream, and
   * what it cannot be had for goes over HTTP.
   */
  readonly transport?: Transport | undefined
  /** From the request to an open connection, TLS included. 10 seconds by default. */
  readonly connectTimeout?: Duration.Input | undefined
  /**
   * The longest silence of the server, before its first byte and between bytes: not streaming, all the time the model
   * writes. 2 minutes by default.
   */
  readonly idleTimeout?: Duration.Input | undefined
}

/** Options with nothing left open. */
export interface Settings {
  readonly apiKey: Redacted.Redacted<string> | undefined
  readonly baseUrl: string
  readonly model: string
  readonly api: Api
  readonly streaming: boolean
  readonly continuation: Continuation
  readonly azureApiVersion: string | undefined
  readonly transport: Transport
  readonly connectTimeoutMillis: number
  readonly idleTimeoutMillis: number
  readonly host: Host
}

export type Host = "openai" | "azure" | "other"

const defaultBaseUrl = "https://api.openai.com/v1"
const defaultModel = "gpt-4.1-nano"

export const resolve = (options: Options): Settings => {
  const baseUrl = options.baseUrl ?? defaultBaseUrl
  const host = hostOf(baseUrl)
  // Most of Azure's dated versions are older than the Responses API.
  const api = options.api ?? (host === "other" || options.azureApiVersion !== undefined ? "chat" : "responses")
  // A key copied with its line end is a common slip, and no header may hold one.
  const key = options.apiKey === undefined ? "" : Redacted.value(options.apiKey).trim()
  return {
    apiKey: key === "" ? undefined : Redacted.make(key, { label: "OPENAI_API_KEY" }),
    baseUrl,
    model: options.model ?? defaultModel,
    api,
    streaming: options.streaming ?? true,
    continuation: api === "responses" ? (options.continuation ?? "resend") : "resend",
    azureApiVersion: options.azureApiVersion,
    transport:
      api === "responses" && options.azureApiVersion === undefined && options.streaming !== false
        ? (options.transport ?? "http")
        : "http",
    connectTimeoutMillis: Duration.toMillis(Duration.fromInputUnsafe(options.connectTimeout ?? "10 seconds")),
    idleTimeoutMillis: Duration.toMillis(Duration.fromInputUnsafe(options.idleTimeout ?? "2 minutes")),
    host
  }
}

const hostOf = (baseUrl: string): Host => {
  const name = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ""
  if (name === "api.openai.com" || name.endsWith(".api.openai.com")) return "openai"
  return /\.(openai\.azure\.(com|us|cn)|services\.ai\.azure\.com|cognitiveservices\.azure\.com)$/.test(name)
    ? "azure"
    : "other"
}

/** A variable that is set to nothing counts as not set. */
const text = (name: string): Config.Config<string | undefined> =>
  Config.String(name).pipe(
    Config.map((value) => value.trim()),
    Config.map((value) => (value === "" ? undefined : value)),
    Config.withDefault(undefined)
  )

/** Prints as its sentence alone, since a person reads it. */
class WrongConfiguration extends ConfigProvider.SourceError {
  override toString(): string {
    return this.message
  }
}

const wrongApi =
  "OPENAI_API is neither responses nor chat: write one of the two, or leave it out for the one that suits the server."

const wrongTransport = "OPENAI_TRANSPORT is neither http nor websocket: write one of the two, or leave it out for http."

const noSocket =
  "OPENAI_TRANSPORT is websocket, which Chat Completions does not have: set OPENAI_API to responses, or leave OPENAI_TRANSPORT out."

const wrong = (message: string) => Effect.fail(new Config.ConfigError(new WrongConfiguration({ message })))

/** The options that the environment gives. */
export const config: Config.Config<Options> = Config.all({
  apiKey: Config.Redacted("OPENAI_API_KEY").pipe(Config.withDefault(undefined)),
  baseUrl: text("OPENAI_BASE_URL"),
  model: text("OPENAI_MODEL"),
  api: text("OPENAI_API").pipe(
    Config.mapEffect((api) =>
      api === undefined || api === "responses" || api === "chat"
        ? Effect.succeed<Api | undefined>(api)
        : wrong(wrongApi)
    )
  ),
  transport: text("OPENAI_TRANSPORT").pipe(
    Config.mapEffect((transport) =>
      transport === undefined || transport === "http" || transport === "websocket"
        ? Effect.succeed<Transport | undefined>(transport)
        : wrong(wrongTransport)
    )
  ),
  azureApiVersion: text("OPENAI_API_VERSION")
}).pipe(
  Config.map((options) =>
    hostOf(options.baseUrl ?? defaultBaseUrl) === "azure" ? options : { ...options, azureApiVersion: undefined }
  ),
  Config.mapEffect((options) =>
    options.transport === "websocket" && resolve(options).api === "chat" ? wrong(noSocket) : Effect.succeed(options)
  )
)
