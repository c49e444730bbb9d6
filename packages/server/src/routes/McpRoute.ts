/**
 * McpRoute: `/mcp`: a Model Context Protocol server over streamable HTTP: the tools of the agent, and the agent itself as the tool `ask`.
 *
 * **Details**
 *
 * The door before all routes holds here too (Host, Origin, token, sizes). What the protocol itself says is wrong is said as JSON-RPC has
 * it. A tool that changes something runs only where the client can ask a person and the person agrees.
 *
 * ```ts
 * NodeServer.layer({ host, port, routes: McpRoute.layer({ name: "callsheet", version, toolkit: MediaToolkit }) })
 * ```
 */
import * as McpProtocol from "effect/ai/McpProtocol"
import * as McpServer from "effect/ai/McpServer"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"

import * as McpAsk from "../mcp/McpAsk.ts"
import * as McpTools from "../mcp/McpTools.ts"

export interface Options<Tools extends Record<string, Tool.Any>, R> {
  readonly name: string
  readonly version: string
  /** What a client's model should know of this server. */
  readonly instructions?: string
  readonly toolkit: Effect.Effect<Toolkit.WithHandler<Tools>, never, R>
}

/** What else an application offers: resources, prompts, tools of its own. */
type Registrations<R> = Layer.Layer<never, never, R>

/** The newest first: clients choose. */
const protocols = [
  McpProtocol.v2026_07_28,
  McpProtocol.v2025_11_25,
  McpProtocol.v2025_06_18,
  McpProtocol.v2025_03_26
] as const

export const layer = <Tools extends Record<string, Tool.Any>, R>(options: Options<Tools, R>) =>
  layerWith(options, Layer.empty)

/**
 * The door has looked at Origin, by the address that the server goes by. Effect's server would take only origins that are known
 * beforehand.
 */
const originSeen = HttpRouter.middleware((route) =>
  Effect.updateService(route, HttpServerRequest.HttpServerRequest, (request) =>
    request.modify({ headers: Headers.remove(request.headers, "origin") })
  )
).layer

/** As `layer`, with `registrations` beside the tools. */
export const layerWith = <Tools extends Record<string, Tool.Any>, R, R2>(
  { toolkit, ...options }: Options<Tools, R>,
  registrations: Registrations<R2>
) =>
  McpServer.layerHttp({
    ...options,
    path: "/mcp",
    protocols,
    allowSessionTermination: true,
    registrations: Layer.merge(
      Layer.effectDiscard(Effect.andThen(McpTools.register(toolkit), McpAsk.register)),
      registrations
    )
  }).pipe(Layer.provide(originSeen))
