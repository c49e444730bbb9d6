/**
 * Worded: a tool's renderer, made of words for what it gave.
 */
import type { Render } from "@callsheet/core/schedule/Annotations"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"

/** What the schemas of a tool say. */
export interface Schemas<Parameters, Result> {
  readonly parametersSchema: Schema.Decoder<Parameters>
  readonly successSchema: Schema.Decoder<Result>
}

/** Without what counts as absent: models write null and "" for what they leave out, and neither means anything to any tool. */
export const withoutBlanks = (parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Record.filter(parameters, (value) => value !== null && value !== "")

/**
 * The renderer of `tool` that says what `words` makes of a call and its result.
 *
 * **Details**
 *
 * `words` gives `undefined` where a model is to look at the result. It is not asked of one that `tool` could not have given.
 */
export const worded = <Parameters, Result>(
  { parametersSchema, successSchema }: Schemas<Parameters, Result>,
  words: (parameters: Parameters, result: Result) => string | undefined
): Render => {
  const decodeParameters = Schema.decodeUnknownOption(parametersSchema)
  const decodeResult = Schema.decodeUnknownOption(successSchema)
  return ({ parameters, result }) =>
    Option.getOrUndefined(
      Option.flatMap(decodeParameters(withoutBlanks(parameters)), (parameters) =>
        Option.flatMap(decodeResult(result), (result) => Option.fromUndefinedOr(words(parameters, result)))
      )
    )
}
