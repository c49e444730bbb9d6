/**
 * Reading: what the words of a question say, before anything is looked up.
 */
import * as Equal from "effect/Equal"

import type { Kind } from "../Title.ts"

/** A name that no list of words can hold: where its words begin and end. */
export interface Gap {
  readonly of: "person" | "title"
  readonly from: number
  readonly to: number
}

export interface Reading {
  /**
   * - `titles`: those that the rest describes; `count`: how many they are.
   * - `search`: titles of a name; `about`: what one is about; `similar`: what is like one; `holding`: whether such a one is in the library; `seen`: whether it was watched, or with `watched: false` whether it was not.
   */
  readonly intent?: "titles" | "count" | "search" | "about" | "similar" | "holding" | "seen" | "on-deck" | "downloads"
  /** `any` where the question says neither films nor series. */
  readonly kind?: Kind | "any"
  readonly owned?: boolean
  readonly watched?: boolean
  readonly genres?: ReadonlyArray<string>
  readonly yearFrom?: number
  readonly yearTo?: number
  readonly minRating?: number
  /** `new` may be of what was made last or of what was added last, `top` by rating or by popularity. */
  readonly sort?: "added" | "rating" | "popularity" | "year" | "title" | "new" | "top"
  readonly limit?: number
  /** As many as there are, and not only the first ones. */
  readonly isAll?: boolean
  readonly role?: "director" | "actor"
  /** What of a title is asked for; all without it. */
  readonly fact?: "directors" | "cast" | "runtime" | "release" | "overview" | "rating" | "genres"
  readonly service?: "radarr" | "sonarr"
  /** Of what is under way, only what has begun: of the deck what is watched in part, of downloads those that run. */
  readonly isBegun?: boolean
  /** Of what is like a title: made after it, or before it. */
  readonly than?: "newer" | "older"
  readonly gap?: Gap
}

/** Orders that may mean another, and the one that they mean where it is named as well: "the last five added". */
const vague: Readonly<Record<string, Reading["sort"]>> = { new: "added", top: "rating" }

/** What two parts of a question say together; `undefined` where they contradict each other, or name two persons. */
export const merge = (one: Reading, other: Reading): Reading | undefined => {
  const both: Record<string, unknown> = { ...one }
  for (const [field, value] of Object.entries(other)) {
    const known = both[field]
    if (known === undefined) both[field] = value
    else if (field === "genres") both[field] = [...new Set([...(one.genres ?? []), ...(other.genres ?? [])])]
    else if (field === "sort" && vague[String(value)] === known) continue
    else if (field === "sort" && vague[String(known)] === value) both[field] = value
    else if (!Equal.equals(known, value)) return undefined
  }
  return both
}
