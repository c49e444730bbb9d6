/**
 * Transport: the official SDK's client, which knows keys, headers, addresses and Azure, sending through our own
 * `fetch`. A boundary to Promises.
 *
 * That `fetch` runs over `node:http(s)` and leaves the answer's bytes in the `Exchange`: no web stream, no helper of
 * the SDK reads them. The SDK's modules load in the background while the layer starts.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { ClientOptions, OpenAI } from "openai/client"

import * as Exchange from "./Exchange.ts"
import type * as Json from "./Json.ts"
import type { Settings } from "./OpenAiConfig.ts"
import * as OpenAiError from "./OpenAiError.ts"

/** The head of an answer with a good status; its bytes are read from `exchange`. */
export interface Answer {
  readonly exchange: Exchange.Exchange
  /** The media type alone, in lower case; empty where the server named none. */
  readonly contentType: string
}

export interface Transport {
  /**
   * Sends one request, once. The scope closes the exchange, and with it the connection of an answer that is not
   * complete.
   *
   * Fails for an error status, a connection that fails and one that stays silent for too long.
   */
  readonly send: (
    target: OpenAiError.Target,
    path: string,
    body: Json.JsonObject | undefined
  ) => Effect.Effect<Answer, OpenAiError.Failure, Scope.Scope>
  /** The bytes that arrived since the last read, at least one; `undefined` at the end. Fails past `maxAnswerBytes`. */
  readonly read: (
    target: OpenAiError.Target,
    exchange: Exchange.Exchange
  ) => Effect.Effect<Uint8Array | undefined, OpenAiError.Failure>
  /** All that is left, as text. */
  readonly readText: (
    target: OpenAiError.Target,
    exchange: Exchange.Exchange
  ) => Effect.Effect<string, OpenAiError.Failure>
}

export const make = Effect.fnUntraced(function* (settings: Settings) {
  const agents = yield* Effect.acquireRelease(Effect.sync(Exchange.makeAgents), (agents) =>
    Effect.sync(() => Exchange.closeAgents(agents))
  )
  const client = yield* Effect.cached(loadClient(settings))
  yield* Effect.forkScoped(Effect.ignore(client), { startImmediately: true })

  const limitOf = (timeout: Exchange.Timeout) =>
    timeout === "connect" ? settings.connectTimeoutMillis : settings.idleTimeoutMillis

  /** Ends an exchange that waits for the server longer than it may. */
  const watch = Effect.fnUntraced(function* (exchange: Exchange.Exchange) {
    while (true) {
      const timeout = exchange.awaiting === "connection" ? "connect" : "idle"
      const since = exchange.awaiting === "nothing" ? undefined : exchange.awaitingSince
      const now = yield* Clock.currentTimeMillis
      const leftMillis = limitOf(timeout) - (now - (since ?? now))
      if (leftMillis <= 0) {
        exchange.timedOut = timeout
        return exchange.destroy()
      }
      yield* Effect.sleep(leftMillis)
    }
  })

  /** Why an exchange failed. */
  const faultOf = (target: OpenAiError.Target, exchange: Exchange.Exchange): OpenAiError.Failure => {
    const { fault, timedOut } = exchange
    return timedOut === undefined
      ? OpenAiError.fromConnection(target, fault?.code, fault?.message ?? "")
      : OpenAiError.fromTimeout(target, timedOut, limitOf(timedOut))
  }

  const send = Effect.fnUntraced(function* (
    target: OpenAiError.Target,
    path: string,
    body: Json.JsonObject | undefined
  ) {
    const sdk = yield* client
    const clock = yield* Clock.Clock
    const exchange = yield* Effect.acquireRelease(
      Effect.sync(() => new Exchange.Exchange(agents, () => clock.currentTimeMillisUnsafe())),
      (exchange) => Effect.sync(() => exchange.destroy())
    )
    yield* Effect.forkScoped(watch(exchange))
    const outcome = yield* Effect.tryPromise({
      try: () =>
        (body === undefined
          ? sdk.get(path, { fetchOptions: { client: exchange } })
          : sdk.post(path, { body, fetchOptions: { client: exchange } })
        ).asResponse(),
      catch: (cause) => String(cause)
    }).pipe(Effect.result)
    if (exchange.refusal !== undefined) {
      const now = yield* Clock.currentTimeMillis
      return yield* Effect.fail(OpenAiError.fromResponse(target, exchange.refusal, now))
    }
    if (outcome._tag === "Failure") {
      return yield* Effect.fail(
        exchange.fault === undefined ? OpenAiError.fromRefusal(target, outcome.failure) : faultOf(target, exchange)
      )
    }
    const contentType = outcome.success.headers.get("content-type") ?? ""
    return { exchange, contentType: contentType.split(";", 1).join("").trim().toLowerCase() }
  })

  const read = (target: OpenAiError.Target, exchange: Exchange.Exchange) =>
    Effect.mapError(exchange.read, () => faultOf(target, exchange)).pipe(
      Effect.filterOrFail(
        () => exchange.responseBytes <= maxAnswerBytes,
        () => OpenAiError.unreadable(target, "The answer is longer than any model's (64 MiB).")
      )
    )

  const readText = Effect.fnUntraced(function* (target: OpenAiError.Target, exchange: Exchange.Exchange) {
    const decoder = new TextDecoder()
    let text = ""
    while (true) {
      const bytes = yield* read(target, exchange)
      if (bytes === undefined) return text + decoder.decode()
      text += decoder.decode(bytes, { stream: true })
    }
  })

  return { send, read, readText } satisfies Transport
})

