/**
 * ServiceConfig: which services the environment sets up, and with what. A service counts as configured when its base URL
 * is set (TMDb, whose address is known: its key).
 */
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** Where a service is and the secret that opens it. */
export interface Access {
  /** An `http` or `https` address without query or fragment; may hold a base path. */
  readonly baseUrl: string
  readonly secret: Redacted.Redacted
}

/** None where the variable is missing or blank, as compose files leave what is not set. */
const present = (name: string) =>
  Config.option(Config.String(name)).pipe(
    Config.map(Option.map((value) => value.trim())),
    Config.map(Option.filter((value) => value !== ""))
  )

/** Prints as its sentence alone, since a person reads it. */
class WrongConfiguration extends ConfigProvider.SourceError {
  override toString(): string {
    return this.message
  }
}

const wrong = (message: string) => Effect.fail(new Config.ConfigError(new WrongConfiguration({ message })))

const address = Effect.fnUntraced(function* (variable: string, text: string) {
  const isAddress = /^https?:\/\/[^?#\s]+$/.test(text) && URL.canParse(text)
  return isAddress
    ? text
    : yield* wrong(`${variable} is not the address of a service: write it like http://192.168.1.10:7878.`)
})

/** A secret that a request can carry, without the white space that copying leaves around it. */
const secretOf = Effect.fnUntraced(function* (variable: string, text: string) {
  return /^[\x21-\x7e]+$/.test(text)
    ? Redacted.make(text, { label: variable })
    : yield* wrong(
        `${variable} holds characters that cannot be sent, such as spaces, line breaks or accented letters: copy it again.`
      )
})

const access = (baseUrlVariable: string, secretVariable: string): Config.Config<Option.Option<Access>> =>
  Config.all([present(baseUrlVariable), present(secretVariable)]).pipe(
    Config.mapEffect(
      Effect.fnUntraced(function* ([baseUrl, secret]) {
        if (Option.isNone(baseUrl)) return Option.none()
        if (Option.isNone(secret)) {
          return yield* wrong(`${secretVariable} is not set: ${baseUrlVariable} is, and needs it.`)
        }
        return Option.some({
          baseUrl: yield* address(baseUrlVariable, baseUrl.value),
          secret: yield* secretOf(secretVariable, secret.value)
        })
      })
    )
  )

export const plex = access("PLEX_BASE_URL", "PLEX_TOKEN")
export const radarr = access("RADARR_BASE_URL", "RADARR_API_KEY")
export const sonarr = access("SONARR_BASE_URL", "SONARR_API_KEY")
export const tmdb: Config.Config<Option.Option<Access>> = Config.all([
  present("TMDB_BASE_URL"),
  present("TMDB_API_KEY")
]).pipe(
  Config.mapEffect(
    Effect.fnUntraced(function* ([baseUrl, secret]) {
      if (Option.isNone(secret)) {
        return Option.isNone(baseUrl)
          ? Option.none()
          : yield* wrong("TMDB_API_KEY is not set: TMDB_BASE_URL is, and needs it.")
      }
      return Option.some({
        baseUrl: yield* address(
          "TMDB_BASE_URL",
          Option.getOrElse(baseUrl, () => "https://api.themoviedb.org")
        ),
        secret: yield* secretOf("TMDB_API_KEY", secret.value)
      })
    })
  )
)

/** All four at once; none for a service that is not set up. */
export const services = Config.all({ plex, tmdb, radarr, sonarr })

/** The access that a single service's layer cannot do without. */
export const required = (config: Config.Config<Option.Option<Access>>, variable: string): Config.Config<Access> =>
  Config.mapEffect(
    config,
    Option.match({ onNone: () => wrong(`${variable} is not set.`), onSome: (access) => Effect.succeed(access) })
  )
