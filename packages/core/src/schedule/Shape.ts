/**
 * Shape: which JSON a value can be, as far as a plan can be checked against it: kinds, keys, elements, listed values.
 */
import * as Predicate from "effect/Predicate"

export type Kind = "string" | "number" | "int" | "boolean" | "null"

interface Scalar {
  readonly _tag: "Scalar"
  readonly kind: Kind
  /** The only values there are; `undefined` where all of the kind are. */
  readonly values: ReadonlyArray<unknown> | undefined
}

/** `first` are the elements of a tuple, `rest` those that follow; without `rest` none do. */
interface List {
  readonly _tag: "List"
  readonly first: ReadonlyArray<Shape>
  readonly rest: Shape | undefined
}

export interface Field {
  readonly shape: Shape
  readonly isOptional: boolean
}

/** An object. `rest` is what its other keys hold; without it there are none. */
export interface Keyed {
  readonly _tag: "Keyed"
  readonly fields: ReadonlyMap<string, Field>
  readonly rest: Shape | undefined
}

export type Member = { readonly _tag: "Any" } | Scalar | List | Keyed

/** A union has two members or more, none of them `Any`. */
export type Shape = Member | { readonly _tag: "Union"; readonly members: ReadonlyArray<Member> }

/** What nothing is known of: it fits everywhere, and everything fits it. */
export const any: Shape = { _tag: "Any" }

export const listOf = (element: Shape): Shape => ({ _tag: "List", first: [], rest: element })

export const scalar = (kind: Kind): Shape => ({ _tag: "Scalar", kind, values: undefined })

/** The shape of one JSON scalar; objects and lists are `any`. */
export const exactly = (value: unknown): Shape => {
  const kind = kindOf(value)
  if (kind === "null") return scalar(kind)
  return kind === "list" || kind === "object" ? any : { _tag: "Scalar", kind, values: [value] }
}

export const membersOf = (shape: Shape): ReadonlyArray<Member> => (shape._tag === "Union" ? shape.members : [shape])

const notFinite = new Set<unknown>(["NaN", "Infinity", "-Infinity"])

/** Scalars of one kind become one. A number that may also be "NaN" is a number: so Effect writes any number as JSON. */
export const union = (shapes: ReadonlyArray<Shape>): Shape => {
  const all = shapes.flatMap(membersOf)
  if (all.length === 0 || all.some(({ _tag }) => _tag === "Any")) return any
  const scalars = new Map<Kind, Scalar>()
  for (const member of all) {
    if (member._tag !== "Scalar") continue
    const { kind, values } = member
    const before = scalars.get(kind)
    const merged = before === undefined ? values : before.values && values && [...before.values, ...values]
    scalars.set(kind, { _tag: "Scalar", kind, values: merged && [...new Set(merged)] })
  }
  if (scalars.has("number") && scalars.get("string")?.values?.every((value) => notFinite.has(value))) {
    scalars.delete("string")
  }
  const members = [...all.filter(({ _tag }) => _tag !== "Scalar"), ...scalars.values()].toSorted(nullLast)
  const [only, ...others] = members
  return only !== undefined && others.length === 0 ? only : { _tag: "Union", members }
}

const isNull = (member: Member) => member._tag === "Scalar" && member.kind === "null"

const nullLast = (one: Member, other: Member) => Number(isNull(one)) - Number(isNull(other))

/** What the elements of a list are, all together. `undefined` for what cannot be a list. */
export const elementOf = (shape: Shape): Shape | undefined => {
  const lists = membersOf(shape).flatMap((member) => {
    if (member._tag === "Any") return [any]
    return member._tag === "List"
      ? [union(member.rest === undefined ? member.first : [...member.first, member.rest])]
      : []
  })
  return lists.length === 0 ? undefined : union(lists)
}

/** What stands under `key`: a key of an object, or an index of a list. `undefined` where nothing can. */
export const under = (shape: Shape, key: string): Shape | undefined => {
  const found = membersOf(shape).flatMap((member) => {
    const inner = underMember(member, key)
    return inner === undefined ? [] : [inner]
  })
  return found.length === 0 ? undefined : union(found)
}

