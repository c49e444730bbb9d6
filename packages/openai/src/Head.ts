/**
 * Head: where a request goes and what stands above its body; the same for every request of a model. A boundary to
 * Promises.
 *
 * Where a key as a bearer token is all there is to know, it is written here, as the official SDK would: a test holds it
 * to that. Where there is more (Azure's dated API, headers from the environment, addresses with a query), the SDK
 * builds it. Loading the SDK costs more than all else that stands before the first request.
 */
import { Buffer } from "node:buffer"

import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { OpenAI } from "openai/client"

import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"

export interface Head {
  readonly method: "GET" | "POST"
  readonly isSecure: boolean
  /** The name or the bare number; no brackets around an IPv6 address. */
  readonly host: string
  readonly port: number
  /** With the query. */
  readonly path: string
  /** Names and values in turn, `Host` first; all but the length of the body. */
  readonly headers: ReadonlyArray<string>
}

/**
 * The head of requests to `path`, which starts with a slash.
 *
 * Fails where none can be built: no address, a key that no header can hold, no key where one is needed.
 */
export const make = Effect.fnUntraced(function* (
  settings: Settings,
  method: "GET" | "POST",
  path: string
): Effect.fn.Return<Head, OpenAiError.Failure> {
  const { known, refused, url } = yield* know(settings, method, path)
  const { customHeaders, key, organization, project } = known
  if (settings.azureApiVersion !== undefined || url.search !== "" || Object.keys(customHeaders).length > 0) {
    return yield* Effect.tryPromise({ try: () => bySdk(settings, known, method, path), catch: refused })
  }
  url.pathname = url.pathname.replace(/\/$/, "") + path
  const fields = {
    Accept: "application/json",
    "Accept-Encoding": encoding,
    Authorization: key === undefined ? undefined : `Bearer ${key}`,
    "Content-Type": method === "POST" ? "application/json" : undefined,
    "OpenAI-Organization": organization,
    "OpenAI-Project": project,
    "User-Agent": "callsheet"
  }
  return yield* Effect.try({ try: () => headOf(method, url, Object.entries(fields)), catch: refused })
})

/** The SDK's own client, for what only it can open: with the address, key and headers of every other request. */
export const client = Effect.fnUntraced(function* (
  settings: Settings,
  path: string
): Effect.fn.Return<OpenAI, OpenAiError.Failure> {
  const { known, refused } = yield* know(settings, "GET", path)
  return yield* Effect.tryPromise({ try: () => loadSdk(settings, known), catch: refused })
})

/** Where requests to `path` go, as errors may tell it. */
export const target = (settings: Settings, method: "GET" | "POST", path: string): Effect.Effect<OpenAiError.Target> =>
  Effect.map(environment("OPENAI_CUSTOM_HEADERS"), (text = "") =>
    OpenAiError.makeTarget(settings, method, path, Object.values(headersIn(text) ?? [text]))
  )

/** What stands in the settings and in the environment, looked through. */
const know = Effect.fnUntraced(function* (settings: Settings, method: "GET" | "POST", path: string) {
  const { apiKey, baseUrl, host } = settings
  const key = apiKey === undefined ? undefined : Redacted.value(apiKey)
  const tellable = yield* target(settings, method, path)
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return yield* Effect.fail(OpenAiError.invalidUrl(OpenAiError.makeTarget(settings, method, "")))
  }
  if (key === undefined && host !== "other") return yield* Effect.fail(OpenAiError.missingKey())
  if (key !== undefined && !isSendable(key)) return yield* Effect.fail(OpenAiError.unusableKey())
  const refused = (cause: unknown) => OpenAiError.fromRefusal(tellable, String(cause))

  // They mean something to OpenAI alone.
  const organization = host === "openai" ? yield* environment("OPENAI_ORG_ID") : undefined
  const project = host === "openai" ? yield* environment("OPENAI_PROJECT_ID") : undefined
  if (!isSendable((organization ?? "") + (project ?? ""))) {
    return yield* Effect.fail(
      refused("OPENAI_ORG_ID or OPENAI_PROJECT_ID holds characters that no header can; copy it again.")
    )
  }
  const customHeaders = headersIn((yield* environment("OPENAI_CUSTOM_HEADERS")) ?? "")
  if (customHeaders === undefined) {
    return yield* Effect.fail(
      refused("OPENAI_CUSTOM_HEADERS holds what is no header; write each on a line of its own, as Name: value.")
    )
  }
  const known: Known = { key, organization, project, customHeaders }
  return { url, known, refused }
})

