/**
 * Wire: connections to one server, below HTTP: opened with a shared look-up of its name, in the TLS session of the one before,
 * and counted. Kept warm, there is always one that is open. A boundary to the byte API.
 */
import type { Buffer } from "node:buffer"
import * as Net from "node:net"
import type * as Tls from "node:tls"

import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

import * as Lookup from "./Lookup.ts"
import * as WireMetrics from "./WireMetrics.ts"

export interface Server {
  /** By which it is counted (`WireMetrics`). */
  readonly upstream: string
  /** The name or the bare number; no brackets around an IPv6 address. */
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
}

export interface Wire {
  /**
   * A connection that nobody else has: the one that is kept warm, where there is one, and otherwise a new one. It may still be
   * opening (`isOpen`). Whoever takes it looks after it.
   */
  readonly take: () => Net.Socket
  /** Counts a request sent over a connection that `take` gave; what other ones carry is not counted. */
  readonly sent: (socket: object) => void
}

/**
 * Whether wires are kept warm from when they are made: for processes that answer more than one question, or whose first is yet
 * to come. Not by default.
 */
export const KeepWarm = Context.Reference<boolean>("@callsheet/openai/KeepWarm", { defaultValue: () => false })

/** Keeps the wires of all layers above it warm. */
export const layerWarm: Layer.Layer<never> = Layer.succeed(KeepWarm)(true)

/** A connection that is not there by then never will be. */
const connectMillis = 10_000

/** Common servers drop a connection that nothing was asked on after a minute (Node, nginx), or later. */
const renewAfter = Duration.seconds(45)

/** Between two that are opened ahead: a server that drops them at once is asked no more often than this. */
const pause = Duration.seconds(5)

/** Where the server is away: the pauses between tries. */
const untilUp = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")])

/** Nobody is told: who wants the server is told by its own try. */
class IsDown extends Error {
  override readonly name = "IsDown"
}

/** The wire to `server`. The scope closes its connections. */
export const make = Effect.fnUntraced(function* ({
  host,
  isSecure,
  port,
  upstream
}: Server): Effect.fn.Return<Wire, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const metrics = WireMetrics.make(upstream, yield* Effect.context<never>())
  const tls = isSecure ? yield* Effect.promise(() => import("node:tls")) : undefined
  const addresses = Lookup.make(() => clock.currentTimeMillisUnsafe(), metrics.lookedUp)
  const options = { host, port, noDelay: true, keepAlive: true, lookup: addresses.lookup }
  const opens = isSecure ? "secureConnect" : "connect"
  const all = new Set<Net.Socket>()
  const states = new WeakMap<object, WireMetrics.State>()
  const isLacking = Latch.makeUnsafe(true)
  let spare: Net.Socket | undefined
  let session: Buffer | undefined

  const connect = (tls: typeof Tls): Tls.TLSSocket => {
    const socket = tls.connect({
      ...options,
      // An address is no name.
      servername: Net.isIP(host) === 0 ? host : "",
      ALPNProtocols: ["http/1.1"],
      ...(session && { session })
    })
    socket.once("secureConnect", () => metrics.shookHands(socket.isSessionReused()))
    socket.on("session", (latest) => {
      session = latest
    })
    return socket
  }

  const open = (): Net.Socket => {
    const socket = tls === undefined ? Net.connect(options) : connect(tls)
    const giveUp = () => socket.destroy(new Error(`no connection within ${connectMillis / 1000} seconds`))
    all.add(socket)
    isLacking.closeUnsafe()
    socket.setTimeout(connectMillis)
    socket.once("timeout", giveUp)
    socket.once("connect", metrics.opened)
    let hasOpened = false
    socket.once(opens, () => {
      hasOpened = true
      socket.setTimeout(0)
      socket.off("timeout", giveUp)
    })
    // Whoever took it hears of it, too.
    socket.on("error", () => {
      if (hasOpened) return
      // Either of them may be why.
      addresses.forget()
      session = undefined
      metrics.failed()
    })
    socket.once("close", () => {
      all.delete(socket)
      if (spare === socket) spare = undefined
      if (all.size === 0) isLacking.openUnsafe()
    })
    return socket
  }

  /** Opens one ahead, where there is none but the one that was opened ahead before. */
  const renew = Effect.callback<void, IsDown>((resume) => {
    const former = spare
    if (all.size > 0 && former === undefined) return resume(Effect.void)
    const socket = open()
    spare = socket
    former?.destroy()
    socket.once(opens, () => resume(Effect.void))
    socket.once("close", () => resume(Effect.fail(new IsDown())))
  })

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const socket of all) socket.destroy()
    })
  )
  if (yield* KeepWarm) {
    yield* Effect.retry(renew, untilUp).pipe(
      Effect.andThen(Effect.sleep(pause)),
      Effect.andThen(Effect.timeoutOption(isLacking.await, renewAfter)),
      Effect.forever,
      Effect.forkScoped({ startImmediately: true })
    )
  }

  return {
    take: () => {
      const former = spare
      spare = undefined
      // What a server says unasked is that it hangs up.
      const isFit = former !== undefined && former.readable && former.writable && former.readableLength === 0
      if (former !== undefined && !isFit) former.destroy()
      const socket = isFit ? former : open()
      states.set(socket, isFit ? "warm" : "new")
      return socket
    },
    sent: (socket) => {
      const state = states.get(socket)
      if (state === undefined) return
      metrics.sent(state)
      states.set(socket, "reused")
    }
  }
})

/** Whether a request can be written to `socket` at once: it is connected, and TLS has shaken hands. */
export const isOpen = (socket: Net.Socket): boolean =>
  !socket.connecting && !("alpnProtocol" in socket && socket.alpnProtocol === null)
