/**
 * Genres: the names people and models use, found among those a service knows.
 */
import * as Effect from "effect/Effect"

import { type MediaError, rejected, type ServiceName } from "./MediaError.ts"

/** "Sci-Fi" and "science fiction" alike. */
const normal = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .replace(/^scifi$/, "sciencefiction")

const choice = (names: ReadonlyArray<string>) =>
  names.length === 0 ? "there is none at all, so leave genres out" : `the known ones are ${names.join(", ")}`

/**
 * The known genres that each name means, in the order of `names`: the one of that name first, then those that join it with
 * another ("Action & Adventure"). Fails listing the known ones where a name is none of them.
 */
export const find = <A>(
  service: ServiceName,
  names: ReadonlyArray<string>,
  known: ReadonlyArray<A>,
  nameOf: (genre: A) => string
): Effect.Effect<ReadonlyArray<ReadonlyArray<A>>, MediaError> =>
  Effect.forEach(names, (name) => {
    const is = (part: string) => normal(part) === normal(name)
    const exact = known.filter((genre) => is(nameOf(genre)))
    const joined = known.filter((genre) => !exact.includes(genre) && nameOf(genre).split("&").some(is))
    return exact.length + joined.length === 0
      ? Effect.fail(rejected(service, `No genre "${name}": ${choice(known.map(nameOf))}.`))
      : Effect.succeed([...exact, ...joined])
  })
