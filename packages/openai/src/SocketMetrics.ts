/**
 * SocketMetrics: what is counted of WebSocket mode, for a process.
 *
 * | metric | counts |
 * | --- | --- |
 * | `callsheet.openai.websocket.connections` | sockets opened |
 * | `callsheet.openai.websocket.reuses` | requests over a socket that was already open or opening |
 * | `callsheet.openai.websocket.continuations` | requests that carried only what was new |
 * | `callsheet.openai.websocket.resends` | requests sent in full because the response that they continue was lost |
 * | `callsheet.openai.websocket.fallbacks` | requests over HTTP because no socket could be had |
 */
import * as Metric from "effect/Metric"

const counter = (name: string, description: string) =>
  Metric.counter(`callsheet.openai.websocket.${name}`, { description, incremental: true })

export const connections = counter("connections", "WebSockets to the model's server that were opened.")

export const reuses = counter("reuses", "Model requests over a WebSocket that was already open or opening.")

export const continuations = counter("continuations", "Model requests that carried only what was new.")

export const resends = counter(
  "resends",
  "Model requests sent in full because the response that they continue was lost."
)

export const fallbacks = counter("fallbacks", "Model requests over HTTP because no WebSocket could be had.")
