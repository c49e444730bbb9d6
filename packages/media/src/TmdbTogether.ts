/**
 * TmdbTogether: what is asked of one title, or of one person, within one window comes in one request
 * (`append_to_response`), whoever asks for which part.
 */
import * as ReadAhead from "@callsheet/cache/ReadAhead"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import type { MediaError } from "./MediaError.ts"
import type { Access } from "./ServiceConfig.ts"
import type { Kind } from "./Title.ts"
import { client, endpoints, pathOf, type Tmdb } from "./Tmdb.ts"
import { Credits, Details, entries, EntriesPage, PersonDetails } from "./TmdbRecords.ts"

/** As long as that of reads which batch by themselves (`@callsheet/cache/Batch`). */
const window = "2 millis"

const Title = Schema.Struct({ ...Details.fields, recommendations: EntriesPage, similar: EntriesPage })
const Person = Schema.Struct({ ...PersonDetails.fields, movie_credits: Credits, tv_credits: Credits })

/** These parts of `Tmdb`, of a list the first page; one that is asked for alone is read as `alone` does. */
export const make = Effect.fnUntraced(function* (access: Access, alone: Tmdb["Service"]) {
  const { get } = yield* client(access)
  const getTitle = { movie: get(endpoints.details.movie, Title), series: get(endpoints.details.series, Title) }
  const getPerson = get(endpoints.person, Person)

  const fromTitle = gather<typeof Title.Type>()
  const ofTitle = (kind: Kind, tmdbId: number) => ({
    of: `${kind}/${tmdbId}`,
    whole: getTitle[kind]({
      path: pathOf(tmdbId),
      query: { append_to_response: "credits,recommendations,similar" }
    })
  })
  const fromPerson = gather<typeof Person.Type>()
  const ofPerson = (personId: number) => ({
    of: String(personId),
    whole: getPerson({ path: pathOf(personId), query: { append_to_response: "movie_credits,tv_credits" } })
  })

  return {
    details: (kind: Kind, tmdbId: number) =>
      fromTitle({
        ...ofTitle(kind, tmdbId),
        part: "details",
        alone: alone.details(kind, tmdbId),
        pick: Struct.omit(["recommendations", "similar"])
      }),
    recommendations: (kind: Kind, tmdbId: number) =>
      fromTitle({
        ...ofTitle(kind, tmdbId),
        part: "recommendations",
        alone: alone.recommendations(kind, tmdbId, 1),
        pick: ({ recommendations }) => entries(recommendations)
      }),
    similar: (kind: Kind, tmdbId: number) =>
      fromTitle({
        ...ofTitle(kind, tmdbId),
        part: "similar",
        alone: alone.similar(kind, tmdbId, 1),
        pick: ({ similar }) => entries(similar)
      }),
    credits: (kind: Kind, personId: number) =>
      fromPerson({
        ...ofPerson(personId),
        part: kind,
        alone: alone.credits(kind, personId),
        pick: ({ movie_credits, tv_credits }) => (kind === "movie" ? movie_credits : tv_credits)
      }),
    person: (personId: number) =>
      fromPerson({
        ...ofPerson(personId),
        part: "details",
        alone: alone.person(personId),
        pick: Struct.omit(["movie_credits", "tv_credits"])
      })
  }
})

interface Part<Whole, A> {
  /** What it is a part of, as it differs from others of its kind. */
  readonly of: string
  readonly part: string
  readonly whole: Effect.Effect<Whole, MediaError>
  readonly alone: Effect.Effect<A, MediaError>
  readonly pick: (whole: Whole) => A
}

/** Reads parts: several of the same within the window from one `whole`, one by itself. */
const gather = <Whole>() => {
  class Wanted extends Request.Class<
    Pick<Part<Whole, unknown>, "of" | "part" | "whole">,
    Whole | undefined,
    MediaError
  > {}

  const resolver = RequestResolver.makeGrouped<Wanted, string>({
    key: ({ request }) => request.of,
    resolver: Effect.fnUntraced(function* (wanted) {
      const isOne = new Set(wanted.map(({ request }) => request.part)).size === 1
      const whole = yield* isOne
        ? Effect.undefined
        : wanted[0].request.whole.pipe(
            // Some may be read ahead, and others waited for.
            Effect.provideService(ReadAhead.CurrentReadAhead, undefined),
            // A part that is not understood is the failure of who wants it, and of nobody else.
            Effect.catchIf(
              ({ reason }) => reason._tag === "Unexpected" && reason.status === null,
              () => Effect.undefined
            )
          )
      for (const { completeUnsafe } of wanted) completeUnsafe(Exit.succeed(whole))
    })
  }).pipe(RequestResolver.setDelay(window))

  return <A>({ alone, of, part, pick, whole }: Part<Whole, A>): Effect.Effect<A, MediaError> =>
    Effect.flatMap(Effect.request(new Wanted({ of, part, whole }), resolver), (whole) =>
      whole === undefined ? alone : Effect.succeed(pick(whole))
    )
}
