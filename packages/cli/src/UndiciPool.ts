/**
 * UndiciPool: undici over wires (`@callsheet/openai/Wire`), one for each server. They open its connections; where wires are
 * kept warm, those to the services that are set up are warm from the start. A boundary to the byte API.
 */
import * as ServiceConfig from "@callsheet/media/ServiceConfig"
import * as Sends from "@callsheet/openai/Sends"
import * as Wire from "@callsheet/openai/Wire"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"

/**
 * How long a connection is kept whose server does not say for how long it keeps it; of others, until two seconds before that.
 * Short of what common servers keep that say nothing (nginx 75 seconds, Radarr and Sonarr 130): a write that meets a closed
 * connection has failed.
 */
const keepAliveMillis = 30_000

/** The origins of the services that are set up, with their names; none where the configuration is wrong: others say so. */
const origins = Effect.map(Effect.option(ServiceConfig.services), (services) => {
  const names = new Map<string, string>()
  for (const [name, access] of Object.entries(Option.getOrElse(services, () => ({})))) {
    if (Option.isNone(access)) continue
    const { origin } = new URL(access.value.baseUrl)
    const others = names.get(origin)
    names.set(origin, others === undefined ? name : `${others}+${name}`)
  }
  return names
})

/** A client with a pool of its own, which the scope closes. */
export const make = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const names = yield* origins
  const wires = new Map<string, Wire.Wire>()
  const making = new Map<string, Effect.Effect<unknown>>()

  const makeWire = Effect.fnUntraced(function* ({ host, hostname, origin, port, protocol }: URL) {
    const isSecure = protocol === "https:"
    const wire = yield* Wire.make({
      upstream: names.get(origin) ?? host,
      host: hostname.replaceAll(/[[\]]/g, ""),
      port: port === "" ? (isSecure ? 443 : 80) : Number(port),
      isSecure
    })
    wires.set(origin, wire)
  }, Scope.provide(scope))

  /** Makes the wire to the server of `url`, once. */
  const wired = (url: URL): Effect.Effect<unknown> =>
    Effect.suspend(() => {
      const known = making.get(url.origin)
      if (known !== undefined) return known
      // Whoever wants it first may leave.
      return Effect.flatMap(Effect.forkIn(makeWire(url), scope, { startImmediately: true }), (fiber) => {
        const made = Fiber.join(fiber)
        making.set(url.origin, made)
        return made
      })
    })

  const dispatcher = yield* NodeHttpClient.makeDispatcherOptions({
    allowH2: false,
    keepAliveTimeout: keepAliveMillis,
    connect: ({ host, hostname, protocol }, callback) => {
      const wire = wires.get(new URL(`${protocol}//${host ?? hostname}`).origin)
      if (wire === undefined) return callback(new Error(`there is no wire to ${hostname}`), null)
      const socket = wire.take()
      const opened = () => {
        socket.off("error", failed)
        callback(null, socket)
      }
      const failed = (cause: Error) => callback(cause, null)
      // It may not be called back before it has returned.
      if (Wire.isOpen(socket)) return queueMicrotask(opened)
      socket.once(protocol === "https:" ? "secureConnect" : "connect", opened)
      socket.once("error", failed)
    }
  })

  yield* Sends.watch((socket) => wires.forEach(({ sent }) => sent(socket)))

  if (yield* Wire.KeepWarm) {
    yield* Effect.forEach(names.keys(), (origin) => wired(new URL(origin)), { concurrency: 1, discard: true })
  }
  const client = yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher)
  return HttpClient.mapRequestEffect(client, (request) =>
    URL.canParse(request.url) ? Effect.as(wired(new URL(request.url)), request) : Effect.succeed(request)
  )
})
