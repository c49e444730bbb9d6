/**
 * `callsheet cache`: what is remembered outside of this process: how much, away with it, or read ahead.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as CacheConfig from "@callsheet/cache/CacheConfig"
import { WarmUp } from "@callsheet/media/WarmUp"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

import * as CacheStore from "../CacheStore.ts"
import { failed } from "../ExitError.ts"
import * as ReadAhead from "../ReadAhead.ts"
import * as Settings from "../Settings.ts"
import { oneLine } from "../TerminalText.ts"
import { duration } from "../TimeLine.ts"

/** The store that the settings name. Fails for memory, which ends with the process that it is in. */
const outside = Effect.gen(function* () {
  const settings = yield* Settings.load
  const config = yield* CacheConfig.config.pipe(
    Effect.provide(Settings.layer(settings)),
    Effect.mapError((error) => failed(error.message))
  )
  if (config.store === "memory") {
    return yield* failed(
      "CALLSHEET_CACHE is memory, which is gone when a command ends: set it to sqlite:PATH or redis://HOST:PORT."
    )
  }
  return { settings, config, place: CacheStore.placeOf(config) }
})

export const stats = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const { config, place } = yield* outside
  const size = yield* CacheStore.sizeOf(config)
  yield* Console.log(
    json ? JSON.stringify({ store: config.store, ...size }) : oneLine(`${place}: ${CacheStore.sizeText(size)}`)
  )
})

const forget = Effect.fnUntraced(function* (place: string) {
  const { entries } = yield* CacheStore.sizeInUse(place)
  yield* Effect.flatMap(Cache, ({ invalidate }) => invalidate({ all: true }))
  // What could not be forgotten shows here.
  yield* CacheStore.sizeInUse(place)
  return entries
})

export const clear = Effect.gen(function* () {
  const { config, place } = yield* outside
  const forgotten = (yield* CacheStore.isThere(config)) ? yield* Effect.provide(forget(place), Cache.layer(config)) : 0
  yield* Console.log(
    oneLine(`${place}: ${CacheStore.values(forgotten)} forgotten, here and in every process that shares it`)
  )
})

/** Tells of each thing that was read ahead; fails where one could not be. */
export const warm = Effect.gen(function* () {
  const { place, settings } = yield* outside
  const [problem] = Settings.missingAddresses(settings)
  if (problem !== undefined) return yield* failed(problem)
  const [took, warmed] = yield* Effect.gen(function* () {
    const timed = yield* Effect.timed(Effect.flatMap(WarmUp, ({ all }) => all))
    yield* Effect.flatMap(Cache, ({ flush }) => flush)
    yield* CacheStore.sizeInUse(place)
    return timed
  }).pipe(
    Effect.provide(ReadAhead.once(settings)),
    Effect.mapError((error) => failed(error.message))
  )
  if (warmed.length === 0) {
    return yield* failed(
      "Neither Plex nor TMDb is configured, so there is nothing to read ahead (see: callsheet doctor)."
    )
  }
  for (const { problem, what } of warmed) {
    yield* Console.log(oneLine(problem === undefined ? `  ✓ ${what}` : `  ✗ ${what}: ${problem}`))
  }
  const wrong = warmed.filter(({ problem }) => problem !== undefined).length
  if (wrong > 0) return yield* failed(`${wrong} of ${warmed.length} could not be read: see the lines marked ✗.`)
  yield* Console.log(oneLine(`Read into ${place} in ${duration(Duration.toMillis(took))}.`))
})
