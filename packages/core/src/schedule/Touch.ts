/**
 * Touch: the tags by which a write outdates what reads of other runs gave. Pure.
 *
 * It says with names, which a store can hold, at least what `Policy.overlaps` says of two footprints:
 *
 *     a read depends on                          a write replaces
 *     its tags, its upstream (none: `untagged`)  its tags, its upstream (none: `unplaced`), `every`
 *     no tags: its upstream, `unplaced`          no tags: its upstream, `untagged`, `every`
 *     neither: `every`                           neither: everything
 *
 * It says more in one case: a write with tags outdates all of its own upstream.
 */
import type { Change } from "@callsheet/cache/Cache"

import type { Footprint } from "./Policy.ts"

/** Replaced by every write that touches anything. */
const every = "@callsheet/core/every-write"
/** Replaced by writes that do not say their upstream. */
const unplaced = "@callsheet/core/unplaced-write"
/** Replaced by writes that do not say their tags. */
const untagged = "@callsheet/core/untagged-write"

const distinct = (tags: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(tags)]

/** What the result of a read depends on. */
export const dependsOn = ({ tags, upstream }: Footprint): ReadonlyArray<string> => {
  if (tags === undefined) return upstream === undefined ? [every] : [upstream, unplaced]
  return tags.length === 0 ? [] : distinct([...tags, upstream ?? untagged])
}

/** What a write outdates; `undefined` where it touches nothing. */
export const outdates = ({ tags, upstream }: Footprint): Change | undefined => {
  if (tags === undefined) return upstream === undefined ? { all: true } : { tags: [upstream, untagged, every] }
  return tags.length === 0 ? undefined : { tags: distinct([...tags, upstream ?? unplaced, every]) }
}
