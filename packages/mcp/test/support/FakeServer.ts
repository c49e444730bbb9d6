/**
 * FakeServer: an MCP server behind an `HttpClient`, for what real ones do seldom: it forgets its sessions, is slow, or is not there.
 */
import { Effect } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"

type State = "up" | "down" | "silent"

interface Rpc {
  readonly id?: number
  readonly method: string
  readonly params?: { readonly protocolVersion?: string }
}

/** Servers by host. Each has one tool, `echo`, which says in which session it was called. */
export const make = () => {
  const states = new Map<string, State>()
  const sessions = new Map<string, number>()
  /** Attempts to connect, by host. */
  const attempts = new Map<string, number>()
  const refusing = new Set<string>()
  const client = HttpClient.make((request, { hostname: host }) => {
    const fail = Effect.fail(
      new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) })
    )
    const reply = (body: string | null, init: ResponseInit) =>
      Effect.succeed(HttpClientResponse.fromWeb(request, new Response(body, init)))
    const rpc: Rpc | undefined =
      request.body._tag === "Uint8Array" ? JSON.parse(new TextDecoder().decode(request.body.body)) : undefined
    if (rpc?.method === "initialize") attempts.set(host, (attempts.get(host) ?? 0) + 1)
    const state = states.get(host) ?? "up"
    if (state === "down") return fail
    if (state === "silent") return Effect.never
    if (rpc?.id === undefined) return reply(null, { status: 202 })
    const session = String(sessions.get(host) ?? 1)
    const headers = { "content-type": "application/json", "mcp-session-id": session }
    const result = (value: unknown) =>
      reply(JSON.stringify({ jsonrpc: "2.0", id: rpc.id, result: value }), { status: 200, headers })
    if (rpc.method === "initialize") {
      return result({
        protocolVersion: rpc.params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: host, version: "1" }
      })
    }
    // As servers after the protocol's own examples do; the protocol would have 404.
    if (refusing.delete(host) || request.headers["mcp-session-id"] !== session) {
      const error = { code: -32_000, message: "Bad Request: No valid session ID provided" }
      return reply(JSON.stringify({ jsonrpc: "2.0", id: null, error }), { status: 400, headers })
    }
    return rpc.method === "tools/list"
      ? result({ tools: [{ name: "echo", inputSchema: { type: "object" } }] })
      : result({ content: [{ type: "text", text: `session ${session}` }] })
  })
  return {
    client,
    /** From now on. */
    set: (host: string, state: State) => void states.set(host, state),
    /** It starts anew, and knows none of its sessions. */
    restart: (host: string) => void sessions.set(host, (sessions.get(host) ?? 1) + 1),
    /** Refuses one request as it does one of a session that it does not know. */
    refuseNext: (host: string) => Effect.sync(() => void refusing.add(host)),
    attempts: (host: string) => attempts.get(host) ?? 0
  }
}
