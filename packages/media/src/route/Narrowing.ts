/**
 * Narrowing: what of a list a wish asks for, where the model took a wider one that tells it all.
 */
import type { Rendered } from "@callsheet/core/schedule/Annotations"

import { PersonFilmography } from "../PeopleTools.ts"
import * as Answers from "./Answers.ts"
import { listed } from "./Renderers.ts"
import type { Wish } from "./Wishes.ts"
import { worded } from "./Worded.ts"

/** Of all that a person made, those that are owned or not, watched or not; `undefined` where the list does not tell. */
const filmography = (wish: Pick<Wish, "owned" | "watched">) =>
  worded(PersonFilmography, ({ owned, role = "any", ...parameters }, list) => {
    const isTold = list.nextCursor === null && list.items.every(({ inLibrary }) => inLibrary !== null)
    if (owned !== undefined || (wish.owned === undefined && wish.watched === undefined) || !isTold) return undefined
    const items = list.items.filter(
      ({ inLibrary, watched }) =>
        (wish.owned === undefined || inLibrary === wish.owned) &&
        (wish.watched === undefined || watched === wish.watched)
    )
    const meaning = listed("titles", { ...parameters, owned: wish.owned, watched: wish.watched })
    return Answers.filmography(role === "any" ? meaning : { ...meaning, role }, {
      ...list,
      items,
      total: items.length
    })
  })

/** The words for what a call gave in answer to `wish`; `undefined` where its tool's own say just that. */
export const words =
  (wish: Pick<Wish, "owned" | "watched">) =>
  (name: string, call: Rendered): string | undefined =>
    name === PersonFilmography.name ? filmography(wish)(call) : undefined
