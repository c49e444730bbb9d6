/** Filmography: "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?" */
import { type Asking, both, found, type Rule } from "./Asking.ts"
import { bullets, counted, describe, joined, lines, named, troubles } from "./Prose.ts"
import { kindOf, type Person, personOf } from "./Question.ts"
import { librarySearch, personFilmography, type Title } from "./Tools.ts"

export const filmography: Rule = (question) => {
  const person = personOf(question)
  return person === undefined ? undefined : filming(person, kindOf(question))
}

const sameTitle = (one: Title, two: Title): boolean =>
  typeof one.tmdbId === "number" && typeof two.tmdbId === "number"
    ? one.tmdbId === two.tmdbId
    : one.title === two.title && one.year === two.year

function* filming({ name, role }: Person, kind: "series" | undefined): Asking<string> {
  const [filmed, search] = yield* both(
    personFilmography({ name, role, kind }),
    librarySearch({ kind, person: name, watched: false })
  )
  // A list of all that the person did may be there already.
  const films = (found(filmed)?.items ?? []).filter((film) => film.role?.includes(role) ?? true)
  const held = found(search)?.items ?? []
  const failed = troubles(filmed, search)
  if (found(filmed) === undefined && found(search) === undefined) return failed

  // Someone who acts and directs may have library titles in another role: the filmography decides, where there is one.
  const library =
    found(filmed) === undefined ? held : held.filter((item) => films.some((film) => sameTitle(film, item)))
  const unwatched = [
    ...library,
    ...films.filter(
      (film) => film.inLibrary === true && film.watched === false && !library.some((item) => sameTitle(film, item))
    )
  ]
  const missing = films.filter((film) => film.inLibrary === false)
  const watched = films.filter(
    (film) => film.inLibrary === true && film.watched === true && !unwatched.some((item) => sameTitle(film, item))
  )
  const list = (items: ReadonlyArray<Title>) =>
    bullets(
      items.map((item) => describe(item)),
      8
    )
  return lines(
    found(filmed) === undefined
      ? `What Plex has of ${name}:`
      : `${name} as ${role}: ${counted(films.length, "title")} on TMDb.`,
    unwatched.length === 0
      ? "You own none that you have not watched."
      : lines(`You own but have not watched (${unwatched.length}):`, list(unwatched)),
    found(filmed) === undefined
      ? undefined
      : missing.length === 0
        ? "None of them is known to be missing from your library."
        : lines(`You are missing (${missing.length}):`, list(missing)),
    watched.length === 0
      ? undefined
      : `You have watched ${counted(watched.length, "title")} that you own: ${joined(watched.slice(0, 6).map(named))}${watched.length > 6 ? " and others" : ""}.`,
    failed
  )
}
