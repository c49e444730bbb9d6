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

/** Words that compare with what was told, unless a title is named with which they do, or a number ("8 or more"). */
const comparisons = set("more less newer older better worse similar like")

/** What the household's questions are about. */
const subjects = set(
  "movie movies film films flick flicks show shows series title titles episode episodes season seasons library server plex " +
    "comedies dramas thrillers westerns musicals documentaries cartoons downloading downloads download deck queue watching"
)

/** Words before which "that" points at nothing but the word before it: "movies that I own". */
const relatives = set("i we is are was were have has do did came")

const points = (text: string, at: number, texts: ReadonlyArray<string>): boolean =>
  pointers.has(text) || (text === "that" && (at === 0 || !relatives.has(texts[at + 1] ?? "")))

const compares = (text: string, at: number, texts: ReadonlyArray<string>): boolean =>
  comparisons.has(text) && texts[at - 1] !== "or"

/** Of a question of `words`, in which `entities` are named. */
export const of = (words: ReadonlyArray<Word>, entities: ReadonlyArray<Entity>): boolean => {
  const texts = words.map(({ text }) => text)
  if (openings.has(texts[0] ?? "") || texts.some(points)) return false
  const titles = entities.filter(({ kind }) => kind === "title")
  if (titles.length === 0) return texts.some((text) => subjects.has(text)) && !texts.some(compares)
  // A title alone, or "what about" it, asks what was asked before of another.
  return texts[1] !== "about" && titles.some(({ text }) => text.split(" ").length < texts.length)
}
