/**
 * Guard: who may ask anything at all. Decides over plain values, before a request reaches its route.
 *
 * **Details**
 *
 * - *Host*: a site that points its own name at this server (DNS rebinding) makes a browser ask in that name, so only names that
 *   are known are answered: loopback, and beyond it any IP address and the names in `names`.
 * - *Origin*: a page asks only of the server that it came from, or from one of `origins`.
 * - *Token*: needed wherever there is one, as `Authorization: Bearer` or as the cookie that `POST /v1/session` gives for it.
 *   Beyond loopback there must be one.
 */
import { isIP } from "node:net"

import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import { Problem } from "./Problem.ts"
import * as Token from "./Token.ts"

export interface Settings {
  /** Where the server listens: a name or an address, without a port. */
  readonly host: string
  readonly token?: Redacted.Redacted | undefined
  /** Further names that the server has, without a port. */
  readonly names?: ReadonlyArray<string>
  /** Further origins of this server's own pages, as a proxy before it shows them: `https://media.example`. */
  readonly origins?: ReadonlyArray<string>
}

/** Why a server may not be started so, in one sentence. */
export class Unsafe extends Schema.TaggedError<Unsafe>()("Unsafe", { problem: Schema.String }) {
  override get message(): string {
    return this.problem
  }
}

/** What is looked at of a request. Headers as they were sent. */
export interface Asked {
  readonly method: string
  /** As in the request's line. */
  readonly address: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly cookies: Readonly<Record<string, string | undefined>>
  readonly nowMillis: number
}

export interface Guard {
  readonly token: Token.Token | undefined
  /** Why `asked` is refused; undefined where it is not. */
  readonly refuse: (asked: Asked) => Problem | undefined
}

export const cookie = "callsheet_session"

/** What is told to anybody, and where a browser shows its token: the page asks for it, so the page comes before. */
const open = new Set(["/", "/healthz", "/readyz", "/v1/session"])

const isOpen = (path: string): boolean => open.has(path) || path.startsWith("/assets/")

const minTokenLength = 16

/** Long enough, and such as a header can hold. */
const mayBeToken = (text: string): boolean => text.length >= minTokenLength && /^[\x21-\x7e]+$/.test(text)

/** Whether only programs of the same machine reach `host`. */
const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."))

/** The name in a Host header; undefined where it is no such header. */
const nameOf = (host: string): string | undefined => {
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host)?.[1]
  return name === undefined || !URL.canParse(`http://${host}`) ? undefined : name.toLowerCase()
}

const isAddress = (name: string) => isIP(name.replaceAll(/^\[|\]$/g, "")) !== 0

const pathOf = (address: string): string => address.split(/[?#]/, 1)[0] ?? ""

/** Fails where the server would be open to others without a token. */
export const make = Effect.fnUntraced(function* (settings: Settings, addressBytes: number) {
  const isLocal = isLoopback(settings.host)
  const { token: secret } = settings
  if (secret === undefined && !isLocal) {
    return yield* new Unsafe({
      problem: `Listening on ${settings.host} lets others in, and there is no token: set CALLSHEET_TOKEN, or listen on 127.0.0.1.`
    })
  }
  if (secret !== undefined && !mayBeToken(Redacted.value(secret))) {
    return yield* new Unsafe({
      problem: `CALLSHEET_TOKEN is no secret that can be sent: give it ${minTokenLength} characters or more, of ASCII and without spaces.`
    })
  }
  const token = secret && Token.make(secret)
  const names = new Set([settings.host, ...(settings.names ?? [])].map((name) => name.toLowerCase()))
  const origins = new Set(settings.origins)

  const isKnown = (name: string) => isLoopback(name) || names.has(name) || (!isLocal && isAddress(name))

  const refuseOrigin = ({ headers, method }: Asked, host: string): Problem | undefined => {
    const { origin } = headers
    const isOwn =
      origin === undefined
        ? // A browser that follows a link, or types the address, says so; what a foreign page loads is refused.
          !/^(cross|same)-site$/.test(headers["sec-fetch-site"] ?? "") ||
          (headers["sec-fetch-mode"] === "navigate" && (method === "GET" || method === "HEAD"))
        : origins.has(origin) || (URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host)
    return isOwn ? undefined : new Problem({ kind: "foreign-origin", detail: "Pages of other sites may not ask here." })
  }

  const mayEnter = ({ address, cookies, headers, nowMillis }: Asked): boolean => {
    if (token === undefined || isOpen(pathOf(address))) return true
    const bearer = /^bearer +(\S+)$/i.exec(headers["authorization"] ?? "")?.[1]
    return bearer === undefined ? token.isSession(cookies[cookie] ?? "", nowMillis) : token.is(bearer)
  }

  return {
    token,
    refuse: (asked) => {
      if (asked.address.length > addressBytes) {
        return new Problem({ kind: "address-too-long", detail: `The address has over ${addressBytes} bytes.` })
      }
      const host = asked.headers["host"] ?? ""
      const name = nameOf(host)
      if (name === undefined)
        return new Problem({ kind: "bad-request", detail: "The header Host is missing or wrong." })
      if (!isKnown(name)) {
        return new Problem({
          kind: "wrong-host",
          detail: "This server does not go by the name that the header Host gives it."
        })
      }
      return (
        refuseOrigin(asked, host) ??
        (mayEnter(asked)
          ? undefined
          : new Problem({ kind: "not-authorized", detail: "Send the server's token as Authorization: Bearer." }))
      )
    }
  } satisfies Guard
})