/**
 * The SDK's client. Fails where it cannot be built: no address, a key that no header can hold, no key where one is
 * needed.
 */
const loadClient = Effect.fnUntraced(function* (settings: Settings): Effect.fn.Return<OpenAI, OpenAiError.Failure> {
  const { apiKey, azureApiVersion, baseUrl, host } = settings
  const key = apiKey === undefined ? undefined : Redacted.value(apiKey)
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    return yield* Effect.fail(OpenAiError.invalidUrl(OpenAiError.makeTarget(settings, "POST", "")))
  }
  if (key === undefined && host !== "other") return yield* Effect.fail(OpenAiError.missingKey)
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) return yield* Effect.fail(OpenAiError.unusableKey)
  const options = {
    apiKey: key ?? "none",
    adminAPIKey: null,
    baseURL: baseUrl,
    maxRetries: 0,
    // The watcher limits the wait, by Effect's clock.
    timeout: 2 ** 31 - 1,
    logLevel: "off" as const,
    fetch: fetchByNode,
    // Organization and project come from the environment where they mean something.
    ...(host === "openai" ? undefined : { organization: null, project: null }),
    // Compressed events would wait for each other.
    defaultHeaders: { "Accept-Encoding": "identity", ...(key === undefined ? { Authorization: null } : undefined) }
  }
  if (azureApiVersion === undefined) {
    const { OpenAI } = yield* Effect.promise(() => import("openai/client"))
    return new OpenAI(options)
  }
  const { AzureOpenAI } = yield* Effect.promise(() => import("openai/azure"))
  return new AzureOpenAI({ ...options, baseURL: azureBaseUrl(baseUrl), apiVersion: azureApiVersion })
})

/** Azure's dated API lives under `/openai`; people give the resource's bare address, too. */
const azureBaseUrl = (baseUrl: string): string => {
  const { origin, pathname } = new URL(baseUrl)
  return /^\/+$/.test(pathname) ? `${origin}/openai` : baseUrl
}

/** How much of an answer is read. The longest true ones, 128,000 tokens with an event for each, stay below. */
const maxAnswerBytes = 64 * 2 ** 20

/** How much of an error's body is read. */
const maxErrorChars = 65_536

/**
 * The SDK's way out. `fetchOptions.client` carries the exchange. A good answer returns without a body, which stays with
 * the exchange; an error status with its text, which the SDK reads.
 */
const fetchByNode: NonNullable<ClientOptions["fetch"]> = async (input, init) => {
  const exchange = init !== undefined && "client" in init ? init.client : undefined
  if (!(exchange instanceof Exchange.Exchange)) throw new TypeError("the request carries no exchange")
  const response = await exchange.send(new URL(input instanceof Request ? input.url : input), {
    method: init?.method ?? "GET",
    headers: Object.fromEntries(new Headers(init?.headers)),
    body: typeof init?.body === "string" ? init.body : undefined
  })
  const status = response.statusCode ?? 0
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value
  }
  if (status >= 200 && status < 300) return new Response(null, { status, headers })
  let body = ""
  response.setEncoding("utf8")
  for await (const chunk of response) {
    body += chunk
    if (body.length > maxErrorChars) break
  }
  exchange.refusal = { status, headers, body }
  // A `Response` takes no other status, and no body with 304.
  return new Response(null, { status: status >= 400 && status < 600 ? status : 500 })
}