const underMember = (member: Member, key: string): Shape | undefined => {
  switch (member._tag) {
    case "Any":
      return any
    case "Scalar":
      return undefined
    case "List":
      return /^\d+$/.test(key) ? (member.first[Number(key)] ?? member.rest) : undefined
    case "Keyed":
      return member.fields.get(key)?.shape ?? member.rest
  }
}

/** Whether some value of `source` may fit `target`. Whole and other numbers are alike. */
export const mayFit = (source: Shape, target: Shape): boolean =>
  membersOf(source).some((one) => membersOf(target).some((other) => memberMayFit(one, other)))

const memberMayFit = (source: Member, target: Member): boolean => {
  if (source._tag === "Any" || target._tag === "Any") return true
  if (source._tag === "Scalar" && target._tag === "Scalar") {
    const { values } = target
    return (
      plainKind(source.kind) === plainKind(target.kind) &&
      (source.values === undefined || values === undefined || source.values.some((value) => values.includes(value)))
    )
  }
  if (source._tag === "List" && target._tag === "List") {
    return mayFit(elementOf(source) ?? any, elementOf(target) ?? any)
  }
  if (source._tag !== "Keyed" || target._tag !== "Keyed") return false
  return [...target.fields].every(([key, { isOptional, shape }]) => {
    const given = source.fields.get(key)?.shape ?? source.rest
    return isOptional || (given !== undefined && mayFit(given, shape))
  })
}

const plainKind = (kind: Kind) => (kind === "int" ? "number" : kind)

/** Whether the JSON value `value` may be a `member`, not looking at what an object or a list holds. */
export const takes = (member: Member, value: unknown): boolean => {
  const kind = kindOf(value)
  switch (member._tag) {
    case "Any":
      return true
    case "Scalar":
      return plainKind(member.kind) === kind && (member.values?.includes(value) ?? true)
    case "List":
      return kind === "list"
    case "Keyed":
      return kind === "object"
  }
}

const kindOf = (value: unknown): Exclude<Kind, "int"> | "list" | "object" => {
  if (Predicate.isNullish(value)) return "null"
  if (Array.isArray(value)) return "list"
  const kind = typeof value
  return kind === "string" || kind === "number" || kind === "boolean" ? kind : "object"
}

/** Listed values beyond this many are told by their kind alone. */
const maxValues = 12

/**
 * `shape` in few words, as a model reads it: `{total: int, items: {title: string, year?: int|null}[], [key]: any}`.
 *
 * What is nested deeper than `depth` is `any`.
 */
export const toText = (shape: Shape, depth = 5): string => {
  switch (shape._tag) {
    case "Any":
      return "any"
    case "Scalar":
      return shape.values === undefined || shape.values.length > maxValues
        ? shape.kind
        : shape.values.map((value) => JSON.stringify(value)).join("|")
    case "Union":
      return [...new Set(shape.members.map((member) => toText(member, depth)))].join("|")
    case "List": {
      if (depth === 0) return "any"
      const first = shape.first.map((element) => toText(element, depth - 1))
      if (shape.rest === undefined) return `[${first.join(", ")}]`
      const rest = toText(shape.rest, depth - 1)
      if (first.length > 0) return `[${first.join(", ")}, ...${rest}[]]`
      return isAlternative(shape.rest) ? `(${rest})[]` : `${rest}[]`
    }
    case "Keyed": {
      if (depth === 0) return "any"
      const entries = [...shape.fields].map(
        ([key, field]) =>
          `${/^[\w$]+$/.test(key) ? key : JSON.stringify(key)}${field.isOptional ? "?" : ""}: ${toText(field.shape, depth - 1)}`
      )
      if (shape.rest !== undefined) entries.push(`[key]: ${toText(shape.rest, depth - 1)}`)
      return `{${entries.join(", ")}}`
    }
  }
}

/** Whether its text holds a `|` at its outermost. */
const isAlternative = (shape: Shape) =>
  shape._tag === "Union" || (shape._tag === "Scalar" && shape.values !== undefined && shape.values.length > 1)
