/**
 * PlanReference: how a plan's input names what a step gave: `{"$from": "a", "path": ["items", 0, "tmdbId"]}`.
 *
 * A path also goes by dots ("items.0.tmdbId"; "" for the whole). Its key "*" spreads a list: the reference then yields a flat
 * list of what stands at the rest of the path, one or more for each element. `{"$literal": X}` is X, unread.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

import * as Shape from "./Shape.ts"

export interface Reference {
  readonly _tag: "Reference"
  /** A step's id, or `item`. */
  readonly from: string
  readonly path: ReadonlyArray<string>
}

/** What an object in an input means where it is not itself. */
export type Form =
  | Reference
  | { readonly _tag: "Literal"; readonly value: unknown }
  | { readonly _tag: "Malformed"; readonly problem: string }

/** In place of a step's id: the element that a for-each step runs for. */
export const item = "$item"

const each = "*"

/** Inputs nested deeper than this are not read. */
export const maxDepth = 64

/** Stands in a for-each step's list for an element whose call failed. In JSON it is `{"error": message}`. */
export class FailedElement {
  readonly error: string
  constructor(error: string) {
    this.error = error
  }
}

/** `undefined` for every value that means itself: only an object with exactly the named keys does not. */
export const read = (value: unknown): Form | undefined => {
  if (!Predicate.isObject(value)) return undefined
  const keys = Object.keys(value)
  if (keys.length === 1 && keys[0] === "$literal") return { _tag: "Literal", value: value["$literal"] }
  if (keys.length !== 2 || !Object.hasOwn(value, "$from") || !Object.hasOwn(value, "path")) return undefined
  const { $from: from } = value
  if (typeof from !== "string") return { _tag: "Malformed", problem: `"$from" must be the id of a step` }
  const path = keysOf(value["path"])
  if (path === undefined) {
    return { _tag: "Malformed", problem: `"path" must be a list of keys and indexes, such as ["items", 0, "title"]` }
  }
  return { _tag: "Reference", from, path }
}

const keysOf = (path: unknown): ReadonlyArray<string> | undefined => {
  if (typeof path === "string") {
    return path
      .replace(/\[(\d+|\*)\]/g, ".$1")
      .split(".")
      .filter((key) => key !== "")
  }
  if (!Array.isArray(path)) return undefined
  return path.every((key) => typeof key === "string" || (Number.isSafeInteger(key) && key >= 0))
    ? path.map(String)
    : undefined
}

/** `reference` as messages name it. */
export const describe = ({ from, path }: Reference): string => {
  const source = from === item ? `"${item}"` : `step ${quote(from)}`
  return path.length === 0 ? `all of ${source}` : `${quote(path.join("."))} of ${source}`
}

/** At most `most` of `names`, each cut to 64 characters. */
export const list = (names: ReadonlyArray<string>, most = 30): string =>
  [...names.slice(0, most).map(cut), ...(names.length > most ? ["..."] : [])].join(", ")

export const cut = (name: string) => (name.length > 64 ? `${name.slice(0, 64)}...` : name)

export const quote = (name: string): string => JSON.stringify(cut(name))

const place = (path: ReadonlyArray<string>) => (path.length === 0 ? "it" : cut(path.join(".")))

/** All references in `input`, in order. Malformed ones are none. */
export const within = (input: unknown): ReadonlyArray<Reference> => {
  const found: Array<Reference> = []
  const visit = (value: unknown, depth: number) => {
    if (depth > maxDepth || !Predicate.isObjectOrArray(value)) return
    const form = read(value)
    if (form === undefined) for (const inner of Object.values(value)) visit(inner, depth + 1)
    else if (form._tag === "Reference") found.push(form)
  }
  visit(input, 0)
  return found
}

