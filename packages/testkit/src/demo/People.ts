/**
 * People: everyone whom the catalogue names, with an id and what each one did in it.
 *
 * People named in `data/people.ts` have TMDb's own ids; the others ids of the demo's own, from 90,000,000 up.
 */
import { knownPeople } from "./data/people.ts"
import { type Film, films } from "./Film.ts"
import { hash } from "./Seeded.ts"
import { type Series, series } from "./Series.ts"

export interface Person {
  readonly tmdbId: number
  readonly name: string
  readonly directed: ReadonlyArray<Film>
  readonly actedIn: ReadonlyArray<Film>
  readonly created: ReadonlyArray<Series>
  readonly actedInSeries: ReadonlyArray<Series>
}

const knownIds: ReadonlyMap<string, number> = new Map(
  knownPeople
    .split(/[|\n]/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      const space = entry.indexOf(" ")
      return [entry.slice(space + 1), Number(entry.slice(0, space))]
    })
)

/** The id of the person called `name`: always the same one. */
export const personId = (name: string): number => knownIds.get(name) ?? 90_000_000 + (hash("person", name) % 9_000_000)

const names = new Set([
  ...films.flatMap((film) => [...film.directors, ...film.cast]),
  ...series.flatMap((show) => [...show.creators, ...show.cast])
])

const titlesOf = (person: Person): number =>
  person.directed.length + person.actedIn.length + person.created.length + person.actedInSeries.length

/** Everyone, those with most titles first. */
export const people: ReadonlyArray<Person> = [...names]
  .map((name) => ({
    tmdbId: personId(name),
    name,
    directed: films.filter((film) => film.directors.includes(name)),
    actedIn: films.filter((film) => film.cast.includes(name)),
    created: series.filter((show) => show.creators.includes(name)),
    actedInSeries: series.filter((show) => show.cast.includes(name))
  }))
  .sort((a, b) => titlesOf(b) - titlesOf(a))
