/**
 * Redactor: takes out of a text from outside what was sent there and is nobody's business: a server may echo all of a request.
 */
import { Buffer } from "node:buffer"

import * as Option from "effect/Option"

export type Redactor = (text: string) => string

/**
 * Words such as "ollama" that stand in for a key are redacted too; shorter ones are no secret, and would garble every text.
 */
const leastLength = 4

/** Of what may be a secret or a plain word, such as a user's name or the value of a header. */
const leastWordLength = 8

const secretName = /key|token|secret|sig|pass|auth/i

const decoding = Option.liftThrowable(decodeURIComponent)
/** One that is misspelt is taken as it stands. */
const decoded = (text: string): string => Option.getOrElse(decoding(text), () => text)

/** The secrets that stand in an address: user, password, both as a header has them, and keys in the query. */
const inAddress = (baseUrl: string): ReadonlyArray<string> => {
  if (!URL.canParse(baseUrl)) return []
  const { password, searchParams, username } = new URL(baseUrl)
  const [user, pass] = [decoded(username), decoded(password)]
  return [
    pass,
    ...(user.length < leastWordLength ? [] : [user]),
    ...(user === "" && pass === "" ? [] : [Buffer.from(`${user}:${pass}`).toString("base64")]),
    ...[...searchParams].flatMap(([name, value]) => (secretName.test(name) ? [value] : []))
  ]
}

/** The words of the values of headers that a person added: any of them may be a key. */
const inHeaders = (values: ReadonlyArray<string>): ReadonlyArray<string> =>
  values.flatMap((value) => value.split(/\s+/)).filter((word) => word.length >= leastWordLength)

export const make = (sent: {
  readonly key: string | undefined
  readonly baseUrl: string
  readonly headers: ReadonlyArray<string>
}): Redactor => {
  const secrets = [sent.key ?? "", ...inAddress(sent.baseUrl), ...inHeaders(sent.headers)].flatMap((secret) =>
    secret.length < leastLength ? [] : [secret, encodeURIComponent(secret)]
  )
  // One that holds another goes first.
  const forms = [...new Set(secrets)].sort((a, b) => b.length - a.length)
  return (text) => forms.reduce((text, form) => text.replaceAll(form, "<redacted>"), text)
}
