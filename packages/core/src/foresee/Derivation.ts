/**
 * Derivation: how a value in a call's arguments is made: from a slot of the question, from what an earlier call of the run gave,
 * or always the same. Learned by comparing the value with all of these.
 *
 * **Details**
 *
 * A coincidence is no derivation. So only text of four characters or more and numbers of three digits or more are looked for
 * in results, and only where they stand at few places of one. What is left of coincidences, later runs contradict.
 *
 * A derivation is kept, and what people ask is not. So a value is a constant only where the tool's own Schema lists it, or it is
 * a small number, and it is not what the question has in a slot; and a path into a result is one that its Schema names.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import type * as Shape from "../schedule/Shape.ts"
import * as Leaves from "./Leaves.ts"
import type { Slots, SlotValue } from "./QuestionShape.ts"
import * as ToolWords from "./ToolWords.ts"

const Scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])
type Scalar = typeof Scalar.Type

/** How text or a number is made of what stands in a slot. */
const Form = Schema.Literals(["same", "number", "year", "text", "lower", "decadeEnd"])
type Form = typeof Form.Type

export const Derivation = Schema.Union([
  Schema.Struct({ from: Schema.tag("slot"), slot: Schema.String, form: Form }),
  /** `back`: how many calls of `tool` came after the one that is meant. */
  Schema.Struct({ from: Schema.tag("result"), tool: Schema.String, back: Schema.Natural, path: Leaves.Path }),
  Schema.Struct({ from: Schema.tag("constant"), value: Scalar })
])
export type Derivation = typeof Derivation.Type

/** A call that was made and succeeded. */
export interface Given {
  readonly name: string
  /** As it was encoded. */
  readonly result: unknown
}

/** What values may be made from. */
export interface Sources {
  readonly slots: Slots
  /** In the order in which they were made. */
  readonly calls: ReadonlyArray<Given>
}

/** What is looked at of one result, and of one list in it. */
const maxValues = 5_000
const maxElements = 50
/** A value that stands at more places of a result says nothing of where it was taken from. */
const maxPlaces = 3
/** Of one value, from slots and from results. */
const maxCandidates = 3
/** Whole numbers below it, of either sign, name nothing: limits, pages, seasons. */
const smallNumber = 1_000

const forms: Readonly<Record<Form, (value: SlotValue) => unknown>> = {
  same: (value) => value,
  number: (value) => numberIn(value, /\d{1,9}(?:\.\d{1,9})?/),
  year: (value) => numberIn(value, /\b(?:1[89]|20)\d\d\b/),
  text: (value) => (typeof value === "number" ? String(value) : undefined),
  lower: (value) => (typeof value === "string" ? value.toLowerCase() : undefined),
  decadeEnd: (value) => (typeof value === "number" && value > 1000 && value % 10 === 0 ? value + 9 : undefined)
}

const numberIn = (value: SlotValue, pattern: RegExp): number | undefined => {
  const found = typeof value === "string" ? pattern.exec(value)?.[0] : undefined
  return found === undefined ? undefined : Number(found)
}

const isEqual = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((value, index) => value === other[index])
    : one === other

/** What `derivation` makes; `undefined` where something is missing that it needs. */
export const valueOf = (derivation: Derivation, { calls, slots }: Sources): unknown => {
  switch (derivation.from) {
    case "slot": {
      const value = slots.get(derivation.slot)
      return value === undefined ? undefined : forms[derivation.form](value)
    }
    case "result": {
      const named = calls.filter(({ name }) => name === derivation.tool)
      return Leaves.at(named.at(-1 - derivation.back)?.result, derivation.path)
    }
    case "constant":
      return derivation.value
  }
}

/** The ways in which slots make `value`. */
export const slotsOf = (value: unknown, slots: Slots): ReadonlyArray<Derivation> =>
  value === undefined
    ? []
    : Array.from(slots).flatMap(([slot, held]) =>
        Form.literals
          .filter((form) => isEqual(forms[form](held), value))
          .slice(0, 1)
          .map((form) => ({ from: "slot", slot, form }) as const)
      )

