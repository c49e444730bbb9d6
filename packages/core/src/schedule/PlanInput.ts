/**
 * PlanInput: whether an input, references and all, may fit what a tool takes.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

import * as PlanReference from "./PlanReference.ts"
import * as Shape from "./Shape.ts"

/** More than these are not told of one input. */
const maxProblems = 10

export interface Options {
  /** What the input is to messages: "input". */
  readonly name: string
  /** Who takes it, for messages: a tool's name. */
  readonly taker: string
  /** The shape that a reference yields, or why it cannot. */
  readonly shapeOf: (reference: PlanReference.Reference) => Result.Result<Shape.Shape, string>
}

/**
 * Why `input` cannot fit `target`, each with its place; empty where it may.
 *
 * **Gotchas**
 *
 * Null or "" for an optional key is let pass: models write both for what they leave out, and a toolkit may read them so.
 * Where several shapes of object or list are possible, only the references within are looked at.
 */
export const problems = (input: unknown, target: Shape.Shape, options: Options): ReadonlyArray<string> => {
  const { name, shapeOf, taker } = options
  const found: Array<string> = []
  const wants = (shape: Shape.Shape) => `${taker} wants ${Shape.toText(shape, 2)}`

  const visit = (value: unknown, target: Shape.Shape, place: string, depth: number, isLiteral: boolean): void => {
    if (found.length >= maxProblems) return
    if (depth > PlanReference.maxDepth) {
      found.push(`${place} is nested deeper than ${PlanReference.maxDepth}`)
      return
    }
    const form = isLiteral ? undefined : PlanReference.read(value)
    if (form === undefined) return plain(value, target, place, depth, isLiteral)
    if (form._tag === "Literal") return visit(form.value, target, place, depth + 1, true)
    if (form._tag === "Malformed") {
      found.push(`${place}: ${form.problem}`)
      return
    }
    const shape = shapeOf(form)
    if (Result.isFailure(shape)) found.push(`${place}: ${shape.failure}`)
    else if (!Shape.mayFit(shape.success, target)) {
      found.push(`${place}: ${PlanReference.describe(form)} is ${Shape.toText(shape.success, 2)}; ${wants(target)}`)
    }
  }

  const plain = (value: unknown, target: Shape.Shape, place: string, depth: number, isLiteral: boolean): void => {
    const [fitting, ...others] = Shape.membersOf(target).filter((member) => Shape.takes(member, value))
    if (fitting === undefined) {
      found.push(`${place} is ${PlanReference.told(value)}; ${wants(target)}${hint(value)}`)
      return
    }
    const within = others.length === 0 ? fitting : Shape.any
    if (within._tag === "Keyed") found.push(...keyProblems(value, within, place))
    if (!Predicate.isObjectOrArray(value)) return
    for (const [key, inner] of Object.entries(value)) {
      const isBlank = within._tag === "Keyed" && within.fields.get(key)?.isOptional && (inner === null || inner === "")
      const shape = isBlank ? Shape.any : (Shape.under(within, key) ?? Shape.any)
      visit(inner, shape, `${place}.${PlanReference.cut(key)}`, depth + 1, isLiteral)
    }
  }

  const keyProblems = (value: unknown, target: Shape.Keyed, place: string): ReadonlyArray<string> => {
    const given = Predicate.isObject(value) ? Object.keys(value) : []
    const out: Array<string> = []
    const missing = [...target.fields].flatMap(([key, { isOptional }]) =>
      isOptional || given.includes(key) ? [] : [key]
    )
    if (missing.length > 0) out.push(`${place} lacks ${PlanReference.list(missing)}; ${wants(target)}`)
    const unknown = target.rest === undefined ? given.filter((key) => !target.fields.has(key)) : []
    if (unknown.length > 0) {
      out.push(`${place} must not have ${PlanReference.list(unknown)}; ${wants(target)}${hint(value)}`)
    }
    return out
  }

  visit(input, target, name, 0, false)
  return found.slice(0, maxProblems)
}

/** For an object that looks like a reference and is none. */
const hint = (value: unknown): string =>
  Predicate.isObject(value) && (Object.hasOwn(value, "$from") || Object.hasOwn(value, "$literal"))
    ? ` (a reference has exactly the keys "$from" and "path", a literal exactly "$literal")`
    : ""