/** Compressed events would wait for each other. */
const encoding = "identity"

/** Whether a header can hold `text`. */
const isSendable = (text: string): boolean => /^[\x21-\x7e]*$/.test(text)

/** The headers that `text` has, one a line, by lower-case name; `undefined` where one of them is none. */
const headersIn = (text: string): Record<string, string> | undefined => {
  const headers: Record<string, string> = {}
  for (const line of text.split("\n").filter((line) => line.trim() !== "")) {
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*([\x20-\x7e\t]*)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    headers[name.toLowerCase()] = value.trim()
  }
  return headers
}

/** What is set in the environment; `undefined` for nothing. */
const environment = (name: string): Effect.Effect<string | undefined> =>
  Effect.map(
    Effect.orElseSucceed(Config.String(name), () => ""),
    (value) => (value.trim() === "" ? undefined : value.trim())
  )

/** Fails by throwing where user or password in the address are misspelt. */
const headOf = (
  method: Head["method"],
  url: URL,
  fields: Iterable<readonly [name: string, value: string | undefined]>
): Head => {
  const isSecure = url.protocol === "https:"
  const headers = ["Host", url.host]
  let isAuthorized = url.username === ""
  for (const [name, value] of fields) {
    if (value === undefined) continue
    headers.push(name, value)
    isAuthorized ||= name.toLowerCase() === "authorization"
  }
  if (!isAuthorized) {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    headers.push("Authorization", `Basic ${Buffer.from(user).toString("base64")}`)
  }
  return {
    method,
    isSecure,
    host: url.hostname.replaceAll(/[[\]]/g, ""),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
    headers
  }
}

/** What the SDK would else read from `process.env`. */
interface Known {
  readonly key: string | undefined
  readonly organization: string | undefined
  readonly project: string | undefined
  readonly customHeaders: Readonly<Record<string, string>>
}

const bySdk = async (settings: Settings, known: Known, method: Head["method"], path: string): Promise<Head> => {
  const client = await loadSdk(settings, known)
  const { req, url } = await client.buildRequest(
    // Azure puts the model into the address.
    method === "GET" ? { method: "get", path } : { method: "post", path, body: { model: settings.model } }
  )
  return headOf(method, new URL(url), req.headers)
}

const loadSdk = async (
  { azureApiVersion, baseUrl }: Settings,
  { customHeaders, key, organization, project }: Known
): Promise<OpenAI> => {
  const options = {
    apiKey: key ?? "none",
    adminAPIKey: null,
    baseURL: baseUrl,
    logLevel: "off" as const,
    organization: organization ?? null,
    project: project ?? null,
    defaultHeaders: {
      ...(key === undefined ? { authorization: null } : undefined),
      ...customHeaders,
      "accept-encoding": encoding
    }
  }
  if (azureApiVersion === undefined) {
    const { OpenAI } = await import("openai/client")
    return new OpenAI(options)
  }
  const { AzureOpenAI } = await import("openai/azure")
  return new AzureOpenAI({ ...options, baseURL: azureBaseUrl(baseUrl), apiVersion: azureApiVersion })
}

/** Azure's dated API lives under `/openai`; people give the resource's bare address, too. */
const azureBaseUrl = (baseUrl: string): string => {
  const { origin, pathname } = new URL(baseUrl)
  return /^\/+$/.test(pathname) ? `${origin}/openai` : baseUrl
}
