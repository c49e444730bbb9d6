/**
 * NodeServer: the entry: the server on a socket of node's, until its scope is closed.
 *
 * ```ts
 * const program = NodeServer.layer({ host: "127.0.0.1", port: 4111, token }).pipe(
 *   Layer.provide(Runs.layer(agent)),
 *   Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), model, tools])
 * )
 * NodeRuntime.runMain(Layer.launch(program))
 * ```
 */
import type { Server } from "node:http"

import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"

import type { Conversations } from "./Conversations.ts"
import * as Doors from "./Doors.ts"
import { Door } from "./Edge.ts"
import * as Guard from "./Guard.ts"
import * as Limits from "./Limits.ts"
import type { Monitor } from "./Monitor.ts"
import * as NodeHttp from "./NodeHttp.ts"
import { Runs } from "./Runs.ts"
import * as AllRoutes from "./Server.ts"

export interface Options extends Guard.Settings {
  /** 0 lets the system choose. */
  readonly port: number
}

/** Where the server listens. */
export class Address extends Context.Service<
  Address,
  {
    /** As a client asks it, `http://127.0.0.1:4111`. */
    readonly url: string
    /** Sockets that are open. */
    readonly connections: Effect.Effect<number>
  }
>()("@callsheet/server/Address") {}

/** An address is what it says, or nothing. */
const routerConfig = { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false }

/** How long sockets may take to deliver what they were given, at the end. */
const lastWordMillis = 1000

/** Closes the sockets as soon as each has delivered what it was given, and all of them after a moment. */
const close = (server: Server, closed: Deferred.Deferred<void>) =>
  Effect.sync(() => server.closeIdleConnections()).pipe(
    Effect.andThen(Effect.sleep(20)),
    Effect.forever,
    Effect.raceFirst(Deferred.await(closed)),
    Effect.timeoutOption(lastWordMillis),
    Effect.andThen(Effect.sync(() => server.closeAllConnections()))
  )

/** Listens once all else is there, and ends before anything else does: see `Runs.end`. */
const address = (server: Server, doors: Doors.Doors) =>
  Layer.effect(
    Address,
    Effect.gen(function* () {
      const runs = yield* Runs
      const http = yield* HttpServer.HttpServer
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          const closed = yield* doors.close
          yield* runs.end
          yield* close(server, closed)
        })
      )
      yield* doors.open
      return { url: HttpServer.formatAddress(http.address), connections: Effect.sync(doors.connections) }
    })
  )

/** As `layer`, with further routes behind the same door: `McpRoute`, whatever else an application has. */
export const layerWith = <A, E, R>(options: Options, routes: Layer.Layer<A, E, R>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const limits = yield* Limits.Current
      const guard = yield* Guard.make(options, limits.addressBytes)
      const server = NodeHttp.make(limits)
      const { port } = options
      const host = options.host.replaceAll(/^\[|\]$/g, "")
      const reusePort = yield* Doors.areShared(port, host)
      const doors = Doors.make(server, limits.connections, reusePort)
      return address(server, doors).pipe(
        Layer.provide(
          HttpRouter.serve(Layer.merge(AllRoutes.layer, routes), {
            routerConfig,
            disableLogger: true,
            disableListenLog: true
          })
        ),
        Layer.provide([
          NodeHttpServer.layer(() => server, {
            port,
            host,
            reusePort,
            disablePreemptiveShutdown: true
          }),
          Layer.succeed(Door, guard)
        ])
      )
    })
  )

/**
 * Serves until the scope is closed. Then nothing more is accepted, the runs under way come to their end within `Limits.ending`, and
 * who watches them is told of it before the sockets are closed.
 *
 * Fails with `Unsafe` where it would be open to others without a token, and with `ServeError` where the port cannot be had.
 */
export const layer = (
  options: Options
): Layer.Layer<Address, Guard.Unsafe | HttpServerError.ServeError, Runs | Conversations | Monitor> =>
  layerWith(options, Layer.empty)

/**
 * From here on a second SIGINT or SIGTERM ends the process at once. The first is the program's to obey, as `NodeRuntime.runMain` does.
 */
export const exitOnSecondSignal: Effect.Effect<void> = Effect.sync(() => {
  let signals = 0
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    process.on(signal, () => {
      if (++signals > 1) process.exit(code)
    })
  }
})
