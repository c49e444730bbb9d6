/**
 * ScriptedServer: the scripted stand-in behind the OpenAI protocol, on a port of its own on 127.0.0.1.
 *
 * It proves scheduling, never intelligence: the wire, the errors and the timing are the API's, the choices are the script's.
 */
import { createServer } from "node:http"
import type { Socket } from "node:net"

import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import * as ApiError from "./ApiError.ts"
import * as ChatReader from "./ChatReader.ts"
import * as ChatWire from "./ChatWire.ts"
import * as Conversation from "./Conversation.ts"
import type { Arrival, Exchange } from "./Exchange.ts"
import { paced, sleepUntil, type Timed } from "./Paced.ts"
import * as PromptCache from "./PromptCache.ts"
import * as Requests from "./Requests.ts"
import * as ResponsesReader from "./ResponsesReader.ts"
import * as ResponsesSocket from "./ResponsesSocket.ts"
import * as ResponsesWire from "./ResponsesWire.ts"
import { type Script, speak } from "./Script.ts"
import { replyMillis, replyTokens, type Timing } from "./Timing.ts"

export interface Options {
  readonly script: Script
  readonly timing: Timing
  /** The models it serves, by id; others are `model_not_found`. Default `gpt-4.1-nano`. */
  readonly models?: ReadonlyArray<string>
  /** The key it asks for. Without one it takes any key, and none. */
  readonly apiKey?: string
  readonly chaos?: Chaos
}

/** What goes wrong over WebSocket. */
export interface Chaos {
  /** Every upgrade is refused, with this status. */
  readonly refuseUpgrade?: number
  /** Once `events` events of the `response`-th response over WebSocket (from 0) have been sent, its socket is cut. */
  readonly cut?: ResponsesSocket.Cut
}

/** Stored responses beyond this many are forgotten, oldest first. */
const maxStored = 1000

const decodeBody = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const utf8 = new TextEncoder()

export class ScriptedServer extends Context.Service<
  ScriptedServer,
  {
    /** Ends in `/v1`, as the SDK's `baseURL` does. */
    readonly baseUrl: string
    /** A key that it accepts. */
    readonly apiKey: string
    /** The last 1,000 requests, oldest first, those still running included. */
    readonly requests: Effect.Effect<ReadonlyArray<Requests.Served>>
    /** The same list now and after each change: what a test waits on. */
    readonly requestChanges: Stream.Stream<ReadonlyArray<Requests.Served>>
  }
>()("@callsheet/testkit/ScriptedServer") {
  /**
   * Chat Completions and Responses, each streaming and not, Responses over WebSocket as well, and the list of models.
   *
   * **Details**
   *
   * Each token is written at its time. A client that disconnects stops its reply. Responses are kept for
   * `previous_response_id` unless `store` is false. Usage is an estimate (`Timing.tokens`), cached tokens as
   * `PromptCache` counts them. Closing the scope ends running replies and the server.
   */
  static readonly layer = (options: Options): Layer.Layer<ScriptedServer> =>
    // A machine on which no loopback port can be had is a defect, not something to recover from.
    Layer.effect(ScriptedServer, Effect.orDie(make(options)))
}

const respondError = (error: ApiError.ApiError) => HttpServerResponse.jsonUnsafe(error.body, { status: error.status })