/** Where in a result its telling values stand, the shortest paths first. */
export type Places = ReadonlyMap<unknown, ReadonlyArray<Leaves.Path>>

const isTelling = (value: unknown): boolean =>
  (typeof value === "string" && value.length >= 4) || (typeof value === "number" && Math.abs(value) >= 100)

export const placesOf = (result: unknown): Places => {
  const places = new Map<unknown, Array<Leaves.Path>>()
  let level: ReadonlyArray<Leaves.Leaf> = [{ path: [], value: result }]
  let seen = 0
  while (level.length > 0) {
    const next: Array<Leaves.Leaf> = []
    for (const { path, value } of level) {
      if (isTelling(value)) places.set(value, [...(places.get(value) ?? []).slice(0, maxPlaces), path])
      if (!Predicate.isObjectOrArray(value) || path.length === Leaves.maxDepth) continue
      const keys = Array.isArray(value)
        ? [...value.keys()].slice(0, maxElements)
        : Object.keys(value).filter(Leaves.isName)
      for (const key of keys) {
        if (++seen > maxValues) break
        next.push({ path: [...path, key], value: Reflect.get(value, key) })
      }
    }
    level = next
  }
  return places
}

/** A source of which it is known where its values stand. */
export interface Placed extends Given {
  /** Of its results, as the tool tells it. */
  readonly shape: Shape.Shape
  readonly places: Places
}

const resultsOf = (value: unknown, calls: ReadonlyArray<Placed>): ReadonlyArray<Derivation> =>
  calls
    .flatMap(({ name, places, shape }, index) => {
      const paths = places.get(value) ?? []
      const back = calls.slice(index + 1).filter((later) => later.name === name).length
      if (paths.length > maxPlaces) return []
      return paths
        .filter((path) => ToolWords.at(shape, path) !== undefined)
        .map((path) => ({ from: "result", tool: name, back, path }) as const)
    })
    .sort((one, other) => one.path.length - other.path.length || one.back - other.back)

/** Whether a value may be kept as it is. */
const isPlain = (value: unknown, slots: Slots, shape: Shape.Shape): value is Scalar => {
  if (typeof value === "boolean" || value === null) return true
  if (typeof value !== "string" && typeof value !== "number") return false
  const isSmall = Number.isInteger(value) && Math.abs(Number(value)) < smallNumber
  return (isSmall || ToolWords.lists(shape, value)) && !isAsked(value, slots)
}

const isAsked = (value: string | number, slots: Slots): boolean => {
  const held = (slot: SlotValue): ReadonlyArray<unknown> => (typeof slot === "object" ? slot : [slot])
  const text = String(value).toLowerCase()
  const isHeld = Array.from(slots.values())
    .flatMap(held)
    .some((slot) => String(slot).toLowerCase() === text)
  return isHeld || slotsOf(value, slots).length > 0
}

/** The ways in which `value` may have been made, the likeliest first. `shape`: what its tool says of it. */
export const of = (
  value: unknown,
  { calls, slots }: { readonly slots: Slots; readonly calls: ReadonlyArray<Placed> },
  shape: Shape.Shape
): ReadonlyArray<Derivation> => [
  ...slotsOf(value, slots).slice(0, maxCandidates),
  ...resultsOf(value, calls).slice(0, maxCandidates),
  ...(isPlain(value, slots, shape) ? [{ from: "constant", value } as const] : [])
]

/** Those of `candidates` that make `value` this time too. */
export const holding = (
  candidates: ReadonlyArray<Derivation>,
  value: unknown,
  sources: Sources
): ReadonlyArray<Derivation> => candidates.filter((candidate) => isEqual(valueOf(candidate, sources), value))

/** The same for two derivations that say the same. */
export const idOf = (derivation: Derivation): string => {
  switch (derivation.from) {
    case "slot":
      return JSON.stringify([derivation.slot, derivation.form])
    case "result":
      return JSON.stringify([derivation.tool, derivation.back, derivation.path])
    case "constant":
      return JSON.stringify([derivation.value])
  }
}
