/**
 * BothServices: one list out of Radarr's and Sonarr's, of whichever is set up and asked. With one of two down the other's
 * share stands, and `problem` says why.
 */
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Order from "effect/Order"
import * as Result from "effect/Result"

import { type ArrService, pageSize } from "./ArrService.ts"
import * as Cursor from "./Cursor.ts"
import { type MediaError, rejected } from "./MediaError.ts"
import { type QueueRecord as MovieInQueue, Radarr, type RadarrService } from "./Radarr.ts"
import type { ArrName } from "./ReadRules.ts"
import { type QueueRecord as EpisodeInQueue, Sonarr, type SonarrService } from "./Sonarr.ts"
import type { Kind } from "./Title.ts"
import type { Page } from "./WholeList.ts"

/** Those that are set up. */
export const present = Effect.all({ radarr: Effect.serviceOption(Radarr), sonarr: Effect.serviceOption(Sonarr) })
export type Present = Effect.Success<typeof present>

/** Whom a refusal is said to come from, where it is either's. */
export const either = ({ radarr }: Present): ArrName => (Option.isSome(radarr) ? "radarr" : "sonarr")

const missing = (service: ArrName) =>
  Effect.fail(
    rejected(service, `${names[service]} is not set up: set ${service.toUpperCase()}_BASE_URL and its API key.`)
  )

/** As people write them. */
export const names = { radarr: "Radarr", sonarr: "Sonarr" } as const

/** Radarr, or the refusal of a tool that needs it. */
export const radarr = (present: Present): Effect.Effect<RadarrService, MediaError> =>
  Option.match(present.radarr, { onNone: () => missing("radarr"), onSome: Effect.succeed })

/** Sonarr, or the refusal of a tool that needs it. */
export const sonarr = (present: Present): Effect.Effect<SonarrService, MediaError> =>
  Option.match(present.sonarr, { onNone: () => missing("sonarr"), onSome: Effect.succeed })

/** Either, for what they do alike. */
export const one = (
  present: Present,
  service: ArrName
): Effect.Effect<ArrService<MovieInQueue | EpisodeInQueue, unknown, { readonly id: number }>, MediaError> =>
  service === "radarr" ? radarr(present) : sonarr(present)

/** What is asked of the two; `undefined` of one that is not there or not meant. */
export interface Asked<A> {
  readonly radarr: A | undefined
  readonly sonarr: A | undefined
  /** Which is meant; both without it. */
  readonly kind: Kind | undefined
}

/** Asks both, or the one that `kind` says. */
export const asked = <A>(
  { radarr, sonarr }: Present,
  kind: Kind | undefined,
  ask: { readonly radarr: (radarr: RadarrService) => A; readonly sonarr: (sonarr: SonarrService) => A }
): Asked<A> => ({
  radarr: kind === "series" ? undefined : Option.getOrUndefined(Option.map(radarr, ask.radarr)),
  sonarr: kind === "movie" ? undefined : Option.getOrUndefined(Option.map(sonarr, ask.sonarr)),
  kind
})

/** Each answer that came; fails where none did. */
const answers = Effect.fnUntraced(function* <A>(
  all: ReadonlyArray<Effect.Effect<A, MediaError>>,
  kind: Kind | undefined
) {
  if (all.length === 0) return yield* missing(kind === "series" ? "sonarr" : "radarr")
  const results = yield* Effect.forEach(all, Effect.result, { concurrency: 2 })
  const [failure] = results.filter(Result.isFailure).map(({ failure }) => failure)
  const came = results.filter(Result.isSuccess).map(({ success }) => success)
  if (failure !== undefined && came.length === 0) return yield* failure
  return { came, ...(failure && { problem: failure.message }) }
})

/** All items of both, in `order`. */
export const whole = <A>(
  { kind, radarr, sonarr }: Asked<Effect.Effect<ReadonlyArray<A>, MediaError>>,
  order: Order.Order<A>
) =>
  Effect.map(
    answers(
      [radarr, sonarr].flatMap((ask) => ask ?? []),
      kind
    ),
    ({ came, ...problem }) => ({
      items: Array.sort(came.flat(), order),
      ...problem
    })
  )

/**
 * One page of both, which their services give page by page, each in `order`.
 *
 * **Details**
 *
 * `position` counts what was given of each: of Radarr's `page` less one, of Sonarr's `skip`. `limit` is at most `pageSize`.
 */
export const page = Effect.fnUntraced(function* <A>(
  { kind, radarr, sonarr }: Asked<(page: number) => Effect.Effect<Page<A>, MediaError>>,
  {
    limit,
    order,
    position,
    tool
  }: {
    readonly tool: string
    readonly position: Cursor.Position
    readonly limit: number
    readonly order: Order.Order<A>
  }
) {
  const given = { radarr: position.page - 1, sonarr: position.skip }
  const sources = [
    ...(radarr ? [{ name: "radarr" as const, read: radarr }] : []),
    ...(sonarr ? [{ name: "sonarr" as const, read: sonarr }] : [])
  ]
  const { came, ...problem } = yield* answers(
    sources.map(({ name, read }) =>
      Effect.map(slice(read, given[name], limit), (part) => ({ name, next: given[name], ...part }))
    ),
    kind
  )
  // Each in its service's own order, so that what was given of it is always its beginning.
  const shown: Array<A> = []
  while (shown.length < limit) {
    let best: { readonly item: A; readonly part: (typeof came)[number] } | undefined
    for (const part of came) {
      const item = part.items[part.next - given[part.name]]
      if (item !== undefined && (best === undefined || order(item, best.item) < 0)) best = { item, part }
    }
    if (best === undefined) break
    best.part.next += 1
    shown.push(best.item)
  }
  const next = { ...given, ...Object.fromEntries(came.map(({ name, next }) => [name, next])) }
  const isMore = shown.length > 0 && came.some(({ next, total }) => next < total)
  return {
    total: came.reduce((sum, { total }) => sum + total, 0),
    items: shown,
    nextCursor: isMore ? Cursor.encode(tool, { page: next.radarr + 1, skip: next.sonarr }) : null,
    ...problem
  }
})

/** `limit` items after the first `skip`. */
const slice = Effect.fnUntraced(function* <A>(
  read: (page: number) => Effect.Effect<Page<A>, MediaError>,
  skip: number,
  limit: number
) {
  const first = Math.floor(skip / pageSize)
  const last = Math.floor((skip + limit - 1) / pageSize)
  const pages = yield* Effect.forEach(Array.range(first + 1, last + 1), read, { concurrency: 2 })
  const items = pages.flatMap(({ items }) => items).slice(skip - first * pageSize)
  return { total: pages[0]?.total ?? 0, items: items.slice(0, limit) }
})
