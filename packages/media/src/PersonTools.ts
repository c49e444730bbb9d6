/**
 * PersonTools: who somebody is.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Footprint from "./Footprint.ts"
import { Library, ownership } from "./Library.ts"
import { MediaError } from "./MediaError.ts"
import { findPerson } from "./PeopleTools.ts"
import { Title } from "./Title.ts"
import { Tmdb } from "./Tmdb.ts"
import type { Credits, Entry } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

export const PersonDetails = Tool.make("person_details", {
  description: "Who a film or television person is: born, died, biography, best known titles.",
  parameters: Schema.Struct({
    name: Schema.String,
    detail: Schema.optionalKey(
      Schema.Literals(["compact", "full"]).annotate({ description: "full: whole biography, overviews" })
    )
  }),
  success: Schema.Struct({
    tmdbId: Schema.Int,
    name: Schema.String,
    /** What TMDb counts them among: Acting, Directing, Writing, ... */
    department: Schema.NullOr(Schema.String),
    /** ISO dates. */
    born: Schema.NullOr(Schema.String),
    died: Schema.NullOr(Schema.String),
    birthplace: Schema.NullOr(Schema.String),
    /** Compact: its beginning. */
    biography: Schema.String,
    /** The eight with most votes of what they did in their department. */
    knownFor: Schema.Array(Title),
    /** Why inLibrary and watched are unknown, where Plex failed. */
    problem: Schema.optionalKey(Schema.String)
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Who is Andrei Tarkovsky?",
    "How old is that actress?",
    "Where was he born, and when did he die?",
    "Biography of a director"
  ])

export const PersonTools = Toolkit.make(PersonDetails)

const mostKnown = 8

const kinds = ["movie", "series"] as const

export const PersonToolsLayer = PersonTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const details = Effect.fnUntraced(function* ({ detail, name }: Tool.Parameters<typeof PersonDetails>) {
      const record = Effect.flatMap(findPerson(tmdb, name), ({ id }) =>
        Effect.all(
          {
            person: tmdb.person(id),
            credits: Effect.forEach(kinds, (kind) => tmdb.credits(kind, id), { concurrency: 2 })
          },
          { concurrency: 2 }
        )
      )
      const [{ credits, person }, contexts] = yield* Effect.all(
        [
          record,
          Effect.forEach(
            kinds,
            (kind) => Effect.all([tmdb.genres(kind), ownership(library, kind, false)], { concurrency: 2 }),
            { concurrency: 2 }
          )
        ],
        { concurrency: 2 }
      )
      const department = person.known_for_department ?? null
      const works = kinds.flatMap((kind, index) =>
        worksIn(department, credits[index] ?? {}).map((entry) => ({ kind, entry, context: contexts[index] }))
      )
      const problem = contexts.find(([, { problem }]) => problem)?.[1].problem
      const { biography } = person
      return {
        tmdbId: person.id,
        name: person.name,
        department,
        born: person.birthday || null,
        died: person.deathday || null,
        birthplace: person.place_of_birth || null,
        biography: detail === "full" ? (biography ?? "") : beginning(biography ?? ""),
        knownFor: works
          .toSorted((a, b) => (b.entry.vote_count ?? 0) - (a.entry.vote_count ?? 0))
          .slice(0, mostKnown)
          .map(({ context, entry, kind }) =>
            TmdbTitle.fromEntry(entry, context?.[0] ?? [], { kind, detail, owned: context?.[1].index ?? null })
          ),
        ...(problem && { problem })
      }
    })

    return PersonTools.of({ person_details: details })
  })
)

/** Each once: what somebody is known for is what they do, not the talk shows they were guests of. */
const worksIn = (department: string | null, { cast = [], crew = [] }: Credits): ReadonlyArray<Entry> => {
  const works =
    department === "Acting" ? cast : crew.filter(({ job }) => department !== "Directing" || job === "Director")
  return [...new Map((works.length > 0 ? works : [...cast, ...crew]).map((entry) => [entry.id, entry])).values()]
}

const mostCharacters = 400

/** Whole sentences, as far as they go. */
const beginning = (text: string): string => {
  if (text.length <= mostCharacters) return text
  const cut = text.slice(0, mostCharacters)
  const end = Math.max(cut.lastIndexOf(". "), cut.lastIndexOf(".\n"))
  return end > 0 ? cut.slice(0, end + 1) : `${cut}...`
}
