/**
 * WireAgent: the connections of one wire as `node:http` keeps them between requests. TLS is the wire's: requests go through the
 * `request` of `node:http`, secure or not. A boundary to the byte API.
 */
import * as Http from "node:http"

import type { Wire } from "./Wire.ts"

/** As many connections as there are calls at a time, and all of them kept. Whoever makes it destroys it. */
export const make = (wire: Wire): Http.Agent => {
  // `node:http` is loaded for whoever makes one, not for whoever reads this file.
  class WireAgent extends Http.Agent {
    override createConnection() {
      const socket = wire.take()
      wire.sent(socket)
      return socket
    }
    override reuseSocket(...args: Parameters<Http.Agent["reuseSocket"]>) {
      super.reuseSocket(...args)
      wire.sent(args[0])
    }
  }
  return new WireAgent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity })
}
