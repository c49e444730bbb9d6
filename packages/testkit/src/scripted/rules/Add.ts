/** Add: "Add The Matrix (1999) to my Radarr". The title is searched first; the write itself needs approval elsewhere. */
import { ask, found, type Asking, type Rule } from "./Asking.ts"
import { describe, joined, lines, named, troubles } from "./Prose.ts"
import { type NamedTitle, namedTitle } from "./Question.ts"
import { addMovie, bestMatch, searchTitles } from "./Tools.ts"

const wording =
  /^(?:please\s+|(?:can|could|would) you\s+(?:please\s+)?)?(?:add|grab|request|download(?!\s+(?:queue|list|status|progress)))\s+(.+)$/i

export const add: Rule = (question) => {
  const words = wording.exec(question.trim())?.[1]
  const title = words === undefined ? undefined : namedTitle(words)
  return title === undefined ? undefined : adding(title)
}

function* adding(title: NamedTitle): Asking<string> {
  const search = yield* ask(searchTitles({ query: title.query, year: title.year }))
  if (search._tag !== "Found")
    return lines(`I have not added ${named({ title: title.query, ...title })}.`, troubles(search))
  const films = search.value.items.filter((item) => item.kind !== "series")
  const match = bestMatch(films, title)
  if (typeof match?.tmdbId !== "number") {
    return `I have not added anything: the search found no movie named ${named({ title: title.query, ...title })} that Radarr could take.`
  }
  const write = yield* ask(addMovie(match.tmdbId))
  const added = found(write)
  if (added === undefined) {
    const reason = write._tag === "Failed" ? write.message : troubles(write)
    return lines(`I found ${named(match)}, but it was not added.`, reason, describe(match))
  }
  const state = [
    ...(typeof added.monitored === "boolean" ? [added.monitored ? "it is monitored" : "it is not monitored"] : []),
    ...(typeof added.searching === "boolean"
      ? [added.searching ? "a search for a release has started" : "no search was started"]
      : [])
  ]
  return lines(
    `${named(added)} is in Radarr now${state.length === 0 ? "" : `: ${joined(state)}`}.`,
    `What the search knows of it: ${describe(match)}.`
  )
}
