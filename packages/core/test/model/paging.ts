/**
 * Paging: reads a compact text back to the value that it stands for, as a model would that follows every `more` to its end.
 */
import * as Compact from "@callsheet/core/model/Compact"
import { Predicate, Result } from "effect"

/** Reads the part that a `more` names. */
export type Fetch = (reference: string, from: number) => unknown

interface Elements {
  readonly elements: ReadonlyArray<unknown>
  readonly fields: ReadonlyArray<string> | undefined
}

const get = (value: unknown, key: string): unknown => (Predicate.hasProperty(value, key) ? value[key] : undefined)
const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** All pages from `page` on. */
const pages = (page: unknown, fetch: Fetch): ReadonlyArray<unknown> => {
  const found = [page]
  for (let more = get(page, "more"); more !== undefined; more = get(found.at(-1), "more")) {
    const next = fetch(String(get(more, "reference")), Number(get(more, "from") ?? 1))
    // A model that followed it would never come to an end.
    if (JSON.stringify(get(next, "more")) === JSON.stringify(more))
      throw new Error(`${JSON.stringify(more)} goes nowhere.`)
    found.push(next)
  }
  return found
}

const rowsOf = (page: unknown): Elements => {
  const fields = get(page, "fields")
  return { elements: listOf(get(page, "rows")), fields: fields === undefined ? undefined : listOf(fields).map(String) }
}

/** What `shown` stands for. No object of it may itself look like one that was cut. */
export const restore = (shown: unknown, fetch: Fetch): unknown => {
  const whole = (inner: unknown) => restore(inner, fetch)
  if (!Predicate.isObjectOrArray(shown)) return shown
  if (Array.isArray(shown)) return shown.map(whole)
  if (Predicate.hasProperty(shown, "rowsInAll")) {
    return pages(shown, fetch)
      .map(rowsOf)
      .flatMap(({ elements, fields }) =>
        elements.map((row) =>
          fields !== undefined && Array.isArray(row)
            ? Object.fromEntries(fields.map((field, index) => [field, row[index]]))
            : whole(row)
        )
      )
  }
  if (Predicate.hasProperty(shown, "entriesInAll")) {
    const entries = pages(shown, fetch).flatMap((page) => listOf(get(page, "entries")))
    return Object.fromEntries(
      entries.map((entry) => listOf(entry).map(whole)).map(([key, value]) => [String(key), value])
    )
  }
  if (Predicate.hasProperty(shown, "charactersInAll")) {
    const found = pages(shown, fetch)
    const isJson = found.some((page) => get(page, "json") !== undefined)
    const text = found.map((page) => String(get(page, isJson ? "json" : "text") ?? "")).join("")
    return isJson ? JSON.parse(text) : text
  }
  return Object.fromEntries(Object.entries(shown).map(([key, inner]) => [key, whole(inner)]))
}

/** Reads parts of `text`, `count` elements at most at a time, and tells each page to `see`. */
export const fetchFrom =
  (text: string, cut: Compact.Cut, see: (page: string) => void, count = Infinity): Fetch =>
  (reference, from) => {
    const [name, number = "0"] = reference.split(".")
    if (name !== cut.reference) throw new Error(`There is no ${reference}.`)
    const page = Result.getOrThrow(Compact.read(text, Number(number), { from, count }, cut))
    see(JSON.stringify(page))
    return page
  }
