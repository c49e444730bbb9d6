/**
 * Compact: a large JSON value as the model reads it: what fits into a limit, how much there is in all, and by which input of
 * `ResultTool` the rest is read. Pure.
 *
 * ```json
 * {"total":237,"items":{"fields":["title","year"],"rows":[["Alien",1979],["Heat",1995]],"rowsInAll":237,
 *   "more":{"reference":"k3f9a2bc71xq.1","from":3}}}
 * ```
 *
 * **Details**
 *
 * What is largest is cut, in its place; the rest is kept. A list becomes `rows`, whose objects become lists in the order of
 * `fields`; a row with other keys stays an object, and where most differ, or not all are objects, there are no `fields`. A
 * long text becomes `text`; an object with too many members becomes `entries`, of a key and a value each; what is nested
 * deeper than `Measured.maxDepth` becomes its own JSON text, as `json`. A row that is larger than the limit is cut in turn.
 * Texts count in UTF-16 units and are not cut within a surrogate pair. JSON of more than 2 Mi of them (`Measured.maxUnits`) is
 * not taken apart, but a text. Reading each `more` to its end gives all of the value.
 */
import * as Result from "effect/Result"

import * as Characters from "./Characters.ts"
import * as Columns from "./Columns.ts"
import * as Measured from "./Measured.ts"

/** The least limit that leaves room for a first row, whatever the value. */
export const leastBytes = 512

/** How a result is cut. */
export interface Cut {
  /** Bytes of UTF-8 that the text may take; at least `leastBytes`. */
  readonly limitBytes: number
  /** Of the whole, at most 12 characters without a dot. Parts are named by it, a dot and their number. */
  readonly reference: string
}

/** Which elements of a part are wanted. */
export interface Range {
  /** From 1. */
  readonly from: number
  readonly count: number
}

/** Takes a text apart. Whoever reads one page by page keeps what that made (`Measured.keeping`). */
type Measure = (text: string) => Measured.Whole

/** `text`, or if it takes more than the limit what the model is to read in its place: JSON that does not. */
export const compact = (text: string, { limitBytes, reference }: Cut, measure: Measure = Measured.of): string =>
  Measured.fits(text, limitBytes) ? text : JSON.stringify(fit(measure(text).whole, limitBytes, reference))

/**
 * Elements of part `number` of `text`: rows of a list, characters of a text, entries of an object; as many as fit, and one at
 * least. Fails with a sentence where there are none.
 */
export const read = (
  text: string,
  number: number,
  { count, from }: Range,
  { limitBytes, reference }: Cut,
  measure: Measure = Measured.of
): Result.Result<unknown, string> => {
  const part = measure(text).parts[number]
  if (part === undefined) return Result.fail("That reference stands in no result: copy one as it is written.")
  const total = totalOf(part)
  if (from > total) return Result.fail(`There is nothing from ${from}: it ends at ${total}.`)
  return Result.succeed(page(part, { from, count }, limitBytes, reference))
}

const all: Range = { from: 1, count: Infinity }

const sizeOf = (value: unknown): number => Measured.bytesOf(JSON.stringify(value))

const totalOf = (part: Measured.Numbered): number =>
  part._tag === "List" ? part.items.length : part._tag === "Keyed" ? part.members.length : part.text.length

/** What stands for `part`: `elements`, `undefined` for none, up to but not including the one at `next`, counted from 1. */
const written = (part: Measured.Numbered, reference: string, elements: unknown, next: number): object => {
  const [name, unit] =
    part._tag === "List"
      ? ["rows", "rows"]
      : part._tag === "Keyed"
        ? ["entries", "entries"]
        : [part.isJson ? "json" : "text", "characters"]
  const total = totalOf(part)
  const more = {
    reference: part.number === 0 ? reference : `${reference}.${part.number}`,
    ...(next > 1 && { from: next })
  }
  return {
    ...(elements !== undefined && { [name]: elements }),
    [`${unit}InAll`]: total,
    ...(next <= total && { more })
  }
}

/** The least that stands for `part`: how much of it there is, and where. */
const stub = (part: Measured.Numbered, reference: string) => written(part, reference, undefined, 1)

/** The bytes without which `part` cannot be shown at all. */
const leastOf = (part: Measured.Measured, reference: string): number =>
  part._tag === "Scalar" ? part.bytes : Math.min(part.bytes, sizeOf(stub(part, reference)))

/** `part` in at most `limitBytes`, of which there must be its least. */
const fit = (part: Measured.Measured, limitBytes: number, reference: string): unknown => {
  if (part._tag === "Scalar" || part.bytes <= limitBytes) return part.value
  return (part._tag === "Keyed" && keep(part, limitBytes, reference)) || page(part, all, limitBytes, reference)
}

