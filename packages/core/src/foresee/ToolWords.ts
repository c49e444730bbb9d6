/**
 * ToolWords: what a tool's own Schemas say in words: the names in what it takes and gives, and the values that they list. Nothing
 * of that was taken from a question.
 */
import * as Shape from "../schedule/Shape.ts"
import type * as Leaves from "./Leaves.ts"

/** What stands at `path`; `undefined` where `shape` does not name it: there, keys may be data. */
export const at = (shape: Shape.Shape, path: Leaves.Path): Shape.Shape | undefined =>
  path.reduce<Shape.Shape | undefined>((here, key) => here && under(here, key), shape)

const under = (shape: Shape.Shape, key: string | number): Shape.Shape | undefined => {
  const named = Shape.membersOf(shape).flatMap((member) => {
    const inner = underMember(member, key)
    return inner === undefined ? [] : [inner]
  })
  return named.length === 0 ? undefined : Shape.union(named)
}

const underMember = (member: Shape.Member, key: string | number): Shape.Shape | undefined => {
  if (typeof key === "number") return member._tag === "List" ? (member.first[key] ?? member.rest) : undefined
  return member._tag === "Keyed" ? member.fields.get(key)?.shape : undefined
}

/** Whether `shape` lists `value` itself. */
export const lists = (shape: Shape.Shape, value: unknown): boolean =>
  Shape.membersOf(shape).some((member) => member._tag === "Scalar" && member.values?.includes(value) === true)
