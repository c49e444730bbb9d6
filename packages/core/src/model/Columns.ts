/**
 * Columns: a list of objects as one list of field names and rows of values, which says each name once. Pure.
 */
import type { Keyed, Measured } from "./Measured.ts"

/** A row as it stands in a text. */
export interface Row {
  readonly value: unknown
  /** Of its JSON text, in UTF-8. */
  readonly bytes: number
}

type Fields = ReadonlyArray<string> | undefined

/** By list: it is read page by page. */
const known = new WeakMap<ReadonlyArray<Measured>, { readonly fields: Fields }>()

/** The field names under which most rows of a list of objects agree; `undefined` where few do, or a row is no object. */
export const fieldsOf = (items: ReadonlyArray<Measured>): Fields => {
  const found = known.get(items)
  if (found !== undefined) return found.fields
  const fields = findFields(items)
  known.set(items, { fields })
  return fields
}

const findFields = (items: ReadonlyArray<Measured>): Fields => {
  const groups = new Map<string, { readonly fields: ReadonlyArray<string>; count: number }>()
  for (const item of items) {
    if (item._tag !== "Keyed") return undefined
    const fields = item.members.map(({ name }) => name)
    const sameness = JSON.stringify(fields.toSorted())
    const group = groups.get(sameness)
    if (group === undefined) groups.set(sameness, { fields, count: 1 })
    else group.count++
  }
  const [first] = [...groups.values()].sort((a, b) => b.count - a.count)
  return first === undefined || first.fields.length === 0 || first.count * 2 < items.length ? undefined : first.fields
}

/** The values of `item` in the order of `fields`, where these are exactly its keys; else `item` itself. */
export const rowOf = (item: Measured, fields: ReadonlyArray<string>): Row => {
  if (item._tag !== "Keyed" || item.members.length !== fields.length) return item
  const cells = inOrder(item, fields)
  if (cells === undefined) return item
  return {
    value: cells.map(({ value }) => value),
    bytes: cells.reduce((total, { bytes }) => total + bytes + 1, 1)
  }
}

const inOrder = ({ members }: Keyed, fields: ReadonlyArray<string>): ReadonlyArray<Measured> | undefined => {
  // Mostly they are in this order already.
  if (members.every(({ name }, index) => name === fields[index])) return members.map(({ value }) => value)
  const byKey = new Map(members.map(({ name, value }) => [name, value]))
  const cells = fields.flatMap((field) => byKey.get(field) ?? [])
  return cells.length === fields.length ? cells : undefined
}
