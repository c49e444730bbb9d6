/**
 * Footprint: which services a tool reads or writes, how many of its calls they bear and how long one may take, as annotations
 * for whoever schedules it. A tag is a service's name.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Array from "effect/Array"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"

import type { ServiceName } from "./MediaError.ts"

/** Tool calls at a time, each up to five requests: a household's services run on small machines. */
const concurrency: Readonly<Record<ServiceName, number>> = { plex: 4, tmdb: 8, radarr: 4, sonarr: 4 }

/** Beyond the limits of single requests (`ServiceClient`), which say better what was slow. */
const readLimit = Duration.seconds(30)
const writeLimit = Duration.minutes(1)

const upstream = (name: ServiceName) => Context.make(Annotations.Upstream, { name, concurrency: concurrency[name] })

/**
 * For a tool that only reads, all of `services` in one call.
 *
 * **Gotchas**
 *
 * A tool that reads several has no upstream, because one name would hide the others: a write that states its upstream but no
 * tags (`plex`, say) would be taken for one that touches nothing this tool reads. Without a name it is waited for.
 */
export const reads = (...services: Array.NonEmptyReadonlyArray<ServiceName>): Context.Context<never> => {
  const [first, ...others] = services
  return (others.length === 0 ? upstream(first) : Context.make(Annotations.Concurrency, concurrency[first])).pipe(
    Context.add(Tool.Readonly, true),
    Context.add(Annotations.TagsRead, services),
    Context.add(Annotations.TimeLimit, readLimit)
  )
}

/** For a tool that writes to `service`, and to nothing else. */
export const writes = (service: ServiceName): Context.Context<never> =>
  upstream(service).pipe(
    Context.add(Annotations.TagsWritten, [service]),
    Context.add(Annotations.TimeLimit, writeLimit)
  )
