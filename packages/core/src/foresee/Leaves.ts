/**
 * Leaves: the arguments of a call taken apart into single values, each at its path, and put together again.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

export const maxDepth = 8
const maxLeaves = 16

/** Keys of objects and indexes of lists. */
export const Path = Schema.Array(Schema.Union([Schema.String, Schema.Int])).check(Schema.isMaxLength(maxDepth))
export type Path = typeof Path.Type

export interface Leaf {
  readonly path: Path
  readonly value: unknown
}

/**
 * The values that `parameters` are made of; `undefined` where these are too many, too deep, or named by data. A list or
 * object of which `isWhole` holds is one value.
 */
export const of = (parameters: unknown, isWhole: (value: object) => boolean): ReadonlyArray<Leaf> | undefined => {
  const leaves: Array<Leaf> = []
  const visit = (value: unknown, path: Path): boolean => {
    if (path.length > maxDepth) return false
    if (!Predicate.isObjectOrArray(value) || isWhole(value)) return leaves.push({ path, value }) <= maxLeaves
    if (Array.isArray(value)) return value.length > 0 && value.every((inner, index) => visit(inner, [...path, index]))
    const members = membersOf(value)
    if (members.length === 0 && path.length > 0) return false
    return members.every(([key, inner]) => isName(key) && visit(inner, [...path, key]))
  }
  return Predicate.isObject(parameters) && visit(parameters, []) ? leaves : undefined
}

/** How many values there are in `value`, of whatever depth, as `of` counts where none is whole. */
export const sizeOf = (value: unknown, depth = 0): number => {
  if (!Predicate.isObjectOrArray(value) || depth > maxDepth) return 1
  const members = membersOf(value)
  if (members.length === 0) return depth === 0 ? 0 : 1
  return members.reduce((sum, [, inner]) => sum + sizeOf(inner, depth + 1), 0)
}

/** As JSON has them. */
const membersOf = (value: object): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(value).filter(([, inner]) => inner !== undefined)

/** What `leaves` make; `undefined` where that is no value, as of a list with gaps. */
export const build = (leaves: ReadonlyArray<Leaf>, depth = 0): unknown => {
  const [first] = leaves
  if (first !== undefined && leaves.length === 1 && first.path.length === depth) return first.value
  const groups = new Map<string | number, Array<Leaf>>()
  for (const leaf of leaves) {
    const key = leaf.path[depth]
    if (key === undefined) return undefined
    groups.set(key, [...(groups.get(key) ?? []), leaf])
  }
  const made = Array.from(groups, ([key, inner]) => [key, build(inner, depth + 1)] as const)
  if (made.some(([, value]) => value === undefined)) return undefined
  if (made.every(([key]) => typeof key === "string")) return Object.fromEntries(made)
  return made.every(([key], index) => key === index) ? made.map(([, value]) => value) : undefined
}

/** What stands at `path` in `value`; `undefined` where nothing does. */
export const at = (value: unknown, path: Path): unknown => {
  let here = value
  for (const key of path) {
    if (!Predicate.isObjectOrArray(here) || !Object.hasOwn(here, key)) return undefined
    if (Array.isArray(here) !== (typeof key === "number")) return undefined
    here = Reflect.get(here, key)
  }
  return here
}

/** Whether a key names what is under it. A longer one, or one with other characters, may be data itself. */
export const isName = (key: string): boolean => /^[\w$.-]{1,40}$/.test(key)
