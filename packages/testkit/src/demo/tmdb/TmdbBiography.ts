/**
 * TmdbBiography: a person's dates, and a biography in our own words, made of what the catalogue holds of them.
 */
import type { Film } from "../Film.ts"
import type { Person } from "../People.ts"
import { rows } from "../Table.ts"
import { peopleFacts } from "./peopleFacts.ts"

interface Facts {
  readonly birthday: string | null
  readonly deathday: string | null
  readonly place_of_birth: string | null
}

const known: ReadonlyMap<number, Facts> = new Map(
  rows(peopleFacts).map((row) => [
    row.number(0),
    { birthday: row.at(1), deathday: row.at(2) || null, place_of_birth: row.at(3) }
  ])
)

/** What is known of few is null of all others. */
export const factsOf = ({ tmdbId }: Person): Facts =>
  known.get(tmdbId) ?? { birthday: null, deathday: null, place_of_birth: null }

const listed = (names: ReadonlyArray<string>): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`

const dated = (titles: ReadonlyArray<{ readonly title: string; readonly year: number }>): string =>
  listed(titles.map(({ title, year }) => `${title} (${year})`))

const best = (films: ReadonlyArray<Film>): ReadonlyArray<Film> =>
  films.toSorted((a, b) => b.voteCount - a.voteCount).slice(0, 3)

const trade = ({ actedIn, actedInSeries, created, directed }: Person): string =>
  listed([
    ...(directed.length > 0 ? ["director"] : []),
    ...(actedIn.length + actedInSeries.length > 0 ? ["actor"] : []),
    ...(created.length > 0 ? ["creator of series"] : [])
  ])

/** With whom more than one film was made, most often first. */
const companions = (person: Person): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const film of new Set([...person.directed, ...person.actedIn])) {
    for (const name of new Set([...film.directors, ...film.cast])) {
      if (name !== person.name) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name]) => name)
}

/** In paragraphs. */
export const biographyOf = (person: Person): string => {
  const { birthday, place_of_birth } = factsOf(person)
  const born = birthday === null ? "" : `, born in ${place_of_birth} in ${birthday.slice(0, 4)},`
  const { actedIn, actedInSeries, created, directed, name } = person
  const often = companions(person)
  return [
    `${name}${born} works as ${trade(person)}.`,
    ...(directed.length > 0 ? [`As director best known for ${dated(best(directed))}.`] : []),
    ...(actedIn.length > 0 ? [`On screen best known from ${dated(best(actedIn))}.`] : []),
    ...(created.length > 0 ? [`Made for television: ${dated(created)}.`] : []),
    ...(actedInSeries.length > 0 ? [`To be seen in the series ${dated(actedInSeries)}.`] : []),
    ...(often.length > 0 ? [`Worked more than once with ${listed(often)}.`] : [])
  ].join("\n\n")
}
