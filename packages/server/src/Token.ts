/**
 * Token: the secret that lets a client in, and the cookie that a browser gets for it. The package's boundary to `node:crypto`.
 *
 * Secrets are compared as digests in constant time. The cookie holds when it ends and a code made of that and the token, so that
 * nothing is kept for it: it holds in every process with that token, also after a restart, until the token changes.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"

import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"

export interface Token {
  readonly is: (text: string) => boolean
  /** The value of a cookie that lets in until `sessionLength` after `nowMillis`. */
  readonly session: (nowMillis: number) => string
  readonly isSession: (value: string, nowMillis: number) => boolean
}

export const sessionLength = Duration.days(30)

const digest = (text: string) => createHash("sha256").update(text).digest()

export const make = (secret: Redacted.Redacted): Token => {
  const own = digest(Redacted.value(secret))
  const code = (endsMillis: string) =>
    createHmac("sha256", own).update(`callsheet session ${endsMillis}`).digest("base64url")
  return {
    is: (text) => timingSafeEqual(digest(text), own),
    session: (nowMillis) => {
      const endsMillis = String(nowMillis + Duration.toMillis(sessionLength))
      return `${endsMillis}.${code(endsMillis)}`
    },
    isSession: (value, nowMillis) => {
      const [endsMillis = "", given = ""] = value.split(".")
      return timingSafeEqual(digest(given), digest(code(endsMillis))) && nowMillis < Number(endsMillis)
    }
  }
}
