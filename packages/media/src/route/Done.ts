/**
 * Done: what in a question is of something that was done to titles (added, watched), and not of the titles themselves: a time at
 * which it was done, and who did it. No tool knows either. Pure.
 */
import type { Terminal } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

const verb = /^(?:add|added|watch|watched|see|seen|saw|got|gotten|owned|arrived|landed)$/
const state = /^(?:unwatched|unseen|unplayed)$/

/** After these a time is of the titles. */
const making = /^(?:released|made|produced|out|from|of)$/

/** A clause of its own begins with these. */
const clause = /^(?:that|which|what|where)$/
const joins = /^(?:and|or|plus|then|&|,|\.|;|:)$/

const head =
  /^(?:movies?|films?|flicks|series|shows?|titles|things|stuff|adventures|animations|comedies|documentaries|dramas|musicals|mysteries|romances|thrillers|westerns)$/

/** `words` before another clause begins, or one of `others` stands. */
const upTo = (words: ReadonlyArray<string>, others = clause): ReadonlyArray<string> => {
  const end = words.findIndex((word) => clause.test(word) || joins.test(word) || others.test(word))
  return words.slice(0, end < 0 ? words.length : end)
}

/** "My watched 90s movies" are of the nineties. */
const isBeforeHead = (words: ReadonlyArray<string>, at: number): boolean => {
  const after = words.slice(at + 1, at + 5)
  return upTo(after, /^(?:in|on|by|i|we)$/).some((word) => head.test(word))
}

/** Whether a time at a place says when something was done, as in "added in 2023" and "not watched since 2020". */
const isTimeOfDoing = (words: ReadonlyArray<string>, at: number): boolean => {
  const before = words[at - 1] ?? ""
  if ((verb.test(before) || state.test(before)) && isBeforeHead(words, at)) return false
  let isHeaded = false
  for (let place = at - 1; place >= 0; place--) {
    const word = words[place] ?? ""
    if (word === "from" && words[place - 1] === "added") return true
    if (making.test(word) || clause.test(word) || (isHeaded && joins.test(word))) return false
    // "Recently added movies since 2020" are made since then, as unwatched ones are; "my watched movies in 2020" may be either.
    if (isHeaded ? /^(?:watched|seen)$/.test(word) : verb.test(word) || state.test(word)) return true
    isHeaded ||= head.test(word)
  }
  return false
}

/** "Which movies in 2023 did I watch": it may be of either. */
const isTimeBeforeDoing = (words: ReadonlyArray<string>, at: number): boolean => {
  if (!/^(?:in|during)$/.test(words[at - 1] ?? "") || making.test(words[at - 2] ?? "")) return false
  return upTo(words.slice(at + 1)).some((word) => verb.test(word))
}

/** What may stand between one who did something and the verb of it. */
const auxiliary = /^(?:have|has|had|was|were|is|are|am|be|been|did|do|not|never|already|yet|still|ever|just|recently)$/

/** Whether it is said who did something, as in "watched by Tom", where it was not "I" or "we" who did it. */
const isDoer = (words: ReadonlyArray<string>, at: number): boolean => {
  if (words[at - 1] !== "by") return false
  let place = at - 2
  while (auxiliary.test(words[place] ?? "")) place--
  if (!verb.test(words[place] ?? "")) return false
  do place--
  while (auxiliary.test(words[place] ?? ""))
  return !/^(?:i|we)$/.test(words[place] ?? "")
}

/** The name of somebody who made titles, or is in them. */
export const maker =
  (name: Terminal<Reading>): Terminal<Reading> =>
  (words, at) =>
    isDoer(words, at) ? [] : name(words, at)

/** A time of titles. */
export const undone =
  (time: Terminal<Reading>): Terminal<Reading> =>
  (words, at) => {
    const found = time(words, at)
    return found.length > 0 && (isTimeOfDoing(words, at) || isTimeBeforeDoing(words, at)) ? [] : found
  }
