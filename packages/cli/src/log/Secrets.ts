/**
 * Secrets: the values of the configuration that nothing written may hold, and text without them. Pure.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { keys, type Settings } from "../Settings.ts"

/** What is shorter occurs in any text, and guards nothing. */
const leastLength = 4

/** Name and password of an address. */
const ofAddress = (text: string): ReadonlyArray<string> => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return []
  return [url.username, url.password].flatMap((part) => [part, decode(part)])
}

/** What stands behind `%` as it was meant; as it is where it is not well written. */
const decode = (part: string): string => (/^(?:[^%]|%[0-7][0-9a-f])*$/i.test(part) ? decodeURIComponent(part) : part)

/** Headers hold theirs behind a colon, some behind a word. */
const ofHeaders = (text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line) => {
    const value = line.slice(line.indexOf(":") + 1).trim()
    return [value, value.split(/\s+/).at(-1) ?? ""]
  })

const Held = Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
const readServers = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Struct({ env: Held, headers: Held })))
)

/** What MCP servers are given: their environments and headers. */
const ofServers = (text: string): ReadonlyArray<string> =>
  Option.match(readServers(text), {
    onNone: () => [],
    onSome: (servers) =>
      Object.values(servers)
        .flatMap(({ env = {}, headers = {} }) => [...Object.values(env), ...Object.values(headers)])
        .flatMap((value) => [value, ...ofHeaders(value)])
  })

/** Whatever of `settings` is secret, the longest first: one may contain another. */
export const of = (settings: Settings): ReadonlyArray<string> => {
  const all = keys.flatMap(({ isMap, isSecret, name }) => {
    const value = settings.values[name]?.value.trim() ?? ""
    // Of a cache's address the password alone is secret, and `memory` is a word.
    const isWhole = isSecret === true && name !== "CALLSHEET_CACHE"
    const parts = isMap === true ? ofServers(value) : [...ofAddress(value), ...ofHeaders(isWhole ? value : "")]
    return isWhole ? [value, ...parts] : parts
  })
  return [...new Set(all)].filter(({ length }) => length >= leastLength).sort((a, b) => b.length - a.length)
}

/** `text` with `***` in the place of each of `secrets`. */
export const mask = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce((masked, secret) => masked.replaceAll(secret, "***"), text)
