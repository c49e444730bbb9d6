/**
 * StandsAlone: whether a question means the same whatever was said before it. Pure.
 *
 * "The unwatched ones" is about what was just told, and so may be "which haven't I seen?": rules that know only the question
 * would answer another one. So it must say what it is about, and point at nothing.
 */
import type { Entity } from "@callsheet/core/foresee/Route"

import type { Word } from "./Words.ts"

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "))

/** Words that go on from something when they come first. */
const openings = set("and or but also then so plus only just instead with without from by in the which those any")

/** Words that point at something. */
const pointers = set(
  "it its itself this these those them they their he him his she her hers one ones other others another else rest same again " +
    "next previous first second third last former latter such too instead there both neither either then"
)

/** Words that compare with what was told, unless a title is named with which they do. */
const comparisons = set("more less newer older better worse similar like")

/** What the household's questions are about. */
const subjects = set(
  "movie movies film films flick flicks show shows series title titles episode episodes season seasons library server plex " +
    "downloading downloads download deck queue watching"
)

/** Of a question of `words`, in which `entities` are named. */
export const of = (words: ReadonlyArray<Word>, entities: ReadonlyArray<Entity>): boolean => {
  const texts = words.map(({ text }) => text)
  const [first = ""] = texts
  if (openings.has(first) || texts.some((text) => pointers.has(text))) return false
  // "Movies that I own": there it points at nothing but the word before it.
  if (texts.some((text, at) => text === "that" && !subjects.has(texts[at - 1] ?? ""))) return false
  const titles = entities.filter(({ kind }) => kind === "title")
  if (titles.length === 0)
    return texts.some((text) => subjects.has(text)) && !texts.some((text) => comparisons.has(text))
  // A title alone, or "what about" it, asks what was asked before of another.
  return texts[1] !== "about" && titles.some(({ text }) => text.split(" ").length < texts.length)
}