/** All members of `part`, the largest of them cut; `undefined` where they do not fit even so. */
const keep = (part: Measured.Keyed, limitBytes: number, reference: string): object | undefined => {
  const members = part.members.map(({ name, value }) => ({ name, value, leastBytes: leastOf(value, reference) }))
  const leastBytes = members.reduce((total, member) => total - member.value.bytes + member.leastBytes, part.bytes)
  if (leastBytes > limitBytes) return undefined
  // What is cut has a quarter to share, where that does not take more of small members.
  const shareBytes = limitBytes / 4
  let spareBytes = limitBytes - part.bytes
  const cut: typeof members = []
  for (const member of members.toSorted((a, b) => b.value.bytes - a.value.bytes)) {
    if (spareBytes >= (member.value.bytes > shareBytes ? shareBytes : 0)) break
    spareBytes += member.value.bytes - member.leastBytes
    cut.push(member)
  }
  const values = new Map<Measured.Measured, unknown>()
  for (const [index, { leastBytes, value }] of [...cut.entries()].toReversed()) {
    const shown = fit(value, leastBytes + Math.floor(spareBytes / (index + 1)), reference)
    spareBytes -= sizeOf(shown) - leastBytes
    values.set(value, shown)
  }
  return Object.fromEntries(
    members.map(({ name, value }) => [name, values.has(value) ? values.get(value) : value.value])
  )
}

/** The elements of `range` that fit; one at least, unless the limit is so low that only a stub does. */
const page = (part: Measured.Numbered, range: Range, limitBytes: number, reference: string): object => {
  const total = totalOf(part)
  const begin = range.from - 1
  const end = Math.min(total, begin + range.count)
  const roomBeside = (head: object, none: unknown) =>
    limitBytes - sizeOf({ ...head, ...written(part, reference, none, total) })
  if (part._tag === "Text") {
    const { from, to } = Characters.take(part.text, begin, range.count, roomBeside({}, ""))
    return from === to ? stub(part, reference) : written(part, reference, part.text.slice(from, to), to + 1)
  }
  /** Those of `elements` that fit as `rowOf` writes them; the first as `cut` writes it where not even that does. */
  const take = <A>(elements: ReadonlyArray<A>, head: object, rowOf: (element: A) => Columns.Row) => {
    const rows: Array<unknown> = []
    let roomBytes = roomBeside(head, [])
    for (const element of elements) {
      const { bytes, value } = rowOf(element)
      roomBytes -= bytes + (rows.length === 0 ? 0 : 1)
      if (roomBytes < 0) break
      rows.push(value)
    }
    return rows.length === 0 ? undefined : { ...head, ...written(part, reference, rows, begin + rows.length + 1) }
  }
  const cutFirst = <A>(
    elements: ReadonlyArray<A>,
    cut: (first: A, roomBytes: number, reference: string) => unknown
  ) => {
    const first = elements.slice(0, 1).map((element) => cut(element, roomBeside({}, []), reference))
    return first[0] === undefined ? stub(part, reference) : written(part, reference, first, range.from + 1)
  }
  if (part._tag === "Keyed") {
    const members = part.members.slice(begin, end)
    return take(members, {}, entryOf) ?? cutFirst(members, cutEntry)
  }
  const items = part.items.slice(begin, end)
  const fields = Columns.fieldsOf(part.items)
  const inColumns = fields && take(items, { fields }, (item) => Columns.rowOf(item, fields))
  return inColumns ?? take(items, {}, (item) => item) ?? cutFirst(items, cutItem)
}

const entryOf = ({ key, name, value }: Measured.Member): Columns.Row => ({
  value: [name, value.value],
  bytes: key.bytes + value.bytes + 3
})

/** `item` cut to `roomBytes`; `undefined` where that is too little. */
const cutItem = (item: Measured.Measured, roomBytes: number, reference: string): unknown =>
  leastOf(item, reference) > roomBytes ? undefined : fit(item, roomBytes, reference)

/** The same of a member, as a key and a value. */
const cutEntry = ({ key, value }: Measured.Member, roomBytes: number, reference: string): unknown => {
  const spareBytes = roomBytes - 3 - leastOf(key, reference) - leastOf(value, reference)
  if (spareBytes < 0) return undefined
  const shownKey = fit(key, leastOf(key, reference) + Math.floor(spareBytes / 2), reference)
  return [shownKey, fit(value, roomBytes - 3 - sizeOf(shownKey), reference)]
}
