/**
 * MediaScript: what the stand-in model says to questions about a household's films and series.
 *
 * Written rules and nothing else: they match words, call the media tools, and answer from the results. So it proves
 * scheduling, never intelligence; a real model may choose other calls and other words.
 */
import { add } from "./rules/Add.ts"
import { type Asking, run, type Rule } from "./rules/Asking.ts"
import { discover } from "./rules/Discover.ts"
import { downloads } from "./rules/Downloads.ts"
import { filmography } from "./rules/Filmography.ts"
import { recent, unwatched } from "./rules/Library.ts"
import { onDeck } from "./rules/OnDeck.ts"
import { popular } from "./rules/Popular.ts"
import { recommend } from "./rules/Recommend.ts"
import { search, searchNamed } from "./rules/Search.ts"
import type { Script } from "./Script.ts"

/** In the order in which they are tried: the first that knows the question's words answers it. */
const rules: ReadonlyArray<Rule> = [
  add,
  recommend,
  searchNamed,
  downloads,
  onDeck,
  popular,
  filmography,
  unwatched,
  recent,
  discover,
  search
]

function* unknown(): Asking<string> {
  return [
    "I am a stand-in that follows written rules only, and none of them knows this question.",
    "You can ask me for recent or unwatched movies, what is on deck, what is downloading, a title by name, movies by genre, years and rating, something similar to a title, popular movies you do not have, or a director's films; or to add a movie to Radarr."
  ].join(" ")
}

/** Each turn starts from the latest question and the results that have come since it. */
export const script: Script = (view) => {
  const asking = rules.reduce<Asking<string> | undefined>((known, rule) => known ?? rule(view.question), undefined)
  return run(asking ?? unknown(), view)
}
