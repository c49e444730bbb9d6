/**
 * A server on a port of loopback that is free.
 */
import type { Server } from "node:http"

import { Effect } from "effect"

/** Starts `server`, which ends with the scope, with all its connections; its port. */
export const listening = (server: Server) =>
  Effect.gen(function* () {
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
    )
    const address = server.address()
    return address !== null && typeof address === "object" ? address.port : 0
  })
