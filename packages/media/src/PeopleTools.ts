/**
 * PeopleTools: what a person made.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Footprint from "./Footprint.ts"
import { Library, ownership } from "./Library.ts"
import * as List from "./List.ts"
import { MediaError, notFound } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { isNamed, Title, yearOf } from "./Title.ts"
import { Tmdb } from "./Tmdb.ts"
import type { Entry, Person } from "./TmdbRecords.ts"
import * as TmdbTitle from "./TmdbTitle.ts"

/** `total` counts what passes the filters. A title on which the person did several jobs stands once, with all of them. */
export const PersonFilmography = Tool.make("person_filmography", {
  description: "What a director or actor made, newest first, owned or not.",
  parameters: Schema.Struct({
    name: Schema.String,
    role: Schema.optionalKey(Schema.Literals(["director", "actor", "any"]).annotate({ description: "default any" })),
    kind: Parameters.kind,
    ...Parameters.years,
    owned: Parameters.owned,
    limit: Parameters.limit(100, 50),
    detail: Parameters.detail
  }),
  success: Schema.Struct({
    person: Schema.Struct({ tmdbId: Schema.Int, name: Schema.String }),
    ...List.list(Schema.Struct({ ...Title.fields, role: Schema.String })).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("tmdb", "plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Films with Tilda Swinton",
    "What has Agnès Varda directed?",
    "Movies starring her that we miss",
    "His filmography"
  ])

export const PeopleTools = Toolkit.make(PersonFilmography)

export const PeopleToolsLayer = PeopleTools.toLayer(
  Effect.gen(function* () {
    const tmdb = yield* Tmdb
    const library = yield* Effect.serviceOption(Library)

    const filmography = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof PersonFilmography>) {
      const { detail, kind = "movie", name, owned, role = "any", yearFrom = 0, yearTo = 9999 } = parameters
      const works = Effect.flatMap(findPerson(tmdb, name), (person) =>
        Effect.map(tmdb.credits(kind, person.id), (credits) => ({ person, credits }))
      )
      const [{ credits, person }, names, found] = yield* Effect.all(
        [works, tmdb.genres(kind), ownership(library, kind, owned !== undefined)],
        { concurrency: 3 }
      )
      const jobs = new Map<number, { readonly entry: Entry; readonly roles: Set<string> }>()
      const add = (entry: Entry, job: string) => {
        const work = jobs.get(entry.id) ?? { entry, roles: new Set() }
        jobs.set(entry.id, work)
        work.roles.add(job)
      }
      if (role !== "director") for (const entry of credits.cast ?? []) add(entry, "actor")
      if (role !== "actor") {
        for (const { job, ...entry } of credits.crew ?? []) {
          if (role === "any" || job === "Director") add(entry, (job ?? "crew").toLowerCase())
        }
      }
      const passing = [...jobs.values()]
        .filter(({ entry }) => {
          const year = yearOf(TmdbTitle.releasedOn(entry)) ?? 0
          const isOwned = found.index?.has(entry.id) ?? false
          return year >= yearFrom && year <= yearTo && (owned === undefined || isOwned === owned)
        })
        .toSorted((a, b) => (TmdbTitle.releasedOn(b.entry) ?? "").localeCompare(TmdbTitle.releasedOn(a.entry) ?? ""))
      return {
        person: { tmdbId: person.id, name: person.name },
        total: passing.length,
        items: passing.slice(0, Parameters.within(parameters.limit, 100, 50)).map(({ entry, roles }) => ({
          ...TmdbTitle.fromEntry(entry, names, { kind, detail, owned: found.index }),
          role: [...roles].join(", ")
        })),
        nextCursor: null,
        ...(found.problem && { problem: found.problem })
      }
    })

    return PeopleTools.of({ person_filmography: filmography })
  })
)

/** The best known of those who bear the name exactly, or TMDb's first. */
export const findPerson = (tmdb: Tmdb["Service"], name: string): Effect.Effect<Person, MediaError> =>
  Effect.flatMap(tmdb.searchPerson(name), (people) => {
    const [best = people[0]] = people
      .filter((person) => isNamed(person.name, name))
      .toSorted((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0))
    return best === undefined
      ? Effect.fail(notFound("tmdb", `TMDb knows nobody called "${name}": check the spelling.`))
      : Effect.succeed(best)
  })
