/**
 * Narrowing: what of a list a wish asks for, where the model took a wider one that tells it all.
 */
import type { Rendered } from "@callsheet/core/schedule/Annotations"
import type * as Tool from "effect/ai/Tool"

import { DownloadQueue } from "../DownloadTools.ts"
import { LibrarySearch, OnDeck } from "../LibraryTools.ts"
import { PersonFilmography } from "../PeopleTools.ts"
import { SearchTitles } from "../TitleTools.ts"
import * as Answers from "./Answers.ts"
import { isKind } from "./Meaning.ts"
import { isSameTitle } from "./Names.ts"
import { listed } from "./Renderers.ts"
import type { Wish } from "./Wishes.ts"
import { worded } from "./Worded.ts"

/** Of all that a person made, those that are owned or not, watched or not; `undefined` where the list does not tell. */
const filmography = (wish: Wish) =>
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

/** Yes or no, of the title that is asked about; where the call looked for another one that is asked about too, of that. */
const held = (wish: Wish, looked: string | undefined, list: Tool.Success<typeof SearchTitles>): string | undefined => {
  const { intent, kind, owned, title = "", titleYear, watched } = wish
  if (intent !== "holding" && intent !== "seen") return undefined
  const items = list.items.filter(
    (item) =>
      isSameTitle(item.title, title) &&
      (titleYear === undefined || item.year === titleYear) &&
      (!isKind(kind) || item.kind === kind)
  )
  const say = owned === false || watched === false ? Answers.state : Answers.holding
  return items.length > 0
    ? say({ intent, title, entities: [] }, { ...list, items })
    : say({ intent, title: looked ?? "", entities: [] }, list)
}

const begun = { isBegun: true, entities: [] } as const

/** The words for what a call gave in answer to `wish`; `undefined` where its tool's own say just that. */
export const words =
  (wish: Wish) =>
  (name: string, call: Rendered): string | undefined => {
    switch (name) {
      case PersonFilmography.name:
        return filmography(wish)(call)
      case SearchTitles.name:
        return worded(SearchTitles, ({ query }, list) => held(wish, query, list))(call)
      case LibrarySearch.name:
        return worded(LibrarySearch, ({ title }, list) => held(wish, title, list))(call)
      case OnDeck.name:
        if (wish.isBegun !== true) return undefined
        return worded(OnDeck, (_, list) => Answers.deck({ ...begun, intent: "on-deck" }, list))(call)
      case DownloadQueue.name:
        if (wish.isBegun !== true) return undefined
        return worded(DownloadQueue, (_, list) => Answers.downloads({ ...begun, intent: "downloads" }, list))(call)
      default:
        return undefined
    }
  }