/** The shape of what `path` leads to in a `shape`, or what is there instead. */
export const shapeAt = (shape: Shape.Shape, path: ReadonlyArray<string>): Result.Result<Shape.Shape, string> => {
  let at = shape
  let isEach = false
  for (const [index, key] of path.entries()) {
    // A "*" may spread a list or be a key: nothing is known of what follows.
    if (at._tag === "Any") break
    const element = key === each ? Shape.elementOf(at) : undefined
    const next = element ?? Shape.under(at, key)
    if (next === undefined) return Result.fail(`${place(path.slice(0, index))} has no ${cut(key)}; ${whatIs(at)}`)
    isEach ||= element !== undefined
    at = next
  }
  return Result.succeed(isEach ? Shape.listOf(at) : at)
}

const whatIs = (shape: Shape.Shape): string => {
  const keys = Shape.membersOf(shape).flatMap((member) => (member._tag === "Keyed" ? [...member.fields.keys()] : []))
  if (keys.length > 0) return `it has ${list([...new Set(keys)])}`
  return Shape.elementOf(shape) === undefined
    ? `it is ${Shape.toText(shape, 1)}`
    : `it is a list: go on with an index or "${each}"`
}

/**
 * What `path` leads to in `value`, or what is there instead.
 *
 * A "*" passes over elements that failed. Only own keys count, so `__proto__` and the like are keys as any other.
 */
export const follow = (value: unknown, path: ReadonlyArray<string>): Result.Result<unknown, string> => {
  let found: ReadonlyArray<unknown> = [value]
  let isEach = false
  for (const [index, key] of path.entries()) {
    const next: Array<unknown> = []
    for (const at of found) {
      if (Array.isArray(at) && key === each) {
        isEach = true
        for (const element of at) if (!(element instanceof FailedElement)) next.push(element)
      } else if (Predicate.isObjectOrArray(at) && isKey(at, key)) next.push(Reflect.get(at, key))
      else return Result.fail(`${place(path.slice(0, index))} has no ${cut(key)}; ${whatStands(at)}`)
    }
    found = next
  }
  return Result.succeed(isEach ? found : found[0])
}

/** A list has its indexes, not its `length`. */
const isKey = (at: object, key: string) => Object.hasOwn(at, key) && (!Array.isArray(at) || /^\d+$/.test(key))

const whatStands = (value: unknown): string => {
  if (Array.isArray(value)) return `it is a list of ${value.length}: go on with an index or "${each}"`
  const keys = Predicate.isObject(value) ? Object.keys(value) : []
  return keys.length === 0 ? `it is ${told(value)}` : `it has ${list(keys)}`
}

/** `value` in a few words; a scalar as it is. */
export const told = (value: unknown): string => {
  if (typeof value === "string") return `the string ${quote(value)}`
  if (Array.isArray(value)) return "a list"
  if (Predicate.isObject(value)) return Object.keys(value).length === 0 ? "an empty object" : "an object"
  return String(value)
}

/** `input` with each reference replaced by what it leads to in what `valueOf` gives. Shares parts with both, changes neither. */
export const resolve = (
  input: unknown,
  valueOf: (from: string) => Result.Result<unknown, string>
): Result.Result<unknown, string> => {
  const visit = (value: unknown, depth: number): Result.Result<unknown, string> => {
    if (!Predicate.isObjectOrArray(value)) return Result.succeed(value)
    if (depth > maxDepth) return Result.fail(`the input is nested deeper than ${maxDepth}`)
    const form = read(value)
    switch (form?._tag) {
      case "Malformed":
        return Result.fail(form.problem)
      case "Literal":
        return Result.succeed(form.value)
      case "Reference":
        return valueOf(form.from).pipe(
          Result.flatMap((source) => follow(source, form.path)),
          Result.mapError((problem) => `${describe(form)}: ${problem}`)
        )
    }
    const made: Array<[string, unknown]> = []
    for (const [key, inner] of Object.entries(value)) {
      const resolved = visit(inner, depth + 1)
      if (Result.isFailure(resolved)) return resolved
      made.push([key, resolved.success])
    }
    return Result.succeed(Array.isArray(value) ? made.map(([, inner]) => inner) : Object.fromEntries(made))
  }
  return visit(input, 0)
}
