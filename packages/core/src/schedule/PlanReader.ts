/**
 * PlanReader: the steps of a plan, read from the arguments of its call: each as it streams in, and all at the end.
 *
 * The streaming half splits the text into pieces (a key, another key's value, an element of `steps`) and leaves each piece to
 * the JSON parser: every character is looked at twice, however the text is cut into chunks.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import * as Plan from "./Plan.ts"

/**
 * What comes next, white space aside. Nothing does after the end, or after what is not JSON; a comma too many before an end is
 * let pass, since no element depends on it.
 */
type Expected =
  | "object"
  | "key or end"
  | "colon"
  | "value"
  | "comma or end"
  | "element or end of list"
  | "comma or end of list"
  | "nothing"

/** JSON text that began and has not ended yet. */
interface Piece {
  readonly text: string
  /** Whether white space or punctuation ends it, so that it ends only at what follows. */
  readonly isBare: boolean
  /** Open brackets. */
  readonly depth: number
  readonly isInString: boolean
  readonly isEscaped: boolean
}

export interface State {
  readonly expected: Expected
  /** The last key of the outermost object. */
  readonly key: string
  readonly hasSteps: boolean
  readonly piece: Piece | undefined
}

export const initial: State = { expected: "object", key: "", hasSteps: false, piece: undefined }

/**
 * Reads `delta` on from `state`, and returns the elements of the outermost object's `steps` that it completed, in order.
 *
 * **Gotchas**
 *
 * What is not JSON ends the reading without a word, after the elements before it: `whole` judges the text at its end. So does
 * a second `steps`, of which JSON counts the last.
 */
export const step = (state: State, delta: string): readonly [State, ReadonlyArray<unknown>] => {
  const elements: Array<unknown> = []
  let { expected, hasSteps, key, piece } = state
  let at = 0
  while (expected !== "nothing" && at < delta.length) {
    if (piece === undefined) {
      const char = delta.charAt(at)
      if (isSpace(char)) {
        at++
        continue
      }
      const isSecond: boolean = expected === "value" && key === "steps" && hasSteps
      const isList = expected === "value" && key === "steps" && char === "["
      const next: Expected | undefined = isSecond
        ? "nothing"
        : isList
          ? "element or end of list"
          : after(expected, char)
      if (next === undefined) {
        piece = begin(char)
      } else {
        hasSteps ||= isList
        expected = next
        at++
      }
      continue
    }
    const [read, end, isComplete] = readOn(piece, delta, at)
    at = end
    piece = isComplete ? undefined : read
    if (!isComplete) break
    const value = Option.getOrUndefined(parse(read.text))
    if (value === undefined) expected = "nothing"
    else if (expected === "value") expected = "comma or end"
    else if (expected === "key or end") {
      expected = typeof value === "string" ? "colon" : "nothing"
      key = typeof value === "string" ? value : ""
    } else {
      expected = "comma or end of list"
      elements.push(value)
    }
  }
  return [{ expected, hasSteps, key, piece }, elements]
}

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const isSpace = (char: string) => char === " " || char === "\n" || char === "\r" || char === "\t"

/** What is expected after `char`, where that is not the beginning of a piece. */
const after = (expected: Expected, char: string): Expected | undefined => {
  switch (expected) {
    case "object":
      return char === "{" ? "key or end" : "nothing"
    case "key or end":
      return char === "}" ? "nothing" : undefined
    case "colon":
      return char === ":" ? "value" : "nothing"
    case "comma or end":
      return char === "," ? "key or end" : "nothing"
    case "element or end of list":
      return char === "]" ? "comma or end" : undefined
    case "comma or end of list":
      return char === "," ? "element or end of list" : char === "]" ? "comma or end" : "nothing"
    case "nothing":
      return "nothing"
    case "value":
      return undefined
  }
}

const begin = (char: string): Piece => ({
  text: "",
  isBare: char !== '"' && char !== "{" && char !== "[",
  depth: 0,
  isInString: false,
  isEscaped: false
})

/** `piece` with what `delta` adds from `from` on, the place after that, and whether it is complete. */
const readOn = (piece: Piece, delta: string, from: number): readonly [Piece, number, boolean] => {
  let { depth, isEscaped, isInString } = piece
  let isComplete = false
  let at = from
  for (; at < delta.length && !isComplete; at++) {
    const char = delta.charAt(at)
    if (isInString) {
      if (isEscaped) isEscaped = false
      else if (char === "\\") isEscaped = true
      else if (char === '"') isInString = false
      isComplete = !isInString && depth === 0
    } else if (piece.isBare) {
      if (isSpace(char) || char === "," || char === "]" || char === "}") {
        isComplete = true
        break
      }
    } else if (char === '"') isInString = true
    else if (char === "{" || char === "[") depth++
    else if (char === "}" || char === "]") isComplete = --depth === 0
  }
  return [{ ...piece, text: piece.text + delta.slice(from, at), depth, isInString, isEscaped }, at, isComplete]
}

const firstIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const decoder = <A>(schema: Schema.Codec<A>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (input: unknown, name: string): Result.Result<A, string> =>
    Result.mapError(decode(input), ({ issue }) => {
      const [first] = firstIssue(issue).issues
      const place = (first?.path ?? []).map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
      return `${name}${place.join("")}: ${first?.message ?? "it does not fit"}`
    })
}

const decodeArguments = decoder(Plan.Arguments)
const decodeStep = decoder(Plan.Step)

/** The steps in the complete arguments `input`, or what the model must mend, with its place. */
export const whole = (input: unknown): Result.Result<ReadonlyArray<Plan.Step>, string> =>
  Result.map(decodeArguments(input, "plan"), ({ steps }) => steps)

/** One element of `steps`, the one at `index`, as a step. */
export const one = (value: unknown, index: number): Result.Result<Plan.Step, string> =>
  decodeStep(value, `plan.steps[${index}]`)
