/**
 * Sends: over which sockets undici sends requests, as it tells itself. For pools of undici over wires. A boundary to the byte
 * API.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel"

import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"

/** Says so before each request, of every undici in the process, Node's own included. */
const channel = "undici:client:sendHeaders"

/** Calls `sent` with the socket of each request, until the scope ends. */
export const watch = (sent: (socket: object) => void): Effect.Effect<void, never, Scope.Scope> => {
  const tell = (message: unknown) => {
    if (Predicate.hasProperty(message, "socket") && Predicate.isObject(message.socket)) sent(message.socket)
  }
  return Effect.acquireRelease(
    Effect.sync(() => subscribe(channel, tell)),
    () => Effect.sync(() => unsubscribe(channel, tell))
  )
}
