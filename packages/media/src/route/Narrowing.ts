/**
 * Narrowing: what of a list a wish asks for, where the model took a wider one that tells it all.
 */
import type { Render, Rendered } from "@callsheet/core/schedule/Annotations"
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

/** Of all that a person made, those that are owned or not, watched or not. */
const filmography = (wish: Wish) =>
  worded(PersonFilmography, ({ owned, role = "any", ...parameters }, list) => {
    if (owned !== undefined && owned !== wish.owned) return undefined
    const narrowed = listed("titles", { ...parameters, owned: wish.owned, watched: wish.watched })
    const meaning = role === "any" ? narrowed : { ...narrowed, role }
    // Asked for just that, the list may be cut: it says so.
    if (owned === wish.owned && wish.watched === undefined) return Answers.filmography(meaning, list)
    if (list.nextCursor !== null || !list.items.every(({ inLibrary }) => inLibrary !== null)) return undefined
    const items = list.items.filter(
      ({ inLibrary, watched }) =>
        (wish.owned === undefined || inLibrary === wish.owned) &&
        (wish.watched === undefined || watched === wish.watched)
    )
    return Answers.filmography(meaning, { ...list, items, total: items.length })
  })

type Asked = Wish & { readonly intent: "holding" | "seen" }

const isOfTitle = (wish: Wish): wish is Asked => wish.intent === "holding" || wish.intent === "seen"

/** Yes or no, of the title that is asked about; where the call looked for another one that is asked about too, of that. */
const held = (wish: Asked, looked: string | undefined, list: Tool.Success<typeof SearchTitles>): string | undefined => {
  const { intent, kind, owned, title = "", titleYear, watched } = wish
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

/** What words a call of the tool in answer to `wish`; `undefined` where its tool's own words say just that. */
const renderOf = (wish: Wish, name: string): Render | undefined => {
  switch (name) {
    case PersonFilmography.name:
      return wish.owned === undefined && wish.watched === undefined ? undefined : filmography(wish)
    case SearchTitles.name:
      return isOfTitle(wish) ? worded(SearchTitles, ({ query }, list) => held(wish, query, list)) : undefined
    case LibrarySearch.name:
      return isOfTitle(wish) ? worded(LibrarySearch, ({ title }, list) => held(wish, title, list)) : undefined
    case OnDeck.name:
      return wish.isBegun === true
        ? worded(OnDeck, (_, list) => Answers.deck({ ...begun, intent: "on-deck" }, list))
        : undefined
    case DownloadQueue.name:
      return wish.isBegun === true
        ? worded(DownloadQueue, (_, list) => Answers.downloads({ ...begun, intent: "downloads" }, list))
        : undefined
    default:
      return undefined
  }
}

/**
 * The words for what a call gave in answer to `wish`: `undefined` where its tool's own say just that, null where the call does not
 * tell it.
 */
export const words =
  (wish: Wish) =>
  (name: string, call: Rendered): string | null | undefined => {
    const render = renderOf(wish, name)
    return render === undefined ? undefined : (render(call) ?? null)
  }