const make = Effect.fnUntraced(function* (options: Options) {
  const models = options.models ?? ["gpt-4.1-nano"]
  const requests = yield* Requests.make
  const promptCache = PromptCache.make()
  const stored = new Map<string, ReadonlyArray<Conversation.Item>>()
  const sockets = new Set<Socket>()

  const store = (id: string, items: ReadonlyArray<Conversation.Item>) => {
    stored.set(id, items)
    const [oldest] = stored.keys()
    if (stored.size > maxStored && oldest !== undefined) stored.delete(oldest)
  }

  const exchange = Effect.fnUntraced(function* (
    { index, startMillis }: Arrival,
    model: string,
    conversation: Conversation.Conversation
  ): Effect.fn.Return<Exchange, ApiError.ApiError> {
    if (!models.includes(model)) return yield* ApiError.unknownModel(model)
    const spoken = speak(options.script, Conversation.view(conversation))
    const prompt = promptCache.read(Conversation.promptText(conversation))
    return {
      id: index.toString(16).padStart(24, "0"),
      model,
      startMillis,
      spoken,
      timing: options.timing,
      usage: { ...prompt, outputTokens: replyTokens(spoken) }
    }
  })

  const sendWhole = ({ spoken, startMillis, timing }: Exchange, body: object) =>
    Effect.as(sleepUntil(startMillis, replyMillis(spoken, timing)), HttpServerResponse.jsonUnsafe(body))

  const sendStream = ({ index, startMillis }: Arrival, frames: Iterable<Timed<string>>) =>
    HttpServerResponse.stream(
      paced(startMillis, frames).pipe(
        Stream.mapArray((texts) => Array.of(utf8.encode(texts.join("")))),
        Stream.onExit((exit) => requests.update(index, { outcome: Exit.isSuccess(exit) ? "answered" : "abandoned" }))
      ),
      { contentType: "text/event-stream; charset=utf-8", headers: { "cache-control": "no-cache" } }
    )

  const chat = Effect.fnUntraced(function* (arrival: Arrival, body: unknown) {
    const request = yield* ChatReader.read(body)
    const answer = yield* exchange(arrival, request.model, request.conversation)
    return request.stream
      ? sendStream(arrival, ChatWire.frames(answer, request.includeUsage))
      : yield* sendWhole(answer, ChatWire.body(answer))
  })

  const responses = Effect.fnUntraced(function* (arrival: Arrival, body: unknown) {
    const request = yield* ResponsesReader.read(body, (id) => stored.get(id))
    const answer = yield* exchange(arrival, request.model, request.conversation)
    const keep = () => {
      if (!request.store) return
      store(ResponsesWire.responseId(answer), [...request.items, ...ResponsesWire.outputItems(answer.spoken)])
    }
    if (request.stream) return sendStream(arrival, ResponsesWire.frames(answer, request, keep))
    const whole = yield* sendWhole(answer, ResponsesWire.body(answer, request))
    keep()
    return whole
  })

  const posts = new Map([
    ["/v1/chat/completions", chat],
    ["/v1/responses", responses]
  ])

  const modelBody = (id: string) => ({ id, object: "model", created: 0, owned_by: "callsheet" })

  const authorize = (header: string | undefined) => {
    const key = header?.replace(/^Bearer\s+/i, "") ?? ""
    if (options.apiKey === undefined || key === options.apiKey) return Effect.void
    return Effect.fail(key === "" ? ApiError.missingKey : ApiError.wrongKey(key))
  }

  const responsesSocket = ResponsesSocket.make({
    requests,
    exchange,
    stored: (id) => stored.get(id),
    store,
    cut: options.chaos?.cut
  })

  const upgrade = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const status = options.chaos?.refuseUpgrade
    if (status !== undefined) return yield* ApiError.noUpgrade(status)
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    sockets.add(socket)
    const served = Effect.flatMap(request.upgrade, (ws) => responsesSocket(ws, () => socket.destroySoon()))
    // Whoever closes a socket, that is its end and no failure.
    yield* Effect.ensuring(
      Effect.ignore(served),
      Effect.sync(() => sockets.delete(socket))
    )
    return HttpServerResponse.empty()
  })

  const route = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    arrival: Arrival,
    path: string
  ) {
    const { method } = request
    yield* authorize(request.headers.authorization)
    if (method === "GET" && path === "/v1/models") {
      return HttpServerResponse.jsonUnsafe({ object: "list", data: models.map(modelBody) })
    }
    if (method === "GET" && path.startsWith("/v1/models/")) {
      const name = path.slice("/v1/models/".length)
      const id = models.find((id) => id === name || encodeURIComponent(id) === name)
      return id === undefined ? yield* ApiError.unknownModel(name) : HttpServerResponse.jsonUnsafe(modelBody(id))
    }
    if (method === "GET" && path === "/v1/responses" && request.headers.upgrade === "websocket") {
      return yield* upgrade(request)
    }
    const handler = method === "POST" ? posts.get(path) : undefined
    if (handler === undefined) return yield* ApiError.unknownRoute(method, path)
    const text = yield* request.text
    const body = decodeBody(text)
    const bodyBytes = Buffer.byteLength(text)
    yield* requests.update(arrival.index, { body: Option.getOrElse(body, () => text), bodyBytes })
    if (Option.isNone(body)) return yield* ApiError.badJson
    return yield* handler(arrival, body.value)
  })

  const app = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const [path = "/"] = request.url.split("?")
    const startMillis = yield* Clock.currentTimeMillis
    const index = yield* requests.arrived(request.method, path)
    const settle = (outcome: Requests.Served["outcome"]) => requests.update(index, { outcome })
    const response = yield* route(request, { index, startMillis }, path).pipe(
      Effect.tap((response) => (response.body._tag === "Stream" ? Effect.void : settle("answered"))),
      Effect.catchTag("ApiError", (error) => Effect.as(settle("refused"), respondError(error))),
      Effect.onError(() => settle("abandoned"))
    )
    return HttpServerResponse.setHeader(response, "x-request-id", `req_${index}`)
  }).pipe(Effect.interruptible)

  // Running replies are interrupted before the server waits for its connections to end.
  const scope = yield* Scope.fork(yield* Effect.scope)
  const listening = NodeHttpServer.make(createServer, { host: "127.0.0.1", port: 0, disablePreemptiveShutdown: true })
  const http = yield* Effect.tap(listening, (http) => http.serve(app)).pipe(Scope.provide(scope))
  // And before it waits for its WebSockets, which it does first of all.
  yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((socket) => socket.destroySoon())))
  const port = http.address._tag === "InetAddressV4" ? http.address.port : 0

  return ScriptedServer.of({
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: options.apiKey ?? "scripted",
    requests: requests.all,
    requestChanges: requests.changes
  })
})
