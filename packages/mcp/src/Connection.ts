/**
 * Connection: the one connection to an MCP server: made when it is wanted, and made anew where it was lost, but not again and again.
 */
import * as McpClient from "effect/ai/McpClient"
import type { McpClientError } from "effect/ai/McpClientError"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import * as McpFailure from "./McpFailure.ts"
import type { ServerConfig } from "./ServerConfig.ts"

export interface Connection {
  /** Does `use` with the client. A connection that is lost meanwhile is made anew the next time. */
  readonly use: <A>(
    use: (client: McpClient.McpClient) => Effect.Effect<A, McpClientError>
  ) => Effect.Effect<A, McpFailure.McpFailure>
}

interface Opened {
  readonly client: McpClient.McpClient
  readonly scope: Scope.Closeable
  /** Calls that are under way. */
  users: number
}

/** How long connecting may take, and listing the tools. */
const timeout = Duration.seconds(20)

/** After a failure, and at most: until then calls fail at once. */
const firstPauseMillis = 1000
const longestPauseMillis = 30_000

const plain = (values: Readonly<Record<string, string | Redacted.Redacted>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      Redacted.isRedacted(value) ? String(Redacted.value(value)) : value
    ])
  )

const client = { name: "callsheet", version: "0.0.0", timeout, protocol: McpProtocol.v2025_11_25 }

const layerOf = (
  { at }: ServerConfig,
  path: string
): Layer.Layer<McpClient.McpClient, McpClientError, ChildProcessSpawner | HttpClient.HttpClient> => {
  if ("url" in at) return McpClient.layerHttp({ ...client, url: at.url, headers: plain(at.headers) })
  const { args = [], command, cwd, env } = at
  return McpClient.layerStdio({
    ...client,
    command: ChildProcess.make(command, args, {
      env: { PATH: path, ...plain(env) },
      ...(cwd !== undefined && { cwd }),
      stderr: "ignore"
    })
  })
}

/** To the server of `config`, until the scope is closed. `path` is where programs are looked for. */
export const make = Effect.fnUntraced(function* (config: ServerConfig, path: string) {
  const services = yield* Effect.context<ChildProcessSpawner | HttpClient.HttpClient>()
  const outer = yield* Effect.scope
  const connecting = yield* Semaphore.make(1)
  let open: Opened | undefined
  let pauseMillis = firstPauseMillis
  let notBefore = 0
  /** Connections that were lost, one after the other, without an answer between. */
  let losses = 0

  /** Beside what goes on, since a program takes its time to end; to its end, though all is closed meanwhile. */
  const close = (scope: Scope.Closeable) =>
    Effect.forkIn(Effect.uninterruptible(Scope.close(scope, Exit.void)), outer, { startImmediately: true })

  /** Where nobody is given `opened` any more it is closed when its last call is over. */
  const leave = (opened: Opened) =>
    Effect.suspend(() => {
      opened.users--
      return opened.users === 0 && open !== opened ? Effect.asVoid(close(opened.scope)) : Effect.void
    })

  /** A server that is lost again and again is left alone for longer and longer, until it answers something. */
  const pause = Effect.map(Clock.currentTimeMillis, (now) => {
    notBefore = now + pauseMillis
    pauseMillis = Math.min(longestPauseMillis, 2 * pauseMillis)
  })

  const connect = Effect.gen(function* () {
    if (open !== undefined) return open
    const nowMillis = yield* Clock.currentTimeMillis
    if (nowMillis < notBefore) {
      return yield* new McpFailure.McpFailure({
        server: config.name,
        problem: `The server ${config.name} cannot be reached: try again in a moment.`,
        isRetryable: false
      })
    }
    const scope = yield* Scope.fork(outer)
    const built = yield* Layer.buildWithScope(layerOf(config, path), scope).pipe(
      Effect.provideContext(services),
      Effect.onError(() => close(scope)),
      Effect.mapError((error) => McpFailure.of(config.name, error)),
      Effect.tapError(() => pause)
    )
    open = { client: Context.get(built, McpClient.McpClient), scope, users: 0 }
    return open
  }).pipe(connecting.withPermits(1))

  const connection: Connection = {
    use: (use) =>
      // Connecting takes long, so it is not a matter of `acquireUseRelease`, which would not let it be interrupted.
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const opened = yield* restore(connect)
          opened.users++
          return yield* restore(use(opened.client)).pipe(
            Effect.tapError((error) =>
              // Another call may have made a new one meanwhile.
              Effect.suspend(() => {
                if (!McpFailure.isGone(error) || open !== opened) return Effect.void
                open = undefined
                // The first time it is asked again at once.
                return ++losses > 1 ? pause : Effect.void
              })
            ),
            Effect.tap(() =>
              Effect.sync(() => {
                losses = 0
                pauseMillis = firstPauseMillis
              })
            ),
            Effect.mapError((error) => McpFailure.of(config.name, error)),
            Effect.ensuring(leave(opened))
          )
        })
      )
  }
  return connection
})
