/**
 * CacheConfig: where what is remembered is kept, from `CALLSHEET_CACHE`.
 *
 * | value | keeps |
 * | --- | --- |
 * | `memory` (or nothing) | in this process, until it ends |
 * | `sqlite:PATH` | in a file, for this and other processes of the machine |
 * | `redis://...`, `rediss://...` | in Redis, for any number of machines |
 *
 * It holds only what can be fetched again.
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

export type CacheConfig =
  | { readonly store: "memory" }
  | { readonly store: "sqlite"; readonly path: string }
  | {
      readonly store: "redis"
      /** It may hold a password. */
      readonly url: Redacted.Redacted
    }

/** What `text` names; `undefined` where it names nothing. */
export const fromString = (text: string): CacheConfig | undefined => {
  const value = text.trim()
  if (value === "" || value === "memory") return { store: "memory" }
  if (/^sqlite:./.test(value)) return { store: "sqlite", path: value.slice("sqlite:".length) }
  return isRedis(value) ? { store: "redis", url: Redacted.make(value) } : undefined
}

/** A `#` that is not written as `%23` would end the address, in the middle of a password as a rule. */
const isRedis = (value: string): boolean => {
  if (!/^rediss?:\/\/[^#]+$/.test(value) || !URL.canParse(value)) return false
  return new URL(value).hostname !== ""
}

/** Prints as its sentence alone, since a person reads it. */
class WrongConfiguration extends ConfigProvider.SourceError {
  override toString(): string {
    return this.message
  }
}

const wrong = "CALLSHEET_CACHE names no cache: write memory, sqlite:PATH or redis://HOST:PORT."

export const config: Config.Config<CacheConfig> = Config.Redacted("CALLSHEET_CACHE").pipe(
  Config.withDefault(Redacted.make("memory")),
  Config.mapEffect((text) => {
    const parsed = fromString(Redacted.value(text))
    return parsed === undefined
      ? Effect.fail(new Config.ConfigError(new WrongConfiguration({ message: wrong })))
      : Effect.succeed(parsed)
  })
)
