/**
 * Lookup: the addresses of one host, asked for once by all who open a connection at a time. A boundary to
 * Promises.
 *
 * What the resolver said is good for ten seconds, less than any name's own time. A failure is nobody's but theirs who waited for it.
 */
import type * as Dns from "node:dns"
import type { LookupFunction } from "node:net"

import type { LookupSource } from "./WireMetrics.ts"

export interface Lookup {
  /** As `dns.lookup`, which it asks. */
  readonly lookup: LookupFunction
  /** To be called where none of the addresses answered: they may be wrong. */
  readonly forget: () => void
}

const lifeMillis = 10_000

type Answer = (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<Dns.LookupAddress>) => void

/** `counted` is called once for each connection that needs an address; `resolve` is the system's resolver. */
export const make = (
  nowMillis: () => number,
  counted: (source: LookupSource) => void,
  resolve: typeof resolveAll = resolveAll
): Lookup => {
  let known: { readonly addresses: ReadonlyArray<Dns.LookupAddress>; readonly sinceMillis: number } | undefined
  let waiting: Array<Answer> | undefined

  const ask = (host: string, answer: Answer) => {
    const ageMillis = nowMillis() - (known?.sinceMillis ?? 0)
    if (known !== undefined && ageMillis >= 0 && ageMillis < lifeMillis) {
      const { addresses } = known
      counted("shared")
      return process.nextTick(() => answer(null, addresses))
    }
    if (waiting !== undefined) {
      waiting.push((error, addresses) => {
        counted(error === null ? "shared" : "failed")
        answer(error, addresses)
      })
      return
    }
    const all: Array<Answer> = [answer]
    waiting = all
    resolve(host, (error, addresses) => {
      waiting = undefined
      known = error === null ? { addresses, sinceMillis: nowMillis() } : undefined
      counted(error === null ? "resolver" : "failed")
      for (const each of all) each(error, addresses)
    })
  }

  return {
    lookup: (host, { all }, callback) =>
      ask(host, (error, addresses) => {
        // With an error there are none, whatever the types say.
        const [first] = error === null ? addresses : []
        if (error !== null || first === undefined) return callback(error ?? new Error(`${host} has no address`), "")
        return all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family)
      }),
    forget: () => {
      known = undefined
    }
  }
}

/** What it takes is loaded where a server has a name. */
const resolveAll = (host: string, answer: Answer): void =>
  void import("node:dns").then(({ lookup }) => lookup(host, { all: true }, answer))
