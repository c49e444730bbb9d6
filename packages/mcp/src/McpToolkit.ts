/**
 * McpToolkit: the tools of MCP servers as a toolkit that an agent schedules, remembers and asks for approval of like its own.
 *
 * ```ts
 * const servers = yield* McpToolkit.make([{ name: "files", at: { command: "mcp-files", args: ["/srv"] } }], { path: "/usr/bin" })
 * const agent = Agent.make({ name, instructions, toolkit: servers.toolkit })
 * ```
 *
 * **Details**
 *
 * Tools are listed when this is made, and again in the background once the list is older than `listMillis`; an agent's next run has the
 * new ones. A server that cannot be reached has no tools until it can: that is said once, and no run waits for it. One that is slow to begin
 * is waited for `beginMillis`, and listed when it has begun.
 *
 * **Gotchas**
 *
 * Two tools that come to the same name are one: the first. The tools of a program's server end with it, and it ends with the scope.
 */
import type * as McpSchema from "effect/ai/McpSchema"
import type * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Connection from "./Connection.ts"
import type { McpFailure } from "./McpFailure.ts"
import * as RemoteTool from "./RemoteTool.ts"
import type { ServerConfig } from "./ServerConfig.ts"

export interface Options {
  /** Where the programs of servers are looked for, as `PATH` has it. */
  readonly path: string
}

/** How old a list of tools may be. */
const listMillis = 60_000

/** How long the first lists are waited for. */
const beginMillis = 5000

const Arguments = Schema.Record(Schema.String, Schema.Unknown)
const decodeArguments = Schema.decodeUnknownEffect(Arguments)

interface Bound {
  readonly tool: ReturnType<typeof RemoteTool.make>
  readonly handle: (input: unknown) => Effect.Effect<unknown, McpFailure>
}

/** One server and what it offers. */
const follow = Effect.fnUntraced(function* (config: ServerConfig, { path }: Options) {
  const connection = yield* Connection.make(config, path)
  let listed: ReadonlyArray<Bound> = []
  /** What the server said of them. */
  let known = ""
  let listedAt = -Infinity
  let isSilent = false
  let isListed = false

  const bind = (remote: McpSchema.Tool): Bound => ({
    tool: RemoteTool.make(config, remote),
    handle: Effect.fnUntraced(function* (input: unknown) {
      const args = yield* Effect.mapError(decodeArguments(input ?? {}), () =>
        RemoteTool.problemOf(config.name, { content: [{ type: "text", text: "The arguments must be an object." }] })
      )
      const result = yield* connection.use((client) => client.callTool({ tool: remote, arguments: args }))
      return result.isError === true ? yield* RemoteTool.problemOf(config.name, result) : RemoteTool.valueOf(result)
    })
  })

  /** Gives whether what is offered has changed. */
  const list = Effect.gen(function* () {
    listedAt = yield* Clock.currentTimeMillis
    const remote = yield* connection.use((client) => client.listTools())
    const wanted = remote.filter(({ name }) => config.only?.includes(name) ?? true)
    isSilent = false
    const text = JSON.stringify(wanted)
    if (text === known) return false
    known = text
    listed = wanted.map(bind)
    return true
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.suspend(() => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
        const isChanged = listed.length > 0
        listed = []
        known = ""
        if (isSilent) return Effect.succeed(isChanged)
        isSilent = true
        const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
        const problem = failure?.message ?? `The server ${config.name} offers what is no tool.`
        return Effect.as(Effect.logWarning(`${problem} Its tools are not offered.`), isChanged)
      })
    ),
    Effect.tap(() => Effect.sync(() => void (isListed = true)))
  )
  return {
    bound: () => listed,
    /** Says so where nothing was heard of it yet. */
    late: Effect.suspend(() => {
      if (isListed || isSilent) return Effect.void
      isSilent = true
      return Effect.logWarning(`The server ${config.name} is slow to begin. Its tools are offered when it has.`)
    }),
    list,
    isDue: (nowMillis: number) => nowMillis - listedAt > listMillis
  }
})

/** Tools of `servers`, for as long as the scope is open. */
export const make = Effect.fnUntraced(function* (servers: ReadonlyArray<ServerConfig>, options: Options) {
  const all = yield* Effect.forEach(servers, (server) => follow(server, options), { concurrency: "unbounded" })
  const scope = yield* Effect.scope
  const build = Effect.suspend(() => {
    const bound = new Map<string, Bound>()
    for (const { bound: of } of all)
      for (const one of of()) if (!bound.has(one.tool.name)) bound.set(one.tool.name, one)
    const tools: ReadonlyArray<Tool.Any> = Array.from(bound.values(), ({ tool }) => tool)
    const toolkit = Toolkit.make(...tools)
    const handlers = Object.fromEntries(Array.from(bound, ([name, { handle }]) => [name, handle]))
    return Effect.flatMap(toolkit.toHandlers(handlers), (services) => Effect.provideContext(toolkit, services))
  })
  let current = yield* build
  let refreshing: Fiber.Fiber<void> | undefined

  const renew = (isChanged: boolean) => (isChanged ? Effect.map(build, (built) => void (current = built)) : Effect.void)
  const refresh = Effect.gen(function* () {
    const nowMillis = yield* Clock.currentTimeMillis
    const due = all.filter(({ isDue }) => isDue(nowMillis))
    // As many as are configured, each at its own pace.
    yield* Effect.forEach(due, (follow) => Effect.flatMap(follow.list, renew), {
      concurrency: "unbounded",
      discard: true
    })
  })

  refreshing = yield* Effect.forkIn(refresh, scope)
  yield* Effect.timeoutOption(Fiber.join(refreshing), beginMillis)
  yield* Effect.forEach(all, ({ late }) => late, { discard: true })

  return {
    /** The tools as they are known now: the same object while they are the same. */
    toolkit: Effect.gen(function* () {
      const nowMillis = yield* Clock.currentTimeMillis
      const isIdle = refreshing === undefined || refreshing.pollUnsafe() !== undefined
      if (isIdle && all.some(({ isDue }) => isDue(nowMillis))) refreshing = yield* Effect.forkIn(refresh, scope)
      return current
    })
  }
})
