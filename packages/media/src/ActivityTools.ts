/**
 * ActivityTools: what is played in Plex now, and what was.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import * as Playable from "./Playable.ts"
import { Plex } from "./Plex.ts"
import type { Details, Session } from "./PlexRecords.ts"
import * as WhichItem from "./WhichItem.ts"

export const NowPlaying = Tool.make("now_playing", {
  description: "What is being played in Plex at this moment, by whom, on which device, and whether it is transcoded.",
  parameters: Schema.Struct({ limit: Parameters.limit(50, 20), cursor: Parameters.cursor, detail: Parameters.more }),
  success: List.list(
    Schema.Struct({
      ...Playable.Playable.fields,
      user: Schema.NullOr(Schema.String),
      device: Schema.NullOr(Schema.String),
      /** In Plex's words: playing, paused, buffering. */
      state: Schema.NullOr(Schema.String),
      progressPercent: Schema.Int,
      minutesLeft: Schema.NullOr(Schema.Int),
      transcoding: Schema.Boolean,
      /** Only in full: the program that plays it, how the streams are treated, and whether in the household's own network. */
      player: Schema.optionalKey(Schema.NullOr(Schema.String)),
      video: Schema.optionalKey(Schema.String),
      audio: Schema.optionalKey(Schema.String),
      location: Schema.optionalKey(Schema.NullOr(Schema.Literals(["home", "away"]))),
      bandwidthKbps: Schema.optionalKey(Schema.NullOr(Schema.Finite))
    })
  ),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow("plex"))
  .annotate(Annotations.Examples, [
    "Who is watching something right now?",
    "What is playing on the TV?",
    "Is anybody streaming?",
    "Why is Plex transcoding?"
  ])

const day = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

/** Of everybody whom the token may see, last first. Days begin at midnight UTC. */
export const WatchHistory = Tool.make("watch_history", {
  description: "What was watched in Plex and when, last first: everything, or one title or series.",
  parameters: Schema.Struct({
    ...WhichItem.parameters,
    from: day("first day, like 2025-03-01"),
    to: day("last day"),
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.more
  }),
  success: Schema.Struct({
    /** The item that was asked for, by its name in the library; missing where all were. */
    of: Schema.optionalKey(Schema.String),
    ...List.list(
      Schema.Struct({
        ...Playable.Playable.fields,
        /** ISO date, UTC; with the time in full. */
        watchedOn: Schema.NullOr(Schema.String)
      })
    ).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership"))
  .annotate(Annotations.Examples, [
    "What did we watch last week?",
    "When did I last watch Solaris?",
    "Show our watch history of yesterday",
    "Which episodes were watched in March?"
  ])

export const ActivityTools = Toolkit.make(NowPlaying, WatchHistory)

export const ActivityToolsLayer = ActivityTools.toLayer(
  Effect.gen(function* () {
    const plex = yield* Plex
    const which = WhichItem.make(plex)

    const playing = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof NowPlaying>) {
      const { skip } = yield* Cursor.decode("now_playing", "plex", parameters.cursor)
      const page = List.page("now_playing", yield* plex.sessions, skip, Parameters.within(parameters.limit, 50, 20))
      return {
        ...page,
        items: page.items.map((session) => ({
          ...told(session),
          ...(parameters.detail === "full" && technically(session))
        }))
      }
    })

    const history = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof WatchHistory>) {
      const { detail, from, ratingKey, title, to } = parameters
      const { skip } = yield* Cursor.decode("watch_history", "plex", parameters.cursor)
      const since = from === undefined ? undefined : yield* dayOf("from", from)
      const until = to === undefined ? undefined : (yield* dayOf("to", to)) + lastSecond
      const isOfOne = ratingKey !== undefined || title !== undefined
      const key = isOfOne ? yield* which.key(parameters) : undefined
      const page = plex.history({
        start: skip,
        size: Parameters.within(parameters.limit, 100, 20),
        ...(key !== undefined && { ratingKey: key }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until })
      })
      // Of what it does not know Plex says that it was never watched.
      const [{ items, total }, item] = yield* Effect.all(
        [page, key === undefined ? Effect.undefined : which.byKey(key)],
        { concurrency: 2 }
      )
      const end = skip + items.length
      return {
        ...(item && { of: nameOf(item) }),
        total,
        items: items.map((play) => ({
          ...Playable.fromItem(play),
          watchedOn: play.viewedAt === undefined ? null : timeOf(play.viewedAt, detail === "full")
        })),
        nextCursor: end < total && items.length > 0 ? Cursor.encode("watch_history", { page: 1, skip: end }) : null
      }
    })

    return ActivityTools.of({ now_playing: playing, watch_history: history })
  })
)

const told = (session: Session) => ({
  ...Playable.fromItem(session),
  user: session.User?.title ?? null,
  device: session.Player?.title ?? null,
  state: session.Player?.state ?? null,
  ...Playable.progressOf(session),
  transcoding: session.TranscodeSession !== undefined
})

const technically = ({ Player, Session, TranscodeSession }: Session) => ({
  player: Player?.product ?? null,
  video: TranscodeSession?.videoDecision ?? "direct",
  audio: TranscodeSession?.audioDecision ?? "direct",
  location: Session?.location === undefined ? null : Session.location === "lan" ? ("home" as const) : ("away" as const),
  bandwidthKbps: Session?.bandwidth ?? null
})

/** "Inception (2010)", "Severance, Season 2". */
const nameOf = ({ grandparentTitle, parentTitle, title, type, year }: Details): string => {
  const series = grandparentTitle ?? (type === "season" ? parentTitle : undefined)
  if (series !== undefined) return `${series}, ${title}`
  return year === undefined ? title : `${title} (${year})`
}

const timeOf = (seconds: number, withTime: boolean): string => {
  const time = DateTime.makeUnsafe(seconds * 1000)
  return withTime ? DateTime.formatIso(time) : DateTime.formatIsoDateUtc(time)
}

/** From the first second of a day to its last. */
const lastSecond = 86_399

/** When a day begins, in seconds since 1970. */
const dayOf = (name: string, date: string): Effect.Effect<number, MediaError> =>
  (/^\d{4}-\d{2}-\d{2}$/.test(date) ? DateTime.make(`${date}T00:00:00Z`) : Option.none()).pipe(
    Option.match({
      onNone: () => Effect.fail(rejected("plex", `${name} is no day that there is: write it like 2025-03-01.`)),
      onSome: (time) => Effect.succeed(DateTime.toEpochMillis(time) / 1000)
    })
  )
